"""The controller: it moves aliases together, twice does no more than once, and it knows what is not its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.domain.errors import DependencyUnavailableError
from shared.domain.old_versions import PublishedVersion
from shared.domain.release import Release
from shared.domain.rollout import Finding, Health, Plan, Rollout, Sample, Searches, Status, Target
from shared.ports import AliasState
from shared.use_cases.roll_out import AliasMovedError, RollOut
from tests.world import TickingClock

FUNCTIONS = ("ingress", "dialog", "retrieval", "tickets")
PLAN = Plan(steps=(5, 25, 100), healthy_ticks=2, watch_ticks=2, max_hold_ticks=3)
GOOD = Sample(requests=500, p99_ms=300, stable_p99_ms=290)


class Cloud:
    """Four functions with an alias, their metrics, and a count of the calls that changed something."""

    def __init__(self) -> None:
        self.states = {name: AliasState(version="1") for name in FUNCTIONS}
        self.samples: dict[str, Sample] = {}
        self.changes: list[str] = []
        self.alarm = ""
        self.fails_at = ""
        self.published_numbers: tuple[int, ...] = ()
        self.deleted: list[tuple[str, int]] = []

    def get(self, function: str) -> AliasState:
        return self.states[function]

    def put(self, function: str, state: AliasState) -> None:
        if function == self.fails_at:
            raise DependencyUnavailableError("lambda", "throttled")
        if self.states[function] != state:
            self.states[function] = state
            self.changes.append(function)

    def published(self, function: str) -> tuple[PublishedVersion, ...]:
        state = self.states[function]
        return tuple(
            PublishedVersion(
                function=function, number=number, release_id=f"r{number}", aliased=str(number) in (state.version, *state.weights)
            )
            for number in self.published_numbers
        )

    def delete(self, version: PublishedVersion) -> bool:
        self.deleted.append((version.function, version.number))
        return True

    def sample(self, function: str, candidate: str, stable: str, window_s: int) -> Sample:
        return self.samples.get(function, GOOD)

    def alarming(self, names: Sequence[str]) -> str:
        return self.alarm


class Stage:
    """The controller with its stores and the cloud."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.clock = TickingClock()
        self.releases = SQLiteReleaseStore(Database(MEMORY))
        self.gate: Callable[[Rollout], Finding] = lambda _: Finding(subject="thumbs", health=Health.HEALTHY)
        self.controller = RollOut(
            aliases=self.cloud,
            health=self.cloud,
            releases=self.releases,
            clock=self.clock,
            hot=frozenset(FUNCTIONS[:3]),
            gates=(lambda rollout: self.gate(rollout),),
        )

    def tick(self, rollout: Rollout, times: int = 1) -> Rollout:
        for _ in range(times):
            rollout = self.controller.tick(rollout)
            self.clock.advance(timedelta(minutes=1))
        return rollout

    def run(self, rollout: Rollout) -> Rollout:
        """Do what the state machine does."""
        rollout = self.controller.begin(rollout)
        while True:
            if rollout.progress.status in (Status.BAKING, Status.WATCHING):
                rollout = self.tick(rollout)
            elif rollout.progress.status is Status.READY:
                rollout = self.controller.promote(rollout)
            elif rollout.progress.status is Status.UNHEALTHY:
                return self.controller.rollback(rollout)
            else:
                return rollout

    def shares(self) -> set[tuple[str, float]]:
        return {(state.version, sum(state.weights.values())) for state in self.cloud.states.values()}


def a_rollout(name: str = "run-1", release: str = "r2", version: str = "2") -> Rollout:
    targets = tuple(Target(function=function, candidate=version) for function in FUNCTIONS)
    return Rollout(rollout_id=name, release_id=release, targets=targets, plan=PLAN)


@pytest.fixture
def stage() -> Stage:
    """All functions at version 1, which is release r1."""
    made = Stage()
    made.run(a_rollout("run-0", "r1", "1"))
    return made


def test_the_first_deployment_has_nothing_to_move_and_is_the_stable_release() -> None:
    stage = Stage()
    assert stage.run(a_rollout("run-0", "r1", "1")).progress.status is Status.PROMOTED
    assert (stage.releases.traffic().stable, stage.cloud.changes) == ("r1", [])
    assert stage.releases.release("r1") == Release(release_id="r1", versions=dict.fromkeys(FUNCTIONS, "1"))


