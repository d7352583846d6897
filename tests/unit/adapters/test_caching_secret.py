"""A secret in memory: asked for once, again when it may have been rotated, and never a reason to stop."""

import pytest

from shared.adapters.caching_secret import KEPT_FOR, CachingSecret
from shared.adapters.doubles.fixed_clock import FixedClock
from shared.domain.errors import DependencyUnavailableError, NotFoundError, SupportError


class Store:
    """Where the secret is kept; `fails` is raised instead of an answer."""

    def __init__(self, text: str = "one") -> None:
        self.text = text
        self.fails: SupportError | None = None
        self.asked = 0

    def read(self) -> str:
        self.asked += 1
        if self.fails:
            raise self.fails
        return self.text


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store() -> Store:
    return Store()


def test_nothing_is_asked_before_the_first_use_and_then_once(store: Store, clock: FixedClock) -> None:
    secret = CachingSecret(store.read, clock)
    assert store.asked == 0
    assert [secret(), secret(), secret()] == ["one"] * 3
    assert store.asked == 1


def test_a_rotated_secret_counts_within_its_time_to_live(store: Store, clock: FixedClock) -> None:
    secret = CachingSecret(store.read, clock)
    assert secret() == "one"
    store.text = "two"
    clock.advance(KEPT_FOR.total_seconds() - 1)
    assert secret() == "one"
    clock.advance(1)
    assert secret() == "two"


def test_a_clock_that_was_set_back_makes_it_ask_again(store: Store, clock: FixedClock) -> None:
    secret = CachingSecret(store.read, clock)
    secret()
    store.text = "two"
    clock.advance(-3600)
    assert secret() == "two"


@pytest.mark.parametrize("failure", [DependencyUnavailableError("secrets manager", "down"), NotFoundError("secret", "x")])
def test_what_was_last_known_counts_while_the_store_does_not_answer(
    store: Store, clock: FixedClock, failure: SupportError
) -> None:
    secret = CachingSecret(store.read, clock)
    secret()
    store.fails, store.text = failure, "two"
    clock.advance(KEPT_FOR.total_seconds())
    assert [secret(), secret()] == ["one", "one"]
    assert store.asked == 2
    store.fails = None
    clock.advance(30)
    assert secret() == "two"


def test_a_secret_that_nobody_ever_read_is_an_outage_and_not_asked_for_at_every_turn(store: Store, clock: FixedClock) -> None:
    store.fails = NotFoundError("secret", "x")
    secret = CachingSecret(store.read, clock)
    secret.read_ahead()
    for _ in range(3):
        with pytest.raises(DependencyUnavailableError):
            secret()
    assert store.asked == 1
    store.fails = None
    clock.advance(30)
    assert secret() == "one"


def test_a_line_end_from_the_hand_that_set_it_is_no_part_of_it(clock: FixedClock) -> None:
    assert CachingSecret(Store("key-1\n").read, clock)() == "key-1"


def test_it_does_not_show_in_a_repr(store: Store, clock: FixedClock) -> None:
    store.text = "sk-never-to-be-seen"
    secret = CachingSecret(store.read, clock)
    secret()
    assert "never-to-be-seen" not in repr(secret)
