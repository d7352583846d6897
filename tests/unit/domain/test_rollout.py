"""How a candidate becomes the stable release: the decision of each tick."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from infra_cdk.start_rollout import QUICK
from shared.domain.rollout import Finding, Health, Plan, Progress, Sample, Searches, Status, decide, judge

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
        (replace(GOOD, p99_ms=1200, stable_p99_ms=1150), Health.ALIKE),
        (replace(GOOD, p99_ms=1200, stable_p99_ms=810), Health.UNHEALTHY),
        (replace(GOOD, p99_ms=1200, stable_p99_ms=None), Health.UNHEALTHY),
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


@pytest.mark.parametrize(
    ("candidate", "stable", "health"),
    [
        # The candidate alone.
        (Searches(count=100, degraded=100, unsearched=100), Searches(count=900), Health.UNHEALTHY),
        (Searches(count=100, degraded=100), Searches(count=900, degraded=9), Health.UNHEALTHY),
        (Searches(count=20, degraded=3, unsearched=3), Searches(count=380), Health.UNHEALTHY),
        (Searches(count=34, degraded=34, unsearched=34), Searches(count=3), Health.UNHEALTHY),
        # A stage in which a leg is always missing, and the candidate has lost the other one.
        (Searches(count=100, degraded=100, unsearched=50), Searches(count=900, degraded=900), Health.UNHEALTHY),
        # Both, or nothing to compare with: nobody is blamed, nothing is promoted.
        (Searches(count=100, degraded=100, unsearched=100), Searches(count=900, degraded=900, unsearched=900), Health.ALIKE),
        (Searches(count=100, degraded=30, unsearched=30), Searches(count=900, degraded=180, unsearched=180), Health.ALIKE),
        (Searches(count=100, degraded=100, unsearched=100), Searches(), Health.ALIKE),
        # A part that both lack, a few, and what chance gives.
        (Searches(count=100, degraded=100), Searches(count=900, degraded=900), Health.HEALTHY),
        (Searches(count=20, degraded=2, unsearched=2), Searches(count=380), Health.HEALTHY),
        (Searches(count=30, degraded=3), Searches(count=570, degraded=20), Health.HEALTHY),
        (Searches(count=400, degraded=8, unsearched=8), Searches(count=7000), Health.HEALTHY),
    ],
)
def test_a_search_that_lacks_something_is_held_against_the_candidate_only_where_the_stable_version_does_better(
    candidate: Searches, stable: Searches, health: Health
) -> None:
    assert _health(replace(GOOD, searches=candidate, stable_searches=stable)) is health


def test_an_outage_that_hits_both_versions_holds_and_the_rollout_goes_on_after_it() -> None:
    out = replace(GOOD, searches=Searches(count=50, unsearched=50), stable_searches=Searches(count=900, unsearched=900))
    progress, ticks, _ = _drive(lambda tick: out if 10 <= tick < 20 else GOOD)
    assert (progress.status, ticks) == (Status.READY, 130)


def test_an_outage_of_both_that_does_not_end_goes_back_and_says_so() -> None:
    out = replace(GOOD, searches=Searches(count=50, unsearched=50), stable_searches=Searches(count=900, unsearched=450))
    progress, ticks, _ = _drive(lambda _: out, holds=False)
    assert (progress.status, progress.step, ticks) == (Status.UNHEALTHY, 0, PLAN.max_hold_ticks + 1)
    assert progress.reason == "dialog: knowledge out of reach in 100.0% of 50, the stable version in 50.0% of 900 for too long"


def test_one_bad_gate_is_enough_whatever_it_measures() -> None:
    gates = [judge("dialog", GOOD, PLAN, holds=True), Finding(subject="thumbs", health=Health.UNHEALTHY, reason="12 points down")]
    assert decide(PLAN, Progress(), gates).reason == "thumbs: 12 points down"


def test_after_promotion_it_is_watched_and_a_fault_still_ends_it() -> None:
    watching = Progress(status=Status.WATCHING, step=4, applied=4)
    bad = judge("dialog", replace(GOOD, faults=50), PLAN, holds=True)
    assert decide(PLAN, watching, [bad]).status is Status.UNHEALTHY
    both = replace(GOOD, searches=Searches(count=50, unsearched=50), stable_searches=Searches(count=9, unsearched=9))
    watching = decide(PLAN, watching, [judge("dialog", both, PLAN, holds=True)])
    assert (watching.status, watching.healthy_ticks, watching.held_ticks) == (Status.WATCHING, 0, 1)
    for _ in range(PLAN.watch_ticks):
        watching = decide(PLAN, watching, [judge("dialog", Sample(), PLAN, holds=True)])
    assert watching.status is Status.PROMOTED


def _ticks_of_quick(sample: Sample) -> tuple[Progress, int]:
    """Return how a rollout in a quiet stage ends, and after how many ticks, when each shows this."""
    plan = replace(PLAN, **QUICK | {"steps": tuple(QUICK["steps"])})
    progress, ticks = Progress(), 0
    while progress.status in (Status.BAKING, Status.WATCHING):
        progress, ticks = decide(plan, progress, [judge("dialog", sample, plan, holds=True)]), ticks + 1
        if progress.status is Status.READY:
            progress = replace(progress, status=Status.WATCHING)
    return progress, ticks


def test_in_a_stage_where_nobody_asks_a_quick_rollout_gets_through_in_minutes() -> None:
    """By the default plan silence holds for two hours and then goes back: there no second release would ever arrive."""
    progress, ticks = _ticks_of_quick(Sample())
    assert progress.status is Status.PROMOTED and ticks < 10


def test_the_first_questions_of_a_quiet_stage_are_cold_starts_and_no_reason_to_go_back() -> None:
    progress, _ = _ticks_of_quick(Sample(requests=2, p99_ms=4200.0, stable_p99_ms=90.0))
    assert progress.status is Status.PROMOTED


def test_one_fault_that_shows_itself_ends_a_quick_rollout() -> None:
    progress, ticks = _ticks_of_quick(Sample(requests=3, faults=1))
    assert (progress.status, ticks) == (Status.UNHEALTHY, 1)
