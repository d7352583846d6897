"""A question that was asked a moment ago is not searched for again."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.knowledge import Audience, Passage, SearchQuery, SearchResult
from shared.use_cases.recent_searches import RecentSearches
from tests.contract.index_adapters import chunk

QUERY = SearchQuery(
    tenant="acme", text="怎么退货", language="zh", audiences=frozenset({Audience.PUBLIC}), today=date(2026, 11, 22)
)
PASSAGE = Passage(chunk=chunk("returns", "签收后七天内可以申请退货。"), score=1.0, probability=0.9, legs=(), why="")


@dataclass
class Search:
    """Remembers what it was asked; `degraded` is what the next results lack."""

    asked: list[SearchQuery] = field(default_factory=list)
    degraded: tuple[str, ...] = ()

    def __call__(self, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        assert query.snapshot is not None
        return SearchResult(passages=(PASSAGE,), snapshot=query.snapshot, degraded=self.degraded, took_ms={"keyword": 1.0})


@pytest.fixture
def knowledge():
    store = SQLiteKnowledgeStore(Database(MEMORY))
    store.publish("acme", 1, datetime(2026, 11, 1, tzinfo=UTC))
    return store


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def search():
    return Search()


@pytest.fixture
def recent(search, knowledge, clock):
    return RecentSearches(search=search, knowledge=knowledge, clock=clock, room=2)


def test_the_same_question_is_searched_for_once(recent, search):
    first, again = recent(QUERY), recent(QUERY)
    assert again.passages == first.passages and again.snapshot == first.snapshot == 1
    assert again.took_ms == {}, "nothing was asked"
    assert len(search.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "globex"},
        {"audiences": frozenset({Audience.PUBLIC, Audience.STAFF})},
        {"text": "怎么换货"},
        {"language": "en"},
        {"today": date(2026, 11, 23)},
        {"top_k": 9},
        {"snapshot": 0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_question_or_another_right_is_another_search(recent, search, change):
    recent(QUERY)
    recent(replace(QUERY, **change))
    assert len(search.asked) == 2


def test_what_was_published_since_is_searched(recent, search, knowledge):
    recent(QUERY)
    knowledge.publish("acme", 2, datetime(2026, 11, 2, tzinfo=UTC))
    assert recent(QUERY).snapshot == 2
    knowledge.publish("acme", 1, datetime(2026, 11, 3, tzinfo=UTC))
    assert recent(QUERY).snapshot == 1
    assert [query.snapshot for query in search.asked] == [1, 2], "gone back to is what was found before"


def test_a_result_with_a_leg_missing_is_not_kept(recent, search):
    search.degraded = ("reader",)
    recent(QUERY)
    search.degraded = ()
    assert recent(QUERY).degraded == ()
    assert len(search.asked) == 2


def test_nothing_is_kept_for_longer_than_a_minute(recent, search, clock):
    recent(QUERY)
    clock.advance(59)
    recent(QUERY)
    clock.advance(2)
    recent(QUERY)
    assert len(search.asked) == 2


def test_the_oldest_makes_room(recent, search):
    for text in ("一", "二", "三", "二", "一"):
        recent(replace(QUERY, text=text))
    assert [query.text for query in search.asked] == ["一", "二", "三", "一"]
