"""The contract of RateLimiter."""

import pytest

from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import at

NEEDS = frozenset({"RateLimiter"})


def take(ports: Ports, seconds: float, key: str = "k", rate_per_s: float = 2, burst: int = 3) -> float:
    return ports.rate_limiter.take(key, rate_per_s=rate_per_s, burst=burst, now=at(seconds))


def test_a_burst_is_admitted_at_once_and_the_next_must_wait_for_one_interval(ports: Ports) -> None:
    assert [take(ports, 0) for _ in range(3)] == [0, 0, 0]
    assert take(ports, 0) == pytest.approx(0.5, abs=1e-5)


def test_one_who_waits_as_told_is_admitted(ports: Ports) -> None:
    for _ in range(3):
        take(ports, 0)
    wait = take(ports, 0.1)
    assert wait == pytest.approx(0.4, abs=1e-5)
    assert take(ports, 0.1 + wait) == 0


def test_a_refused_call_costs_nothing(ports: Ports) -> None:
    for _ in range(3):
        take(ports, 0)
    assert all(take(ports, 0.25) == pytest.approx(0.25, abs=1e-5) for _ in range(20))
    assert take(ports, 0.5) == 0


def test_a_steady_caller_at_the_rate_is_never_refused(ports: Ports) -> None:
    assert all(take(ports, number / 2, burst=1) == 0 for number in range(50))


def test_a_rest_fills_the_bucket_to_its_burst_and_not_beyond(ports: Ports) -> None:
    for _ in range(3):
        take(ports, 0)
    assert [take(ports, 1000) for _ in range(3)] == [0, 0, 0]
    assert take(ports, 1000) > 0


def test_keys_do_not_share_a_bucket(ports: Ports) -> None:
    for _ in range(4):
        take(ports, 0, "a")
    assert take(ports, 0, "b") == 0


def test_callers_at_once_get_exactly_the_burst(ports: Ports) -> None:
    waits = at_once(50, lambda _: take(ports, 0, rate_per_s=50, burst=20))
    assert waits.count(0) == 20


def test_a_clock_that_was_set_back_does_not_lock_anybody_out(ports: Ports) -> None:
    for _ in range(3):
        take(ports, 3600)
    assert take(ports, 0) <= 0.5 + 1e-5
