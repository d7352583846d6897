"""The controller: it moves aliases together, twice does no more than once, and it knows what is not its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.domain.errors import DependencyUnavailableError
from shared.domain.old_versions import PublishedVersion
from shared.domain.release import Release, Traffic
from shared.domain.rollout import Finding, Health, Plan, Rollout, Sample, Searches, Status, Target
from shared.ports import AliasState, ReleaseStore
from shared.use_cases.roll_out import AliasMovedError, ReleaseTakenError, RollOut
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


def _rollout(name: str = "run-1", release: str = "r2", version: str = "2") -> Rollout:
    targets = tuple(Target(function=function, candidate=version) for function in FUNCTIONS)
    return Rollout(rollout_id=name, release_id=release, targets=targets, plan=PLAN)


@pytest.fixture
def stage() -> Stage:
    """All functions at version 1, which is release r1."""
    made = Stage()
    made.run(_rollout("run-0", "r1", "1"))
    return made


def test_the_first_deployment_has_nothing_to_move_and_is_the_stable_release() -> None:
    stage = Stage()
    assert stage.run(_rollout("run-0", "r1", "1")).progress.status is Status.PROMOTED
    assert (stage.releases.traffic().stable, stage.cloud.changes) == ("r1", [])
    assert stage.releases.release("r1") == Release(release_id="r1", versions=dict.fromkeys(FUNCTIONS, "1"))


def test_all_functions_move_together_and_the_record_says_the_same_share(stage: Stage) -> None:
    rollout = stage.controller.begin(_rollout())
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
    assert stage.run(_rollout()).progress.status is Status.PROMOTED
    traffic = stage.releases.traffic()
    assert (traffic.stable, traffic.candidate, traffic.percent, traffic.rollout_id) == ("r2", "", 0, "")


def test_a_fault_in_one_function_takes_all_of_them_back(stage: Stage) -> None:
    stage.cloud.samples["dialog"] = replace(GOOD, faults=30)
    rollout = stage.run(_rollout())
    assert (rollout.progress.status, rollout.progress.reason) == (Status.ROLLED_BACK, "dialog: 6.0% of 500 requests failed")
    assert stage.shares() == {("1", 0)}
    released = stage.releases.release("r2")
    assert released and released.rolled_back and stage.releases.traffic().stable == "r1"


def test_a_fault_after_promotion_takes_it_back_too(stage: Stage) -> None:
    rollout = stage.controller.begin(_rollout())
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
    assert stage.run(_rollout()).progress.reason == "ingress: too little traffic to judge by"
    assert stage.shares() == {("1", 0)}


def test_a_search_that_is_broken_in_the_candidate_alone_takes_it_back(stage: Stage) -> None:
    """Customers get a ticket's form, quickly and with status 200: only what a turn says about its search shows it."""
    broken = Searches(count=100, degraded=100, unsearched=100)
    stage.cloud.samples["dialog"] = replace(GOOD, searches=broken, stable_searches=Searches(count=900))
    rollout = stage.run(_rollout())
    assert rollout.progress.status is Status.ROLLED_BACK
    assert rollout.progress.reason == "dialog: knowledge out of reach in 100.0% of 100, the stable version in 0.0% of 900"
    assert stage.shares() == {("1", 0)}


def test_a_search_that_is_broken_in_both_versions_holds_and_moves_nothing(stage: Stage) -> None:
    rollout = stage.tick(stage.controller.begin(_rollout()))
    broken = Searches(count=100, degraded=100, unsearched=100)
    stage.cloud.samples["retrieval"] = replace(GOOD, searches=broken, stable_searches=broken)
    held = stage.tick(rollout, PLAN.max_hold_ticks)
    assert (held.progress.status, held.progress.step, held.progress.held_ticks) == (Status.BAKING, 0, PLAN.max_hold_ticks)
    assert stage.shares() == {("1", 0.05)}
    stage.cloud.samples.clear()
    assert stage.tick(held, 2).progress.step == 1


