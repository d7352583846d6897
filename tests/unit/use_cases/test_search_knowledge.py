"""Searching knowledge over in-memory indices."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.adapters.doubles.embedder import HashingEmbedder
from shared.adapters.ranking.profile import load_profile
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.errors import DependencyUnavailableError
from shared.domain.knowledge import Audience, Closeness, FactAnswer, SearchQuery, Verdict
from shared.ports import KnowledgeChange
from shared.use_cases.embed_chunks import embed_chunks
from shared.use_cases.reconcile_indices import ReconcileIndices
from shared.use_cases.search_knowledge import SearchKnowledge
from tests.contract.index_adapters import chunk

EMBEDDER = HashingEmbedder(256)
CHUNKS = [
    chunk("returns", "签收后七天内可以申请退货，退款原路返回。", title="怎么退货"),
    chunk("shipping", "订单一般在48小时内发货。", title="什么时候发货"),
    chunk("copy", "订单一般在48小时内，发货！", title="发货时间"),
    chunk("secret", "退货的内部审批额度是五百元。", audience=Audience.STAFF),
]


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def search(executor):
    knowledge = SQLiteKnowledgeStore(Database(MEMORY))
    knowledge.apply(KnowledgeChange(tenant="acme", document_id="doc", snapshot=1, document=None, added=tuple(CHUNKS)))
    knowledge.publish("acme", 1, datetime(2026, 11, 1, tzinfo=UTC))
    keyword = TantivyKeywordIndex(None)
    keyword.apply("acme", CHUNKS, {})
    vectors = UsearchVectorIndex(None, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions)
    vectors.apply("acme", embed_chunks(EMBEDDER, CHUNKS), {})
    return SearchKnowledge(
        knowledge=knowledge, keyword=keyword, vectors=vectors, embedder=EMBEDDER, executor=executor, profile=load_profile()
    )


def ask(text, **changes):
    query = SearchQuery(tenant="acme", text=text, language="zh", audiences=frozenset({Audience.PUBLIC}), today=date(2026, 11, 22))
    return replace(query, **changes)


def ids(result):
    return [passage.chunk.chunk_id for passage in result.passages]


class Broken:
    def search(self, *arguments):
        raise DependencyUnavailableError("index", "is down")

    embed_queries = search


class Slow:
    def __init__(self, inner):
        self.inner = inner

    def search(self, *arguments):
        time.sleep(0.3)
        return self.inner.search(*arguments)


class OneEngine:
    """Serves all legs by one call, from the embedded indices; `without` are legs that it does not answer."""

    def __init__(self, search, without=()):
        self.keyword, self.vectors, self.without, self.calls = search.keyword, search.vectors, without, 0

    def search_legs(self, text, language, vector, where, k):
        self.calls += 1
        found = {"keyword": self.keyword.search(text, language, where, k)}
        if vector is not None:
            found |= {part: self.vectors.search(vector, part, where, k) for part in ("title", "body")}
        return {leg: hits for leg, hits in found.items() if leg not in self.without}


class NoEngine:
    def search_legs(self, *arguments):
        raise DependencyUnavailableError("engine", "is down")


def test_finds_the_passage_with_every_legs_view_of_it(search):
    result = search(ask("怎么申请退货"))
    assert ids(result)[0] == "returns"
    assert {score.leg for score in result.passages[0].legs} == {"keyword", "title", "body"}
    assert result.degraded == ()
    assert result.snapshot == 1
    assert set(result.took_ms) == {"keyword", "embedder", "title", "body"}


def test_near_duplicates_are_shown_once_and_top_k_bounds_the_rest(search):
    assert len({"shipping", "copy"} & set(ids(search(ask("什么时候发货"))))) == 1
    assert len(search(ask("发货 退货", top_k=1)).passages) == 1


def test_staff_passages_never_reach_a_customer(search):
    assert "secret" not in ids(search(ask("退货的内部审批额度")))
    assert ids(search(ask("退货的内部审批额度", audiences=frozenset(Audience))))[0] == "secret"


@pytest.mark.parametrize("leg", ["keyword", "vectors"])
def test_one_kind_of_leg_down_leaves_the_other_and_says_so(search, leg):
    result = replace(search, **{leg: Broken()})(ask("怎么申请退货"))
    assert ids(result)[0] == "returns"
    assert set(result.degraded) == ({"keyword"} if leg == "keyword" else {"title", "body"})


def test_without_a_model_keywords_answer_alone(search):
    result = replace(search, embedder=None)(ask("怎么申请退货"))
    assert ids(result)[0] == "returns"
    assert result.degraded == ("embedder",)


def test_an_embedder_that_fails_leaves_the_keywords(search):
    result = replace(search, embedder=Broken())(ask("怎么申请退货"))
    assert ids(result)[0] == "returns"
    assert result.degraded == ("embedder",)


def test_a_slow_leg_is_not_waited_for(search):
    began = time.perf_counter()
    result = replace(search, keyword=Slow(search.keyword), leg_timeout_s=0.1)(ask("怎么申请退货"))
    assert time.perf_counter() - began < 0.28
    assert result.degraded == ("keyword",)
    assert ids(result)[0] == "returns"


def test_an_engine_that_serves_all_legs_is_asked_once_and_finds_the_same(search):
    engine = OneEngine(search)
    together, apart = replace(search, hybrid=engine)(ask("怎么申请退货")), search(ask("怎么申请退货"))
    assert engine.calls == 1
    assert together.passages == apart.passages
    assert (together.degraded, set(together.took_ms)) == ((), set(apart.took_ms))


def test_a_leg_that_the_engine_leaves_out_is_reported_and_the_others_answer(search):
    result = replace(search, hybrid=OneEngine(search, without=("keyword",)))(ask("怎么申请退货"))
    assert result.degraded == ("keyword",)
    assert ids(result)[0] == "returns"


def test_an_engine_that_is_down_leaves_every_leg_missing(search):
    result = replace(search, hybrid=NoEngine())(ask("怎么申请退货"))
    assert (result.passages, result.degraded) == ((), ("keyword", "title", "body"))


def test_without_a_model_the_engine_is_asked_for_keywords_alone(search):
    result = replace(search, hybrid=OneEngine(search), embedder=None)(ask("怎么申请退货"))
    assert result.degraded == ("embedder",)
    assert ids(result)[0] == "returns"


def test_an_index_that_lags_behind_the_store_shows_nothing_removed(search):
    search.knowledge.apply(
        KnowledgeChange(tenant="acme", document_id="doc", snapshot=2, document=None, removed_chunk_ids=("returns",))
    )
    search.knowledge.publish("acme", 2, datetime(2026, 11, 2, tzinfo=UTC))
    assert "returns" not in ids(search(ask("怎么申请退货")))
    assert ids(search(ask("怎么申请退货", snapshot=1)))[0] == "returns"


def test_a_tenant_without_knowledge_finds_nothing(search):
    result = search(ask("退货", tenant="nobody"))
    assert (result.passages, result.snapshot, result.degraded) == ((), 0, ())


def test_facts_of_the_readers_snapshot_are_looked_up_beside_the_legs(search):
    found = FactAnswer(status="none")
    asked = []

    def look_up(query, snapshot):
        asked.append((query.text, snapshot))
        return found

    assert replace(search, look_up_facts=look_up)(ask("多少钱")).facts is found
    assert asked == [("多少钱", 1)]


def test_reconciling_fills_empty_indices_and_changes_nothing_the_second_time(search):
    keyword = TantivyKeywordIndex(None)
    vectors = UsearchVectorIndex(None, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions)
    reconcile = ReconcileIndices(
        knowledge=search.knowledge,
        keyword=keyword,
        vectors=vectors,
        embedder=EMBEDDER,
    )
    assert reconcile("acme").added == {"keyword": 4, "vectors": 4}
    assert ids(replace(search, keyword=keyword, vectors=vectors)(ask("怎么申请退货")))[0] == "returns"
    assert reconcile("acme").added == {"keyword": 0, "vectors": 0}


def test_reconciling_marks_what_was_removed_and_revives_what_came_back(search):
    reconcile = ReconcileIndices(
        knowledge=search.knowledge,
        keyword=search.keyword,
        vectors=search.vectors,
        embedder=EMBEDDER,
    )
    search.keyword.apply("acme", [], {"shipping": 2})
    search.knowledge.apply(
        KnowledgeChange(tenant="acme", document_id="doc", snapshot=2, document=None, removed_chunk_ids=("returns",))
    )
    done = reconcile("acme")
    assert done.removed == {"keyword": 1, "vectors": 1}
    assert done.added == {"keyword": 1, "vectors": 0}
    assert search.keyword.known("acme") == search.vectors.known("acme")


class Preferring:
    """A reranker that finds some chunks close and the others far."""

    def __init__(self, *chunk_ids):
        self.chunk_ids = chunk_ids

    def compare(self, question, language, chunks, patience_s):
        return [Closeness(question=float(one.chunk_id in self.chunk_ids), weakest=0.0, passage=0.0) for one in chunks]


class Hurried(Preferring):
    """A reranker that has time for one passage."""

    def compare(self, question, language, chunks, patience_s):
        assert 0 < patience_s < 1
        return super().compare(question, language, chunks[:1], patience_s)


class NoReranker:
    def compare(self, question, language, chunks, patience_s):
        raise DependencyUnavailableError("reranker", "is loading")


def test_a_reranker_has_the_last_word_on_the_order(search):
    result = replace(search, reranker=Preferring("shipping", "copy"))(ask("怎么申请退货"))
    assert ids(result)[0] in {"shipping", "copy"}
    assert result.passages[0].closeness.question == 1.0
    assert "reranker" in result.took_ms


def test_a_reranker_that_has_no_time_for_all_orders_what_it_read_and_the_rest_stays_behind(search):
    fused = ids(search(ask("怎么申请退货")))
    result = replace(search, reranker=Hurried(fused[-1]))(ask("怎么申请退货"))
    assert len(fused) > 1 and ids(result) == fused
    assert result.degraded == ("reranker",)
    assert [one.closeness is None for one in result.passages] == [False] + [True] * (len(fused) - 1)


def test_a_reranker_that_fails_leaves_the_fused_order_and_says_so(search):
    result = replace(search, reranker=NoReranker())(ask("怎么申请退货"))
    assert ids(result) == ids(search(ask("怎么申请退货")))
    assert result.degraded == ("reranker",)
    assert result.passages[0].closeness is None


class Reading:
    """A reader that is sure of some chunks; it notes what it was given."""

    def __init__(self, *chunk_ids):
        self.chunk_ids = chunk_ids
        self.given = []

    def read(self, question, language, chunks):
        self.given += [one.chunk_id for one in chunks]
        return [Verdict(answers=50.0 if one.chunk_id in self.chunk_ids else -50.0) for one in chunks]


class NoReader:
    def read(self, question, language, chunks):
        raise DependencyUnavailableError("reader", "is loading")


def test_what_a_reader_is_sure_of_comes_first_and_its_verdict_stays_with_the_passage(search):
    first = ids(replace(search, reranker=Preferring("returns"))(ask("怎么申请退货")))
    reader = Reading(first[-1])
    result = replace(search, reranker=Preferring("returns"), reader=reader)(ask("怎么申请退货"))
    assert len(first) > 1 and ids(result)[0] == first[-1]
    assert result.passages[0].verdict.answers == 50.0
    assert set(reader.given) == set(first)


def test_a_reader_that_fails_leaves_the_reranked_order_and_says_so(search):
    reranked = replace(search, reranker=Preferring("shipping"))
    result = replace(reranked, reader=NoReader())(ask("怎么申请退货"))
    assert ids(result) == ids(reranked(ask("怎么申请退货")))
    assert result.degraded == ("reader",)
    assert result.passages[0].verdict is None


def test_without_a_reranker_nothing_is_read_closely(search):
    reader = Reading("returns")
    assert replace(search, reader=reader)(ask("怎么申请退货")).passages[0].verdict is None
    assert reader.given == []


def test_a_reranker_never_brings_staff_passages_to_a_customer(search):
    assert "secret" not in ids(replace(search, reranker=Preferring("secret"))(ask("退货的内部审批额度")))