def test_all_functions_move_together_and_the_record_says_the_same_share(stage: Stage) -> None:
    rollout = stage.controller.begin(a_rollout())
    assert stage.shares() == {("1", 0)}, "beginning moves nothing"
    seen = []
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
        ((version, share),) = stage.shares()
        traffic = stage.releases.traffic()
        assert (version, traffic.stable, traffic.candidate, traffic.percent) == ("1", "r1", "r2", share * 100)
        seen.append(traffic.percent)
    assert list(dict.fromkeys(seen)) == [5, 25, 100]
    stage.controller.promote(rollout)
    assert stage.shares() == {("2", 0)}


def test_a_promoted_release_is_the_stable_one_and_the_lock_is_free(stage: Stage) -> None:
    assert stage.run(a_rollout()).progress.status is Status.PROMOTED
    traffic = stage.releases.traffic()
    assert (traffic.stable, traffic.candidate, traffic.percent, traffic.rollout_id) == ("r2", "", 0, "")


def test_a_fault_in_one_function_takes_all_of_them_back(stage: Stage) -> None:
    stage.cloud.samples["dialog"] = replace(GOOD, faults=30)
    rollout = stage.run(a_rollout())
    assert (rollout.progress.status, rollout.progress.reason) == (Status.ROLLED_BACK, "dialog: 6.0% of 500 requests failed")
    assert stage.shares() == {("1", 0)}
    released = stage.releases.release("r2")
    assert released and released.rolled_back and stage.releases.traffic().stable == "r1"