def test_a_function_for_which_nobody_waits_does_not_hold_the_others(stage: Stage) -> None:
    stage.cloud.samples["tickets"] = Sample()
    assert stage.run(_rollout()).progress.status is Status.PROMOTED


def test_an_alarm_and_any_other_gate_end_it(stage: Stage) -> None:
    stage.cloud.alarm = "kefu-dev-availability"
    assert stage.run(_rollout()).progress.reason == "kefu-dev-availability: in alarm, or missing"
    stage.cloud.alarm = ""
    stage.gate = lambda rollout: Finding(subject="intents", health=Health.UNHEALTHY, reason=f"{rollout.release_id} is worse")
    assert stage.run(_rollout("run-2")).progress.reason == "intents: r2 is worse"


def _twice(stage: Stage, operation: Callable[[Rollout], Rollout], rollout: Rollout) -> Rollout:
    """Do it, and again as after a lost reply: the same answer, and nothing changes any more."""

    def everything() -> tuple[object, ...]:
        records = [stage.releases.release(name) for name in ("r1", "r2", "before-releases")]
        return list(stage.cloud.changes), dict(stage.cloud.states), stage.releases.traffic(), records

    first = operation(rollout)
    before = everything()
    stage.clock.advance(timedelta(seconds=2))
    assert operation(rollout) == first
    assert everything() == before
    return first


def _through(stage: Stage, rollout: Rollout) -> Rollout:
    """Do what the state machine does, each operation twice, until the rollout is promoted and watched to its end."""
    rollout = _twice(stage, stage.controller.begin, rollout)
    while rollout.progress.status in (Status.BAKING, Status.READY, Status.WATCHING):
        promotes = rollout.progress.status is Status.READY
        rollout = _twice(stage, stage.controller.promote if promotes else stage.controller.tick, rollout)
    return rollout


def test_every_operation_given_again_changes_nothing_more_to_the_last_one(stage: Stage) -> None:
    assert _through(stage, _rollout()).progress.status is Status.PROMOTED
    assert stage.shares() == {("2", 0)} and stage.releases.traffic().stable == "r2"


def test_the_first_releases_given_again_change_nothing_more() -> None:
    assert _through(Stage(), _rollout("run-0", "r1", "1")).progress.status is Status.PROMOTED
    assert _through(Stage(), _rollout()).progress.status is Status.PROMOTED


@pytest.mark.parametrize("reached", [Status.BAKING, Status.READY, Status.WATCHING])
def test_a_rollback_given_again_changes_nothing_more(stage: Stage, reached: Status) -> None:
    rollout = stage.tick(stage.controller.begin(_rollout()))
    while rollout.progress.status is not reached:
        rollout = stage.controller.promote(rollout) if rollout.progress.status is Status.READY else stage.tick(rollout)
    stage.cloud.states["dialog"] = AliasState(version="7")
    unhealthy = _twice(stage, stage.controller.tick, rollout) if reached is not Status.READY else rollout.at(Status.UNHEALTHY)
    over = _twice(stage, stage.controller.rollback, unhealthy)
    assert over.progress.status is Status.ROLLED_BACK and over.progress.reason.endswith("somebody else put them: dialog")
    assert stage.cloud.states.pop("dialog").version == "7" and stage.shares() == {("1", 0)}


def test_a_rollback_of_a_rollout_that_has_ended_touches_nothing_and_says_so(stage: Stage) -> None:
    """A last tick whose answers were all lost comes here: the release is out, and stays."""
    promoted = stage.run(_rollout())
    over = _twice(stage, stage.controller.rollback, promoted.at(Status.UNHEALTHY, "the controller failed"))
    assert (over.progress.status, over.progress.reason) == (Status.PROMOTED, "the rollout has ended: nothing was touched")
    released = stage.releases.release("r2")
    assert stage.shares() == {("2", 0)} and released and not released.rolled_back


