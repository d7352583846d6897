"""All legs of a question by one round trip, on a real OpenSearch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from shared.adapters.opensearch.client import NoAuth, open_client
from shared.adapters.opensearch.engine import OpenSearchEngine
from shared.adapters.opensearch.hybrid_index import OpenSearchHybridIndex
from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from shared.adapters.ranking.profile import load_profile
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import DependencyUnavailableError
from shared.domain.knowledge import Audience, SearchQuery
from shared.ports import KnowledgeChange
from shared.use_cases.search_knowledge import SearchKnowledge
from tests.contract.index_adapters import EMBEDDER, chunk, where
from tests.contract.index_adapters import vectors as vectors_of
from tests.contract.opensearch.running import TIMEOUT_S

CHUNKS = (
    chunk("returns", "签收后七天内可以申请退货，退款原路返回。", title="怎么退货", questions=("不想要了怎么办",)),
    chunk("shipping", "订单一般在48小时内发货。", title="什么时候发货"),
    chunk("repair", "Repairs of KF-200 locks take ten days.", title="Repair service", language="en"),
    chunk("secret", "退货的内部审批额度是五百元。", audience=Audience.STAFF),
    chunk("old", "退货须在三天内申请。", title="怎么退货", removed_in=1),
    chunk("sale", "双十一退货期延长。", valid_to=date(2026, 11, 11)),
)
QUESTION = "怎么申请退货"
ASKED = EMBEDDER.embed_queries([QUESTION])[0]


@pytest.fixture
def filled(keyword, vectors, hybrid):
    keyword.apply("acme", CHUNKS, {})
    vectors.apply("acme", vectors_of(*CHUNKS), {})
    return hybrid


@pytest.fixture
def sent(engine, monkeypatch):
    """What is asked of the server, by path."""
    paths: list[str] = []
    perform = engine.client.transport.perform_request

    def recorded(method, url, *arguments, **options):
        paths.append(url)
        return perform(method, url, *arguments, **options)

    monkeypatch.setattr(engine.client.transport, "perform_request", recorded)
    return paths


def test_one_request_brings_every_leg(filled, sent):
    found = filled.search_legs(QUESTION, "zh", ASKED, where(), 10)
    assert sent == ["/_msearch"]
    assert {leg: hits[0].chunk_id for leg, hits in found.items()} == {"keyword": "returns", "title": "returns", "body": "returns"}


def test_the_legs_are_those_that_the_indices_give_by_themselves(filled, keyword, vectors):
    found = filled.search_legs(QUESTION, "zh", ASKED, where(), 10)
    assert found["keyword"] == keyword.search(QUESTION, "zh", where(), 10)
    assert found["title"] == vectors.search(ASKED, "title", where(), 10)
    assert found["body"] == vectors.search(ASKED, "body", where(), 10)


def test_no_leg_shows_what_the_reader_may_not_see(filled):
    hidden = {"secret", "old", "sale"}
    found = filled.search_legs(QUESTION, "zh", ASKED, where(), 10)
    assert not hidden & {hit.chunk_id for hits in found.values() for hit in hits}
    staff = filled.search_legs(QUESTION, "zh", ASKED, where(audiences=frozenset(Audience), today=date(2026, 11, 1)), 10)
    assert {"secret", "sale"} <= {hit.chunk_id for hit in staff["keyword"]} & {hit.chunk_id for hit in staff["body"]}


def test_without_a_vector_only_keywords_are_asked(filled):
    assert set(filled.search_legs(QUESTION, "zh", None, where(), 10)) == {"keyword"}


def test_a_leg_whose_index_is_missing_is_left_out_and_the_others_answer(keyword, hybrid):
    keyword.apply("acme", CHUNKS, {})
    found = hybrid.search_legs(QUESTION, "zh", ASKED, where(), 10)
    assert set(found) == {"keyword"}
    assert found["keyword"][0].chunk_id == "returns"


def test_an_engine_that_cannot_be_reached_is_an_unavailable_dependency():
    engine = OpenSearchEngine(open_client("http://127.0.0.1:9", NoAuth()))
    keyword = OpenSearchKeywordIndex(engine, prefix="nowhere")
    vectors = OpenSearchVectorIndex(engine, prefix="nowhere", model="m", dimensions=4)
    with pytest.raises(DependencyUnavailableError, match="cannot be reached"):
        OpenSearchHybridIndex(keyword, vectors).search_legs(QUESTION, "zh", None, where(), 10)


def test_codes_and_names_are_found_whole_and_by_their_parts(filled, keyword):
    keyword.apply("acme", [chunk("api", "Call RunInstances over Wi-Fi, please.", language="en")], {})
    for question in ("kf200 KF-200", "run instances", "RunInstances", "wifi wi-fi", "repairing"):
        assert keyword.search(question, "en", where(), 3), question
    assert keyword.search("KF-200", "en", where(), 3)[0].chunk_id == "repair"


def test_a_question_is_answered_over_opensearch_with_nothing_missing(filled, keyword, vectors):
    knowledge = SQLiteKnowledgeStore(Database(MEMORY))
    knowledge.apply(KnowledgeChange(tenant="acme", document_id="doc", snapshot=1, document=None, added=CHUNKS))
    knowledge.publish("acme", 1, datetime(2026, 11, 1, tzinfo=UTC))
    with ThreadPoolExecutor(4) as executor:
        search = SearchKnowledge(
            knowledge=knowledge,
            keyword=keyword,
            vectors=vectors,
            hybrid=filled,
            embedder=EMBEDDER,
            executor=executor,
            profile=load_profile(),
            leg_timeout_s=TIMEOUT_S,
        )
        query = SearchQuery(
            tenant="acme", text=QUESTION, language="zh", audiences=frozenset({Audience.PUBLIC}), today=date(2026, 11, 22)
        )
        result = search(query)
    assert (result.passages[0].chunk.chunk_id, result.degraded) == ("returns", ())
    assert {score.leg for score in result.passages[0].legs} == {"keyword", "title", "body"}
