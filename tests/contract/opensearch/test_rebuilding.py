"""Making, replacing and losing an index, on a real OpenSearch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from shared.adapters.opensearch.client import NoAuth, open_client
from shared.adapters.opensearch.engine import Action, OpenSearchEngine, Write
from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import DamagedIndexError, DependencyUnavailableError, InvalidInputError
from shared.ports import KnowledgeChange
from shared.use_cases.reconcile_indices import ReconcileIndices
from tests.contract.index_adapters import EMBEDDER, chunk, where
from tests.contract.index_adapters import vectors as vectors_of
from tests.contract.opensearch.running import prefix_of

RETURNS = chunk("returns", "签收后七天内可以申请退货。", title="怎么退货")
OTHERS = chunk("theirs", "三十天内可以申请退货。", title="怎么退货", tenant="other")


def ids(index, text="退货", tenant="acme"):
    return [hit.chunk_id for hit in index.search(text, "zh", where(tenant), 10)]


def behind(engine, index):
    return sorted(engine.client.indices.get_alias(name=index.target))


def test_readers_have_the_old_index_until_the_new_one_is_whole(engine, keyword):
    keyword.apply("acme", [RETURNS], {})
    before = behind(engine, keyword)
    with keyword.rebuilding() as fresh:
        assert fresh.known("acme") == {}
        fresh.apply("acme", [chunk("new", "退货改为十五天内。")], {})
        assert ids(keyword) == ["returns"]
    assert ids(keyword) == ["new"]
    assert behind(engine, keyword) != before
    assert not engine.client.indices.exists(index=before[0])


def test_a_rebuild_that_breaks_off_leaves_the_old_index(engine, keyword):
    keyword.apply("acme", [RETURNS], {})
    before = behind(engine, keyword)
    with pytest.raises(RuntimeError), keyword.rebuilding() as fresh:
        fresh.apply("acme", [chunk("half", "退货")], {})
        raise RuntimeError("killed")
    assert (ids(keyword), behind(engine, keyword)) == (["returns"], before)
    assert list(engine.client.indices.get(index=f"{keyword.target}-*")) == before


def test_a_rebuild_that_forgets_a_tenant_is_refused(keyword):
    keyword.apply("acme", [RETURNS], {})
    keyword.apply("other", [OTHERS], {})
    with pytest.raises(InvalidInputError, match="1 tenants"), keyword.rebuilding() as fresh:
        fresh.apply("acme", [RETURNS], {})
    assert ids(keyword, tenant="other") == ["theirs"]


def test_the_vector_index_is_rebuilt_the_same_way(vectors):
    vectors.apply("acme", vectors_of(RETURNS), {})
    with vectors.rebuilding() as fresh:
        fresh.apply("acme", vectors_of(RETURNS, chunk("new", "新的")), {"returns": 2})
    assert vectors.known("acme") == {"returns": 2, "new": None}


def test_switching_to_opensearch_needs_nothing_but_the_stored_chunks(keyword, vectors):
    knowledge = SQLiteKnowledgeStore(Database(MEMORY))
    gone = chunk("gone", "退货须在三天内申请。")
    knowledge.apply(KnowledgeChange(tenant="acme", document_id="doc", snapshot=1, document=None, added=(RETURNS, gone)))
    knowledge.publish("acme", 1, datetime(2026, 11, 1, tzinfo=UTC))
    knowledge.apply(KnowledgeChange(tenant="acme", document_id="doc", snapshot=2, document=None, removed_chunk_ids=("gone",)))
    reconcile = ReconcileIndices(
        knowledge=knowledge,
        keyword=keyword,
        vectors=vectors,
        embedder=EMBEDDER,
    )
    assert reconcile("acme").added == {"keyword": 2, "vectors": 2}
    assert keyword.known("acme") == vectors.known("acme") == {"returns": None, "gone": 2}
    assert (reconcile("acme").added, reconcile("acme").removed) == ({"keyword": 0, "vectors": 0},) * 2


def test_an_outage_is_no_damage_so_that_nothing_is_thrown_away_for_it():
    nowhere = OpenSearchKeywordIndex(OpenSearchEngine(open_client("http://127.0.0.1:9", NoAuth()), pause=id), prefix="nowhere")
    with pytest.raises(DependencyUnavailableError, match="cannot be reached") as caught:
        nowhere.known("acme")
    assert not isinstance(caught.value, DamagedIndexError)


def test_writers_that_begin_at_once_make_one_index(engine, tmp_path):
    writers = [OpenSearchKeywordIndex(engine, prefix=prefix_of(tmp_path)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: pair[1].apply("acme", [chunk(f"c{pair[0]}", "退货")], {}), enumerate(writers)))
    assert len(behind(engine, writers[0])) == 1
    assert sorted(ids(writers[0])) == ["c0", "c1", "c2", "c3"]


def test_an_index_that_was_taken_away_is_an_error_and_no_guess_and_is_made_again_at_the_next_write(engine, keyword):
    keyword.apply("acme", [RETURNS], {})
    engine.client.indices.delete(index=behind(engine, keyword)[0])
    with pytest.raises(DependencyUnavailableError, match="not there"):
        ids(keyword)
    with pytest.raises(DependencyUnavailableError):
        keyword.apply("acme", [RETURNS], {})
    assert not engine.client.indices.exists(index=keyword.target)
    keyword.apply("acme", [RETURNS], {})
    assert ids(keyword) == ["returns"]


def test_vectors_of_another_model_lie_in_another_index(engine, vectors, tmp_path):
    vectors.apply("acme", vectors_of(RETURNS), {})
    other = OpenSearchVectorIndex(engine, prefix=prefix_of(tmp_path), model="another", dimensions=EMBEDDER.dimensions)
    assert other.known("acme") == {}
    with pytest.raises(DependencyUnavailableError):
        other.search(EMBEDDER.embed_queries(["退货"])[0], "body", where(), 5)


def test_a_field_that_nobody_declared_is_refused_and_named_by_chunk(engine, keyword):
    keyword.apply("acme", [RETURNS], {})
    wrong = Write(action=Action.PUT, document_id="x", name="chunk-7", body={"tenant": "acme", "surprise": 1})
    right = Write(action=Action.PUT, document_id="y", name="chunk-8", body={"tenant": "acme", "chunk_id": "chunk-8"})
    with pytest.raises(InvalidInputError) as caught:
        engine.write(keyword.target, [wrong, right], through_alias=True)
    assert caught.value.field == "chunk-7"
    assert set(keyword.known("acme")) == {"returns", "chunk-8"}


def test_the_index_is_what_its_template_says(engine, keyword, vectors):
    keyword.apply("acme", [RETURNS], {})
    vectors.apply("acme", vectors_of(RETURNS), {})
    (made,) = engine.client.indices.get(index=keyword.target).values()
    assert made["mappings"]["dynamic"] == "strict"
    assert made["mappings"]["properties"]["zh"]["properties"]["body"]["search_analyzer"] == "kefu_terms_asked"
    (made,) = engine.client.indices.get(index=vectors.target).values()
    method = made["mappings"]["properties"]["title"]["properties"]["vector"]["method"]
    assert (method["engine"], method["name"]) == ("lucene", "hnsw")
    assert made["mappings"]["_meta"] == {"model": EMBEDDER.name}