def test_the_last_tick_given_again_after_the_next_rollout_has_begun_is_still_a_promotion(stage: Stage) -> None:
    rollout = stage.controller.begin(_rollout())
    while rollout.progress.status is not Status.PROMOTED:
        before = rollout
        rollout = stage.controller.promote(rollout) if rollout.progress.status is Status.READY else stage.tick(rollout)
    stage.controller.begin(_rollout("run-2", "r3", "3"))
    assert stage.controller.tick(before) == rollout


def test_a_promotion_without_the_lock_touches_nothing(stage: Stage) -> None:
    rollout = stage.controller.begin(_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.clock.advance(timedelta(minutes=16))
    stage.controller.begin(_rollout("run-2", "r3", "3"))
    refused = stage.controller.promote(rollout)
    assert (refused.progress.status, refused.progress.reason) == (Status.UNHEALTHY, "the lock was lost")
    assert stage.shares() == {("1", 1.0)}


@pytest.mark.parametrize("known", ["r1", "r2"])
def test_a_release_that_is_on_record_with_other_versions_is_refused_and_nothing_changes(stage: Stage, known: str) -> None:
    """r1 is stable, r2 runs: conversations are on both, and would be on the new versions at once."""
    running = stage.tick(stage.controller.begin(_rollout()))
    before = stage.releases.release(known), stage.releases.traffic()
    with pytest.raises(ReleaseTakenError, match=f"{known} is on record with other versions; deploy under a new name"):
        stage.controller.begin(_rollout("run-2", known, "9"))
    assert (stage.releases.release(known), stage.releases.traffic()) == before
    assert stage.tick(running).progress.status is Status.BAKING, "nobody has asked it to end"


def test_a_release_that_went_back_may_begin_again_with_the_same_versions(stage: Stage) -> None:
    stage.cloud.samples["dialog"] = replace(GOOD, faults=30)
    assert stage.run(_rollout()).progress.status is Status.ROLLED_BACK
    stage.cloud.samples.clear()
    assert stage.run(_rollout("run-2")).progress.status is Status.PROMOTED
    released = stage.releases.release("r2")
    assert released and not released.rolled_back and released.ended_at is None


def test_the_stable_release_does_not_take_its_own_place_after_a_move_by_hand(stage: Stage) -> None:
    stage.run(_rollout())
    stage.cloud.states["dialog"] = AliasState(version="1")
    with pytest.raises(ReleaseTakenError, match="is the stable release, and somebody moved its aliases: dialog"):
        stage.controller.begin(_rollout("run-2"))
    stage.cloud.states["dialog"] = AliasState(version="2")
    assert stage.controller.begin(_rollout("run-2")).progress.status is Status.PROMOTED


def test_who_loses_the_race_for_the_lock_has_not_changed_what_a_name_stands_for(stage: Stage) -> None:
    class Beaten:
        """Another rollout of the same name begins between this one's look at the records and its lock."""

        def __getattr__(self, name: str) -> object:
            return getattr(stage.releases, name)

        def set_traffic(self, traffic: Traffic) -> None:
            stage.controller.begin(_rollout("run-2", "r2", "9"))
            stage.releases.set_traffic(traffic)

    beaten = replace(stage.controller, releases=cast("ReleaseStore", Beaten()))
    assert beaten.begin(_rollout()).progress.status is Status.WAITING
    released = stage.releases.release("r2")
    assert released and set(released.versions.values()) == {"9"}
    with pytest.raises(ReleaseTakenError):
        stage.controller.begin(_rollout())


@pytest.mark.parametrize("broken", FUNCTIONS)
def test_a_step_that_broke_off_half_way_is_finished_by_its_repeat(stage: Stage, broken: str) -> None:
    rollout = stage.tick(stage.controller.begin(_rollout()), 3)
    assert (rollout.progress.step, rollout.progress.applied) == (1, 0)
    stage.cloud.fails_at = broken
    with pytest.raises(DependencyUnavailableError):
        stage.controller.tick(rollout)
    stage.cloud.fails_at = ""
    assert stage.controller.tick(rollout).progress.applied == 1
    assert stage.shares() == {("1", 0.25)}


@pytest.mark.parametrize("broken", FUNCTIONS)
def test_a_promotion_that_broke_off_half_way_is_finished_by_its_repeat(stage: Stage, broken: str) -> None:
    rollout = stage.controller.begin(_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.cloud.fails_at = broken
    with pytest.raises(DependencyUnavailableError):
        stage.controller.promote(rollout)
    stage.cloud.fails_at = ""
    assert stage.controller.promote(rollout).progress.status is Status.WATCHING
    assert stage.shares() == {("2", 0)}


def test_an_alias_that_somebody_else_moved_ends_the_rollout_and_stays_where_they_put_it(stage: Stage) -> None:
    rollout = stage.tick(stage.controller.begin(_rollout()), 2)
    by_hand = AliasState(version="7")
    stage.cloud.states["retrieval"] = by_hand
    unhealthy = stage.tick(rollout)
    assert (unhealthy.progress.status, unhealthy.progress.reason) == (Status.UNHEALTHY, "moved by someone else: retrieval")
    over = stage.controller.rollback(unhealthy)
    assert over.progress.reason.endswith("left as somebody else put them: retrieval")
    assert stage.cloud.states.pop("retrieval") == by_hand and stage.shares() == {("1", 0)}


def test_a_promotion_over_a_moved_alias_is_refused(stage: Stage) -> None:
    rollout = stage.controller.begin(_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.cloud.states["dialog"] = AliasState(version="1")
    with pytest.raises(AliasMovedError):
        stage.controller.promote(rollout)
    assert stage.shares() == {("1", 0), ("1", 1.0)}


def test_a_newer_rollout_waits_until_the_running_one_has_gone_back(stage: Stage) -> None:
    first = stage.tick(stage.controller.begin(_rollout()), 2)
    second = _rollout("run-2", "r3", "3")
    assert stage.controller.begin(second).progress.status is Status.WAITING
    assert stage.controller.begin(second).progress.status is Status.WAITING
    ended = stage.tick(first)
    assert ended.progress.reason == "superseded by run-2"
    stage.controller.rollback(ended)
    assert stage.run(second).progress.status is Status.PROMOTED
    assert stage.shares() == {("3", 0)}


def test_a_rollout_that_died_gives_its_lock_up_and_is_not_heard_afterwards(stage: Stage) -> None:
    dead = stage.tick(stage.controller.begin(_rollout()), 2)
    stage.clock.advance(timedelta(minutes=16))
    alive = stage.tick(stage.controller.begin(_rollout("run-2", "r3", "3")), 1)
    assert stage.tick(dead).progress.reason == "the lock was lost"
    stage.controller.rollback(dead.at(Status.UNHEALTHY))
    assert stage.shares() == {("1", 0.05)} and set(stage.cloud.states["dialog"].weights) == {"3"}
    assert stage.tick(alive).progress.status is Status.BAKING


def test_a_rollout_that_lives_keeps_its_lock_for_hours(stage: Stage) -> None:
    held = replace(PLAN, max_hold_ticks=300)
    stage.cloud.samples = dict.fromkeys(FUNCTIONS, Sample())
    rollout = stage.tick(stage.controller.begin(replace(_rollout(), plan=held)), 200)
    assert rollout.progress.status is Status.BAKING
    assert stage.controller.begin(_rollout("run-2", "r3", "3")).progress.status is Status.WAITING


def test_functions_from_before_the_records_are_a_release_to_go_back_to() -> None:
    stage = Stage()
    stage.cloud.samples["dialog"] = replace(GOOD, faults=500)
    stage.run(_rollout())
    before = stage.releases.release(stage.releases.traffic().stable)
    assert before and before.versions == dict.fromkeys(FUNCTIONS, "1")
