"""What is kept for when knowledge is out of reach: never more than what is published, as far as anybody saw."""

from datetime import timedelta

import pytest

from shared.adapters.sqlite.answer_cache import SQLiteAnswerCache
from shared.adapters.sqlite.database import MEMORY, Database
from shared.domain.blocks import Answer
from shared.domain.errors import DependencyUnavailableError
from shared.ports import AnswerCache
from shared.use_cases.remembered_answers import RememberedAnswers
from tests.world import START

SECOND = timedelta(seconds=1)


def answer(snapshot: int) -> Answer:
    return Answer(text="15 天", blocks=(), rung="extractive", snapshot=snapshot)


@pytest.fixture
def cache() -> AnswerCache:
    return SQLiteAnswerCache(Database(MEMORY))


def test_another_process_saw_a_newer_snapshot(cache: AnswerCache) -> None:
    one, other = RememberedAnswers(cache=cache), RememberedAnswers(cache=cache)
    one.note("t", 7, START)
    one.put("t", "k", answer(7), START)
    assert other.get("t", "k", START) == answer(7)
    other.note("t", 8, START + SECOND)
    assert one.get("t", "k", START + 2 * SECOND) is None


def test_after_a_rollback_the_earlier_snapshots_answers_are_given_and_the_later_ones_not(cache: AnswerCache) -> None:
    one, other = RememberedAnswers(cache=cache), RememberedAnswers(cache=cache)
    one.note("t", 7, START)
    one.put("t", "old", answer(7), START)
    other.note("t", 8, START + SECOND)
    other.put("t", "new", answer(8), START + SECOND)
    one.note("t", 7, START + 20 * SECOND)
    assert (other.get("t", "old", START + 21 * SECOND), other.get("t", "new", START + 21 * SECOND)) == (answer(7), None)


def test_where_nobody_saw_what_is_published_nothing_is_given(cache: AnswerCache) -> None:
    remembered = RememberedAnswers(cache=cache)
    remembered.put("t", "k", answer(7), START)
    remembered.note("other", 7, START)
    assert remembered.get("t", "k", START) is None


def test_a_note_that_cannot_be_written_costs_no_answer_and_is_written_by_the_next_search(cache: AnswerCache) -> None:
    class Down:
        get = cache.get

        def put(self, *_: object) -> None:
            raise DependencyUnavailableError("cache", "down")

    remembered = RememberedAnswers(cache=Down())
    remembered.note("t", 7, START)
    assert remembered.noted == {}
