"""Who gets which release, and who stays on it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.release import PIN_LIFE, Release, Traffic, keeps_its_pin, release_for_new

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STEPS = (0, 5, 25, 45, 65, 85, 100)
IDS = [f"conversation-{number}" for number in range(20_000)]


def _with_candidate(percent: int) -> Traffic:
    return Traffic(stable="r1", candidate="r2", percent=percent)


def _on_candidate(percent: int) -> set[str]:
    return {i for i in IDS if release_for_new(i, _with_candidate(percent)) == "r2"}


@pytest.mark.parametrize("percent", STEPS)
def test_the_candidate_gets_its_share_of_new_conversations(percent: int) -> None:
    assert len(_on_candidate(percent)) / len(IDS) * 100 == pytest.approx(percent, abs=1)


def test_who_is_with_the_candidate_stays_with_it_as_its_share_grows() -> None:
    shares = [_on_candidate(percent) for percent in STEPS]
    assert all(earlier <= later for earlier, later in itertools.pairwise(shares))


def test_without_a_candidate_all_get_the_stable_release_whatever_the_percent_says() -> None:
    assert {release_for_new(i, Traffic(stable="r1", percent=100)) for i in IDS[:100]} == {"r1"}


def test_before_the_first_release_there_is_none_to_give() -> None:
    assert release_for_new("c1", Traffic()) == ""


@pytest.mark.parametrize(
    ("pinned", "rolled_back", "age", "stays"),
    [
        ("r1", False, timedelta(days=20), True),
        ("r2", False, timedelta(days=20), True),
        ("r0", False, PIN_LIFE - timedelta(seconds=1), True),
        ("r0", False, PIN_LIFE, False),
        ("r2", True, timedelta(0), False),
        ("r0", True, timedelta(0), False),
    ],
)
def test_a_conversation_stays_on_its_release_unless_that_is_rolled_back_or_long_replaced(
    pinned: str, rolled_back: bool, age: timedelta, stays: bool
) -> None:
    release = Release(release_id=pinned, versions={}, rolled_back=rolled_back)
    assert keeps_its_pin(release, NOW - age, _with_candidate(25), NOW) is stays


def test_a_release_that_is_not_on_record_keeps_nobody() -> None:
    assert not keeps_its_pin(None, NOW, _with_candidate(25), NOW)


def test_the_lock_is_anothers_until_its_lease_ends() -> None:
    held = Traffic(rollout_id="run-1", lease_until=NOW + timedelta(minutes=1))
    assert held.is_locked(NOW, against="run-2")
    assert not held.is_locked(NOW, against="run-1")
    assert not held.is_locked(NOW + timedelta(minutes=1), against="run-2")
    assert not Traffic().is_locked(NOW, against="run-2")