def test_a_fault_after_promotion_takes_it_back_too(stage: Stage) -> None:
    rollout = stage.controller.begin(a_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    watching = stage.controller.promote(rollout)
    stage.cloud.samples["tickets"] = replace(GOOD, faults=500)
    unhealthy = stage.tick(watching)
    assert unhealthy.progress.status is Status.UNHEALTHY
    stage.controller.rollback(unhealthy)
    assert stage.shares() == {("1", 0)} and stage.releases.traffic().stable == "r1"


def test_no_traffic_holds_and_then_rolls_back(stage: Stage) -> None:
    stage.cloud.samples = dict.fromkeys(FUNCTIONS, Sample())
    assert stage.run(a_rollout()).progress.reason == "ingress: too little traffic to judge by"
    assert stage.shares() == {("1", 0)}


def test_a_search_that_is_broken_in_the_candidate_alone_takes_it_back(stage: Stage) -> None:
    """Customers get a ticket's form, quickly and with status 200: only what a turn says about its search shows it."""
    broken = Searches(count=100, degraded=100, unsearched=100)
    stage.cloud.samples["dialog"] = replace(GOOD, searches=broken, stable_searches=Searches(count=900))
    rollout = stage.run(a_rollout())
    assert rollout.progress.status is Status.ROLLED_BACK
    assert rollout.progress.reason == "dialog: knowledge out of reach in 100.0% of 100, the stable version in 0.0% of 900"
    assert stage.shares() == {("1", 0)}


def test_a_search_that_is_broken_in_both_versions_holds_and_moves_nothing(stage: Stage) -> None:
    rollout = stage.tick(stage.controller.begin(a_rollout()))
    broken = Searches(count=100, degraded=100, unsearched=100)
    stage.cloud.samples["retrieval"] = replace(GOOD, searches=broken, stable_searches=broken)
    held = stage.tick(rollout, PLAN.max_hold_ticks)
    assert (held.progress.status, held.progress.step, held.progress.held_ticks) == (Status.BAKING, 0, PLAN.max_hold_ticks)
    assert stage.shares() == {("1", 0.05)}
    stage.cloud.samples.clear()
    assert stage.tick(held, 2).progress.step == 1


def test_a_function_for_which_nobody_waits_does_not_hold_the_others(stage: Stage) -> None:
    stage.cloud.samples["tickets"] = Sample()
    assert stage.run(a_rollout()).progress.status is Status.PROMOTED


def test_an_alarm_and_any_other_gate_end_it(stage: Stage) -> None:
    stage.cloud.alarm = "kefu-dev-availability"
    assert stage.run(a_rollout()).progress.reason == "kefu-dev-availability: in alarm, or missing"
    stage.cloud.alarm = ""
    stage.gate = lambda rollout: Finding(subject="intents", health=Health.UNHEALTHY, reason=f"{rollout.release_id} is worse")
    assert stage.run(a_rollout("run-2")).progress.reason == "intents: r2 is worse"


@pytest.mark.parametrize("broken", FUNCTIONS)
def test_a_step_that_broke_off_half_way_is_finished_by_its_repeat(stage: Stage, broken: str) -> None:
    rollout = stage.tick(stage.controller.begin(a_rollout()), 3)
    assert (rollout.progress.step, rollout.progress.applied) == (1, 0)
    stage.cloud.fails_at = broken
    with pytest.raises(DependencyUnavailableError):
        stage.controller.tick(rollout)
    stage.cloud.fails_at = ""
    assert stage.controller.tick(rollout).progress.applied == 1
    assert stage.shares() == {("1", 0.25)}


@pytest.mark.parametrize("broken", FUNCTIONS)
def test_a_promotion_that_broke_off_half_way_is_finished_by_its_repeat(stage: Stage, broken: str) -> None:
    rollout = stage.controller.begin(a_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.cloud.fails_at = broken
    with pytest.raises(DependencyUnavailableError):
        stage.controller.promote(rollout)
    stage.cloud.fails_at = ""
    assert stage.controller.promote(rollout).progress.status is Status.WATCHING
    assert stage.shares() == {("2", 0)}


def test_an_alias_that_somebody_else_moved_ends_the_rollout_and_stays_where_they_put_it(stage: Stage) -> None:
    rollout = stage.tick(stage.controller.begin(a_rollout()), 2)
    by_hand = AliasState(version="7")
    stage.cloud.states["retrieval"] = by_hand
    unhealthy = stage.tick(rollout)
    assert (unhealthy.progress.status, unhealthy.progress.reason) == (Status.UNHEALTHY, "moved by someone else: retrieval")
    over = stage.controller.rollback(unhealthy)
    assert over.progress.reason.endswith("left as somebody else put them: retrieval")
    assert stage.cloud.states.pop("retrieval") == by_hand and stage.shares() == {("1", 0)}


def test_a_promotion_over_a_moved_alias_is_refused(stage: Stage) -> None:
    rollout = stage.controller.begin(a_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.cloud.states["dialog"] = AliasState(version="1")
    with pytest.raises(AliasMovedError):
        stage.controller.promote(rollout)
    assert stage.shares() == {("1", 0), ("1", 1.0)}


def test_a_newer_rollout_waits_until_the_running_one_has_gone_back(stage: Stage) -> None:
    first = stage.tick(stage.controller.begin(a_rollout()), 2)
    second = a_rollout("run-2", "r3", "3")
    assert stage.controller.begin(second).progress.status is Status.WAITING
    assert stage.controller.begin(second).progress.status is Status.WAITING
    ended = stage.tick(first)
    assert ended.progress.reason == "superseded by run-2"
    stage.controller.rollback(ended)
    assert stage.run(second).progress.status is Status.PROMOTED
    assert stage.shares() == {("3", 0)}


def test_a_rollout_that_died_gives_its_lock_up_and_is_not_heard_afterwards(stage: Stage) -> None:
    dead = stage.tick(stage.controller.begin(a_rollout()), 2)
    stage.clock.advance(timedelta(minutes=16))
    alive = stage.tick(stage.controller.begin(a_rollout("run-2", "r3", "3")), 1)
    assert stage.tick(dead).progress.reason == "the lock was lost"
    stage.controller.rollback(dead.at(Status.UNHEALTHY))
    assert stage.shares() == {("1", 0.05)} and set(stage.cloud.states["dialog"].weights) == {"3"}
    assert stage.tick(alive).progress.status is Status.BAKING


def test_a_rollout_that_lives_keeps_its_lock_for_hours(stage: Stage) -> None:
    held = replace(PLAN, max_hold_ticks=300)
    stage.cloud.samples = dict.fromkeys(FUNCTIONS, Sample())
    rollout = stage.tick(stage.controller.begin(replace(a_rollout(), plan=held)), 200)
    assert rollout.progress.status is Status.BAKING
    assert stage.controller.begin(a_rollout("run-2", "r3", "3")).progress.status is Status.WAITING


def test_functions_from_before_the_records_are_a_release_to_go_back_to() -> None:
    stage = Stage()
    stage.cloud.samples["dialog"] = replace(GOOD, faults=500)
    stage.run(a_rollout())
    before = stage.releases.release(stage.releases.traffic().stable)
    assert before and before.versions == dict.fromkeys(FUNCTIONS, "1")
