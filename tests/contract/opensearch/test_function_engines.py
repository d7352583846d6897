"""Search engine `opensearch` across functions: what `knowledge` writes, `retrieval` finds, by the settings that CDK gives."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from functions.knowledge.engines import EngineParts as WriterParts
from functions.knowledge.engines import open_engine as open_writer
from functions.knowledge.settings import Environment as KnowledgeEnvironment
from functions.retrieval.engines import EngineParts
from functions.retrieval.engines import open_engine as open_reader
from functions.retrieval.settings import Environment as RetrievalEnvironment
from shared.adapters.clock import SystemClock
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.adapters.opensearch.client import SigV4Auth
from shared.adapters.opensearch.opening import signed
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.knowledge import Audience
from shared.ports import IndexFilter, KnowledgeChange
from shared.runtime.settings import ConfigurationError
from tests.contract.index_adapters import EMBEDDER, chunk
from tests.contract.opensearch.running import prefix_of, url_of_the_run
from tests.contract.pinecone.server import API_KEY, pinecone_server

CHUNKS = (
    chunk("returns", "签收后七天内可以申请退货。", title="怎么退货"),
    chunk("secret", "退货的内部审批额度是五百元。", audience=Audience.STAFF),
)


@pytest.fixture
def parts(engine, tmp_path):
    knowledge = SQLiteKnowledgeStore(Database(MEMORY))
    knowledge.apply(KnowledgeChange(tenant="acme", document_id="doc", snapshot=1, document=None, added=CHUNKS))
    knowledge.publish("acme", 1, datetime.now(UTC))
    settings = {
        "release": "r1",
        "table_prefix": "t-",
        "content_bucket": "content",
        "search_engine": "opensearch",
        "search_url": url_of_the_run(),
        "search_index": prefix_of(tmp_path),
        "leg_timeout_s": 20,
    }
    others = {"knowledge": knowledge, "objects": MemoryObjectStore(), "embedder": EMBEDDER, "clock": SystemClock()}
    written = {name: value for name, value in settings.items() if name != "leg_timeout_s"}
    written["knowledge_queue_url"] = "https://queue"
    return (
        WriterParts(env=KnowledgeEnvironment.model_validate(written), **others),
        EngineParts(env=RetrievalEnvironment.model_validate(settings), **others),
    )


def where(*audiences):
    return IndexFilter(tenant="acme", audiences=frozenset(audiences), snapshot=1, today=date(2026, 11, 22).isoformat())


def test_what_is_reconciled_before_a_publication_is_found_by_one_request_and_stays_within_its_audience(parts):
    writer, reader = parts
    open_writer(writer).before_publishing("acme")
    engine = open_reader(reader)
    engine.refresh("acme", 1)
    vector = EMBEDDER.embed_queries(["怎么退货"])[0]
    legs = engine.hybrid.search_legs("怎么退货", "zh", vector, where(Audience.PUBLIC), 10)
    assert {leg: hits[0].chunk_id for leg, hits in legs.items()} == {"keyword": "returns", "title": "returns", "body": "returns"}
    assert all(hit.chunk_id != "secret" for hits in legs.values() for hit in hits)
    assert "secret" in {hit.chunk_id for hit in engine.keyword.search("内部审批", "zh", where(*Audience), 10)}


def test_a_domain_is_asked_with_the_roles_signature_and_a_node_of_this_machine_without(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "example")
    assert isinstance(signed("https://search-kefu.eu-west-1.es.amazonaws.com"), SigV4Auth)
    assert not isinstance(signed("http://127.0.0.1:9200"), SigV4Auth)


def with_pinecone(parts, server):
    """The same settings, with vectors in Pinecone."""
    more = {"search_engine": "pinecone", "search_host": server.host(), "search_key_secret_id": "kefu/test/search-key"}
    env = type(parts.env).model_validate(parts.env.model_dump() | more)
    return replace(parts, env=env, search_key=lambda: API_KEY)


def test_beside_vectors_in_pinecone_keywords_are_found_in_opensearch(parts):
    with pinecone_server(EMBEDDER.dimensions) as server:
        writer, reader = (with_pinecone(one, server) for one in parts)
        writing, engine = open_writer(writer), open_reader(reader)
        try:
            writing.before_publishing("acme")
            engine.refresh("acme", 1)
            vector = EMBEDDER.embed_queries(["怎么退货"])[0]
            assert engine.hybrid is None
            by_keyword = engine.keyword.search("怎么退货", "zh", where(Audience.PUBLIC), 10)
            by_vector = engine.vectors.search(vector, "body", where(Audience.PUBLIC), 10)
            assert [hit.chunk_id for hit in by_keyword] == [hit.chunk_id for hit in by_vector] == ["returns"]
            assert server.index().namespaces.keys() == {"acme"}
            assert writer.objects.keys("") == ()
        finally:
            writing.vectors._index.close()
            engine.vectors._index.close()


def test_an_engine_whose_packages_the_zip_does_not_hold_is_named(parts, monkeypatch):
    for name in [one for one in sys.modules if one.startswith(("pinecone", "shared.adapters.pinecone"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pinecone", None)
    more = {"search_engine": "pinecone", "search_host": "kefu.svc.pinecone.io", "search_key_secret_id": "key"}
    _, reader = parts
    env = RetrievalEnvironment.model_validate(reader.env.model_dump() | more)
    with pytest.raises(ConfigurationError, match=r"KEFU_SEARCH_ENGINE is pinecone.* without pinecone"):
        open_reader(replace(reader, env=env))
