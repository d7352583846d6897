"""Engine `pinecone` through the very entries of `knowledge` and `retrieval`, by the settings that CDK gives, on MiniStack.

The main modules are imported as Lambda does it, with an environment and nothing else; the embedder is each in turn that a
stage can choose.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared.adapters.model_calls.permission import model_calls
from tests.contract import embedding_servers
from tests.contract.aws.installed import ministack_in_real_time
from tests.contract.aws.opening import aws_at
from tests.contract.aws.processes import EngineMissingError
from tests.contract.aws.stage import Stage
from tests.contract.exported_model import exported_model
from tests.contract.pinecone.server import API_KEY, PineconeServer, pinecone_server
from tests.events import load_event

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "samples" / "yuguang"
TENANT = "yuguang"
RETURNS = "knowledge/after-sales/returns-2026.md"
FOR_STAFF = "knowledge/staff/compensation-limits.md"
E5, TITAN = "e5", "amazon.titan-embed-text-v2:0"
DIMENSIONS = {E5: 384, TITAN: 512}
# A busy machine of two cores is no outage.
PATIENCE_S = "15"
# What Lambda says about a call.
CONTEXT = SimpleNamespace(function_name="kefu-test", function_version="1")

pytestmark = pytest.mark.xdist_group("deployed-search")


@dataclass
class Functions:
    """Both functions, imported; `knowledge` and `retrieval` are their main modules."""

    stage: Stage
    pinecone: PineconeServer
    knowledge: Any
    retrieval: Any

    def publish(self, *names: str) -> dict[str, Any]:
        """Upload files of the sample company, have them read, and publish."""
        notes = [json.dumps({"Records": [note]}) for note in self.stage.put_folder(SAMPLE, *names)]
        record = load_event("sqs-document-uploaded")["Records"][0]
        batch = {"Records": [{**record, "messageId": f"m{n}", "body": body} for n, body in enumerate(notes)]}
        assert not notes or self._call(self.knowledge, batch) == {"batchItemFailures": []}
        return self._call(self.knowledge, envelope("publish"))

    def find(self, text: str, *audiences: str) -> dict[str, Any]:
        """Search as `dialog` does."""
        asked = load_event("envelope-search")["payload"]
        query = {**asked, "tenant": TENANT, "text": text, "audiences": ["public", *audiences]}
        return self._call(self.retrieval, envelope("search", **query))["result"]

    def _call(self, main: Any, event: dict[str, Any]) -> Any:
        with model_calls(allowed=True):
            return main.handler(event, CONTEXT)


def envelope(op: str, **payload: Any) -> dict[str, Any]:
    deadline = int(time.time() * 1000) + 60_000
    return {**load_event("envelope-search"), "op": op, "tenant": TENANT, "deadline_at_ms": deadline, "payload": payload}


def sources(found: dict[str, Any]) -> list[str]:
    return [passage["chunk"]["source"] for passage in found["passages"]]


@pytest.fixture(scope="module", params=[E5, TITAN])
def functions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    try:
        url = ministack_in_real_time()
    except EngineMissingError as error:
        pytest.skip(str(error))
    with ExitStack() as stack:
        pinecone = stack.enter_context(pinecone_server(DIMENSIONS[request.param]))
        stage = Stage(aws_at(url), TENANT)
        stage.aws.client("secretsmanager").create_secret(Name=f"{stage.name}/search-key", SecretString=f"{API_KEY}\n")
        settings = {**_of_the_stage(stage), **_of_pinecone(stage, pinecone)}
        if request.param == TITAN:
            titan = stack.enter_context(embedding_servers.answering(embedding_servers.titan))
            settings |= {"KEFU_EMBEDDER": "bedrock", "KEFU_EMBEDDER_NAME": TITAN, "KEFU_EMBEDDER_DIMENSIONS": "512"}
            settings |= {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": titan.url, "KEFU_MODEL_FOLDER": "/nowhere/at/all"}
        else:
            settings["KEFU_MODEL_FOLDER"] = str(exported_model())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        yield _imported(patch, stack, stage, pinecone, {"AWS_ENDPOINT_URL": url, **settings}, tmp_path_factory)


def _of_the_stage(stage: Stage) -> dict[str, str]:
    named = ("release", "table_prefix", "content_bucket", "knowledge_queue_url")
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
    return keys | {f"KEFU_{name.upper()}": stage.environment[name] for name in named}


def _of_pinecone(stage: Stage, pinecone: PineconeServer) -> dict[str, str]:
    return {
        "KEFU_SEARCH_ENGINE": "pinecone",
        "KEFU_SEARCH_HOST": pinecone.host(),
        "KEFU_SEARCH_KEY_SECRET_ID": f"{stage.name}/search-key",
    }


def _imported(
    patch: pytest.MonkeyPatch,
    stack: ExitStack,
    stage: Stage,
    pinecone: PineconeServer,
    environ: dict[str, str],
    folders: pytest.TempPathFactory,
) -> Functions:
    """Each function with a disk of its own: what one writes there, the other never sees."""
    for name, value in environ.items():
        patch.setenv(name, value)
    mains: dict[str, Any] = {}
    for function in ("knowledge", "retrieval"):
        patch.setenv("KEFU_INDEX_FOLDER", str(folders.mktemp(function)))
        if function == "retrieval":
            patch.setenv("KEFU_LEG_TIMEOUT_S", PATIENCE_S)
        patch.delitem(sys.modules, f"functions.{function}.main", raising=False)
        mains[function] = import_module(f"functions.{function}.main")
        stack.callback(sys.modules.pop, f"functions.{function}.main", None)
        stack.callback(mains[function].deployed.aws.close)
    stack.callback(mains["knowledge"].ingest.parser.close)
    stack.callback(mains["retrieval"].ports.executor.shutdown)
    for vectors in (mains["knowledge"].engine.vectors, mains["retrieval"].engine.vectors):
        stack.callback(vectors._index.close)
    return Functions(stage, pinecone, mains["knowledge"], mains["retrieval"])


@pytest.fixture(scope="module")
def published(functions: Functions) -> Functions:
    files = ("company.yaml", RETURNS, "knowledge/after-sales/kefu.yaml", "knowledge/staff/kefu.yaml", FOR_STAFF)
    assert functions.publish(*files) == {"result": {"published": 1, "head": 1}}
    return functions


def test_what_knowledge_publishes_retrieval_finds_by_every_leg(published: Functions) -> None:
    found = published.find("签收后几天内可以无理由退货？")
    assert (sources(found)[0], found["degraded"], found["snapshot"]) == (RETURNS, [], 1)
    assert {leg["leg"] for leg in found["passages"][0]["legs"]} == {"keyword", "title", "body"}


def test_vectors_lie_in_the_companys_namespace_and_no_text_with_them(published: Functions) -> None:
    held = published.pinecone.index()
    assert list(held.namespaces) == [TENANT]
    assert "退货" not in repr(held.namespaces)
    assert {call.path for call in published.pinecone.calls} >= {"/vectors/upsert", "/query"}


def test_what_is_for_staff_is_not_found_by_a_customer(published: Functions) -> None:
    question = "补偿上限是多少"
    assert FOR_STAFF not in sources(published.find(question))
    assert FOR_STAFF in sources(published.find(question, "staff"))


def test_while_pinecone_is_down_keywords_answer_and_the_result_says_so(published: Functions) -> None:
    published.pinecone.api_key = "another"
    try:
        # In words of its own: what was found a moment ago would be given again.
        found = published.find("无理由退货在签收后几天内可以申请？")
    finally:
        published.pinecone.api_key = API_KEY
    assert sources(found)[0] == RETURNS
    assert found["degraded"] == ["title", "body"]


def test_only_the_embedder_of_the_package_reads_candidates_word_by_word(published: Functions) -> None:
    uses_e5 = published.retrieval.env.embedder == "e5"
    assert (published.retrieval.ports.reranker is not None) == uses_e5
    assert ("reranker" in published.find("怎么退货")["took_ms"]) == uses_e5


def test_publishing_again_without_changes_writes_neither_vectors_nor_an_archive(published: Functions) -> None:
    def archives() -> list[str]:
        listed = published.stage.aws.client("s3").list_objects_v2(
            Bucket=published.stage.bucket, Prefix=f"tenants/{TENANT}/indexes/"
        )
        return [one["Key"] for one in listed["Contents"]]

    before, written = archives(), [call for call in published.pinecone.calls if call.path == "/vectors/upsert"]
    assert published.publish() == {"result": {"published": 1, "head": 1}}
    assert archives() == before
    assert [call for call in published.pinecone.calls if call.path == "/vectors/upsert"] == written
    # Vectors lie elsewhere, so no embedder is part of the format.
    assert len(before) == 1 and "e5" not in before[0] and "titan" not in before[0]
