"""How a candidate becomes the stable release: the decision of each tick."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.rollout import Finding, Health, Plan, Progress, Sample, Status, decide, judge

PLAN = Plan()
GOOD = Sample(requests=500, faults=0, p99_ms=300, stable_p99_ms=290)


def _health(sample: Sample) -> Health:
    return judge("dialog", sample, PLAN, holds=True).health


def _drive(sample_at: Callable[[int], Sample], *, holds: bool = True) -> tuple[Progress, int, dict[int, int]]:
    """Tick until it is over; return the progress, the ticks, and the tick at which each step began."""
    progress, tick, began = Progress(), 0, {0: 0}
    while progress.status is Status.BAKING:
        tick += 1
        progress = decide(PLAN, progress, [judge("dialog", sample_at(tick), PLAN, holds=holds)])
        began.setdefault(progress.step, tick)
    return progress, tick, began


def test_a_healthy_candidate_goes_through_five_steps_of_24_minutes() -> None:
    progress, ticks, began = _drive(lambda _: GOOD)
    assert PLAN.steps == (5, 25, 45, 65, 85)
    assert (progress.status, ticks) == (Status.READY, 120)
    assert began == {0: 0, 1: 24, 2: 48, 3: 72, 4: 96}


def test_a_fault_ends_the_rollout_at_the_first_tick_that_shows_it() -> None:
    progress, ticks, _ = _drive(lambda tick: GOOD if tick < 60 else replace(GOOD, faults=30))
    assert (progress.status, ticks) == (Status.UNHEALTHY, 60)
    assert progress.reason == "dialog: 6.0% of 500 requests failed"


def test_silence_holds_and_in_the_end_rolls_back_but_never_promotes() -> None:
    progress, ticks, _ = _drive(lambda _: Sample(requests=3))
    assert (progress.status, progress.step, ticks) == (Status.UNHEALTHY, 0, PLAN.max_hold_ticks + 1)


def test_a_function_that_few_call_rides_along() -> None:
    progress, ticks, _ = _drive(lambda _: Sample(requests=1), holds=False)
    assert (progress.status, ticks) == (Status.READY, 120)


def test_a_pause_in_traffic_keeps_what_was_healthy_before() -> None:
    _, ticks, _ = _drive(lambda tick: Sample() if 10 <= tick < 20 else GOOD)
    assert ticks == 130


@pytest.mark.parametrize(
    ("sample", "health"),
    [
        (GOOD, Health.HEALTHY),
        (replace(GOOD, faults=2), Health.HEALTHY),
        (replace(GOOD, faults=3), Health.UNHEALTHY),
        (replace(GOOD, p99_ms=801), Health.UNHEALTHY),
        (replace(GOOD, p99_ms=800, stable_p99_ms=None), Health.HEALTHY),
        (replace(GOOD, p99_ms=400, stable_p99_ms=310), Health.UNHEALTHY),
        (replace(GOOD, p99_ms=300, stable_p99_ms=10), Health.HEALTHY),
        (replace(GOOD, p99_ms=None), Health.HEALTHY),
        (Sample(), Health.UNKNOWN),
        (Sample(requests=19), Health.UNKNOWN),
        (Sample(requests=19, faults=2), Health.UNKNOWN),
        (Sample(requests=6, faults=3), Health.UNKNOWN),
        (Sample(requests=5, faults=3), Health.UNHEALTHY),
        (Sample(requests=0, faults=3), Health.UNHEALTHY),
    ],
)
def test_a_version_is_judged_by_its_faults_and_its_p99(sample: Sample, health: Health) -> None:
    assert _health(sample) is health


def test_one_bad_gate_is_enough_whatever_it_measures() -> None:
    gates = [judge("dialog", GOOD, PLAN, holds=True), Finding(subject="thumbs", health=Health.UNHEALTHY, reason="12 points down")]
    assert decide(PLAN, Progress(), gates).reason == "thumbs: 12 points down"


def test_after_promotion_it_is_watched_and_a_fault_still_ends_it() -> None:
    watching = Progress(status=Status.WATCHING, step=4, applied=4)
    bad = judge("dialog", replace(GOOD, faults=50), PLAN, holds=True)
    assert decide(PLAN, watching, [bad]).status is Status.UNHEALTHY
    for _ in range(PLAN.watch_ticks):
        watching = decide(PLAN, watching, [judge("dialog", Sample(), PLAN, holds=True)])
    assert watching.status is Status.PROMOTED
