"""The controller's operations given again after a lost reply, and a release whose name was given before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from shared.domain.release import Traffic
from shared.domain.rollout import Rollout, Status
from shared.ports import AliasState, ReleaseStore
from shared.use_cases.roll_out import ReleaseTakenError
from tests.unit.use_cases.test_roll_out import GOOD, Stage, a_rollout


@pytest.fixture
def stage() -> Stage:
    """All functions at version 1, which is release r1."""
    made = Stage()
    made.run(a_rollout("run-0", "r1", "1"))
    return made


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
    assert _through(stage, a_rollout()).progress.status is Status.PROMOTED
    assert stage.shares() == {("2", 0)} and stage.releases.traffic().stable == "r2"


def test_the_first_releases_given_again_change_nothing_more() -> None:
    assert _through(Stage(), a_rollout("run-0", "r1", "1")).progress.status is Status.PROMOTED
    assert _through(Stage(), a_rollout()).progress.status is Status.PROMOTED


@pytest.mark.parametrize("reached", [Status.BAKING, Status.READY, Status.WATCHING])
def test_a_rollback_given_again_changes_nothing_more(stage: Stage, reached: Status) -> None:
    rollout = stage.tick(stage.controller.begin(a_rollout()))
    while rollout.progress.status is not reached:
        rollout = stage.controller.promote(rollout) if rollout.progress.status is Status.READY else stage.tick(rollout)
    stage.cloud.states["dialog"] = AliasState(version="7")
    unhealthy = _twice(stage, stage.controller.tick, rollout) if reached is not Status.READY else rollout.at(Status.UNHEALTHY)
    over = _twice(stage, stage.controller.rollback, unhealthy)
    assert over.progress.status is Status.ROLLED_BACK and over.progress.reason.endswith("somebody else put them: dialog")
    assert stage.cloud.states.pop("dialog").version == "7" and stage.shares() == {("1", 0)}


def test_a_rollback_of_a_rollout_that_has_ended_touches_nothing_and_says_so(stage: Stage) -> None:
    """A last tick whose answers were all lost comes here: the release is out, and stays."""
    promoted = stage.run(a_rollout())
    over = _twice(stage, stage.controller.rollback, promoted.at(Status.UNHEALTHY, "the controller failed"))
    assert (over.progress.status, over.progress.reason) == (Status.PROMOTED, "the rollout has ended: nothing was touched")
    released = stage.releases.release("r2")
    assert stage.shares() == {("2", 0)} and released and not released.rolled_back


def test_the_last_tick_given_again_after_the_next_rollout_has_begun_is_still_a_promotion(stage: Stage) -> None:
    before = rollout = stage.controller.begin(a_rollout())
    while rollout.progress.status is not Status.PROMOTED:
        before = rollout
        rollout = stage.controller.promote(rollout) if rollout.progress.status is Status.READY else stage.tick(rollout)
    stage.controller.begin(a_rollout("run-2", "r3", "3"))
    assert stage.controller.tick(before) == rollout


def test_a_promotion_without_the_lock_touches_nothing(stage: Stage) -> None:
    rollout = stage.controller.begin(a_rollout())
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    stage.clock.advance(timedelta(minutes=16))
    stage.controller.begin(a_rollout("run-2", "r3", "3"))
    refused = stage.controller.promote(rollout)
    assert (refused.progress.status, refused.progress.reason) == (Status.UNHEALTHY, "the lock was lost")
    assert stage.shares() == {("1", 1.0)}


@pytest.mark.parametrize("known", ["r1", "r2"])
def test_a_release_that_is_on_record_with_other_versions_is_refused_and_nothing_changes(stage: Stage, known: str) -> None:
    """r1 is stable, r2 runs: conversations are on both, and would be on the new versions at once."""
    running = stage.tick(stage.controller.begin(a_rollout()))
    before = stage.releases.release(known), stage.releases.traffic()
    with pytest.raises(ReleaseTakenError, match=f"{known} is on record with other versions; deploy under a new name"):
        stage.controller.begin(a_rollout("run-2", known, "9"))
    assert (stage.releases.release(known), stage.releases.traffic()) == before
    assert stage.tick(running).progress.status is Status.BAKING, "nobody has asked it to end"


def test_a_release_that_went_back_may_begin_again_with_the_same_versions(stage: Stage) -> None:
    stage.cloud.samples["dialog"] = replace(GOOD, faults=30)
    assert stage.run(a_rollout()).progress.status is Status.ROLLED_BACK
    stage.cloud.samples.clear()
    assert stage.run(a_rollout("run-2")).progress.status is Status.PROMOTED
    released = stage.releases.release("r2")
    assert released and not released.rolled_back and released.ended_at is None


def test_the_stable_release_does_not_take_its_own_place_after_a_move_by_hand(stage: Stage) -> None:
    stage.run(a_rollout())
    stage.cloud.states["dialog"] = AliasState(version="1")
    with pytest.raises(ReleaseTakenError, match="is the stable release, and somebody moved its aliases: dialog"):
        stage.controller.begin(a_rollout("run-2"))
    stage.cloud.states["dialog"] = AliasState(version="2")
    assert stage.controller.begin(a_rollout("run-2")).progress.status is Status.PROMOTED


def test_who_loses_the_race_for_the_lock_has_not_changed_what_a_name_stands_for(stage: Stage) -> None:
    class Beaten:
        """Another rollout of the same name begins between this one's look at the records and its lock."""

        def __getattr__(self, name: str) -> object:
            return getattr(stage.releases, name)

        def set_traffic(self, traffic: Traffic) -> None:
            stage.controller.begin(a_rollout("run-2", "r2", "9"))
            stage.releases.set_traffic(traffic)

    beaten = replace(stage.controller, releases=cast("ReleaseStore", Beaten()))
    assert beaten.begin(a_rollout()).progress.status is Status.WAITING
    released = stage.releases.release("r2")
    assert released and set(released.versions.values()) == {"9"}
    with pytest.raises(ReleaseTakenError):
        stage.controller.begin(a_rollout())
