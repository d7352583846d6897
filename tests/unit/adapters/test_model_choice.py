"""From a choice to a model: the right adapter with its settings, and nothing else loaded."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared.adapters.bedrock.embedders import CohereEmbedder, TitanEmbedder
from shared.adapters.bedrock.reply_model import BedrockReplyModel, Guardrail
from shared.adapters.doubles.embedder import HashingEmbedder
from shared.adapters.embedders import embedder
from shared.adapters.openai.embedder import OpenAIEmbedder
from shared.adapters.openai.reply_model import OpenAIReplyModel
from shared.adapters.reply_models import reply_model
from shared.adapters.search_models import open_search_models
from shared.domain.errors import InvalidInputError
from shared.domain.model_choice import EmbedderChoice, ReplyModelChoice
from tests.architecture.sources import ROOT


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    yield


def never() -> HashingEmbedder:
    raise AssertionError("the embedded model is not the chosen one")


def test_none_is_no_model() -> None:
    assert reply_model(ReplyModelChoice()) is None


def test_an_openai_compatible_server() -> None:
    model = reply_model(ReplyModelChoice(kind="openai", name="qwen3", url="http://127.0.0.1:9/v1", key="k", temperature=None))
    assert isinstance(model, OpenAIReplyModel)
    assert (model.endpoints[0].model, model.endpoints[0].api_key, model.temperature) == ("qwen3", "k", None)
    model.client.close()


def test_bedrock_with_a_guardrail() -> None:
    choice = ReplyModelChoice(
        kind="bedrock", name="eu.amazon.nova-lite-v1:0", region="eu-central-1", timeout_s=9, guardrail="gr", guardrail_version="2"
    )
    model = reply_model(choice)
    assert isinstance(model, BedrockReplyModel)
    assert model.guardrail == Guardrail(identifier="gr", version="2")
    assert model.client.meta.region_name == "eu-central-1"
    assert model.client.meta.config.retries["total_max_attempts"] == 1
    assert model.client.meta.config.read_timeout == 9


def test_bedrock_without_a_region_says_what_to_set() -> None:
    with pytest.raises(InvalidInputError, match="AWS_REGION"):
        reply_model(ReplyModelChoice(kind="bedrock", name="m"))


def test_embedders_by_kind_and_model() -> None:
    assert embedder(EmbedderChoice(), HashingEmbedder).name == "hashing-64"
    chosen = embedder(EmbedderChoice(kind="openai", name="bge-m3", url="http://127.0.0.1:9/v1", dimensions=1024), never)
    assert isinstance(chosen, OpenAIEmbedder)
    chosen.client.close()
    for name, kind in (("cohere.embed-multilingual-v3", CohereEmbedder), ("amazon.titan-embed-text-v2:0", TitanEmbedder)):
        assert isinstance(embedder(EmbedderChoice(kind="bedrock", name=name, region="eu-central-1"), never), kind)


def test_functions_embed_elsewhere_without_a_reranker_and_refuse_what_their_zips_do_not_hold() -> None:
    chosen = EmbedderChoice(kind="bedrock", name="cohere.embed-multilingual-v3", region="eu-central-1")
    models = open_search_models(chosen, "/nowhere")
    assert isinstance(models.embedder, CohereEmbedder) and models.candidates() == (None, None)
    with pytest.raises(InvalidInputError, match="e5 or bedrock"):
        open_search_models(EmbedderChoice(kind="openai", name="m", url="http://127.0.0.1:9/v1"), "")


@pytest.mark.parametrize("kind", ["", "gpt"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInputError):
        reply_model(ReplyModelChoice(kind=kind))
    with pytest.raises(InvalidInputError):
        embedder(EmbedderChoice(kind=kind), HashingEmbedder)


def test_who_chooses_no_model_loads_no_client() -> None:
    program = (
        "import sys; from shared.adapters.reply_models import reply_model; from shared.adapters.embedders import embedder;"
        "from shared.domain.model_choice import ReplyModelChoice; reply_model(ReplyModelChoice());"
        "print(sorted({'httpx', 'boto3', 'botocore', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
