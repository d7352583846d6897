"""Old versions: what nobody can come to any more goes, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.old_versions import KEPT_AFTER_END, KEPT_RELEASES, PublishedVersion, prunable
from shared.domain.release import PIN_LIFE, Release, Traffic
from shared.domain.rollout import Status
from shared.ports import AliasState
from shared.use_cases.prune_versions import PruneVersions
from tests.unit.use_cases.test_roll_out import FUNCTIONS, Stage, a_rollout

NOW = Stage().clock.now()
LONG_AGO = NOW - KEPT_AFTER_END
TRAFFIC = Traffic(stable="r9", version=1)


def _release(number: int, **more: object) -> Release:
    ended = {"ended_at": None if number == 9 else LONG_AGO}
    return Release(release_id=f"r{number}", versions={"dialog": str(number), "ingress": str(number)}, **(ended | more))


def _published(*numbers: int, aliased: frozenset[int] = frozenset({9})) -> list[PublishedVersion]:
    return [
        PublishedVersion(function=function, number=number, release_id=f"r{number}", aliased=number in aliased)
        for function in ("dialog", "ingress")
        for number in numbers
    ]


def _releases(**changed: Release) -> dict[str, Release]:
    return {f"r{number}": _release(number) for number in range(1, 10)} | changed


def _numbers(found: tuple[PublishedVersion, ...]) -> set[int]:
    for number in {version.number for version in found}:
        assert {v.function for v in found if v.number == number} == {"dialog", "ingress"}, "a release goes as a whole"
    return {version.number for version in found}


def test_all_but_the_newest_releases_go_when_their_last_conversations_have_ended() -> None:
    assert _numbers(prunable(_published(*range(1, 10)), _releases(), TRAFFIC, NOW)) == {1, 2, 3, 4}
    assert KEPT_RELEASES == 5


@pytest.mark.parametrize(
    "kept",
    [
        _release(2, ended_at=LONG_AGO + timedelta(seconds=1)),
        _release(2, ended_at=NOW - PIN_LIFE),
        _release(2, ended_at=None),
        _release(2, ended_at=NOW, rolled_back=True),
    ],
    ids=["in its last hour", "as its last pin ends", "not ended", "just rolled back"],
)
def test_a_release_that_conversations_may_be_pinned_to_stays(kept: Release) -> None:
    assert _numbers(prunable(_published(*range(1, 10)), _releases(r2=kept), TRAFFIC, NOW)) == {1, 3, 4}


def test_what_an_alias_points_at_stays_with_all_functions_of_its_release() -> None:
    """By weight or by hand; what it calls, it calls by the version of its own release."""
    published = [replace(v, aliased=v.aliased or (v.function, v.number) == ("dialog", 3)) for v in _published(*range(1, 10))]
    assert _numbers(prunable(published, _releases(), TRAFFIC, NOW)) == {1, 2, 4}


def test_what_is_newer_than_the_stable_release_stays_whoever_knows_it() -> None:
    """Deployed and not begun yet, running as a candidate, or gone back."""
    traffic = Traffic(stable="r2", candidate="r4", percent=5, version=1)
    published = _published(*range(1, 10), aliased=frozenset({2, 4}))
    assert _numbers(prunable(published, _releases(), traffic, NOW, kept_releases=1)) == {1}


def test_a_deployment_that_was_never_begun_and_is_older_goes() -> None:
    known = {name: release for name, release in _releases().items() if name != "r3"}
    assert 3 in _numbers(prunable(_published(*range(1, 10)), known, TRAFFIC, NOW))


@pytest.mark.parametrize("traffic", [Traffic(), Traffic(stable="unknown", version=1)])
def test_without_a_stable_release_on_record_nothing_goes(traffic: Traffic) -> None:
    assert prunable(_published(*range(1, 10)), _releases(), traffic, NOW, kept_releases=1) == ()


def test_after_rollouts_only_what_is_old_enough_is_deleted_and_again_nothing_more() -> None:
    stage = Stage()
    stage.run(a_rollout("run-1", "r1", "1"))
    for number in range(2, 9):
        assert stage.run(a_rollout(f"run-{number}", f"r{number}", str(number))).progress.status is Status.PROMOTED
    stage.cloud.published_numbers = tuple(range(1, 9))
    prune = PruneVersions(versions=stage.cloud, releases=stage.releases, clock=stage.clock, functions=FUNCTIONS)
    assert prune() == (), "conversations of the last day may be on any of them"
    stage.clock.advance(KEPT_AFTER_END)
    assert {version.number for version in prune()} == {1, 2, 3}
    assert set(stage.cloud.deleted) == {(function, number) for function in FUNCTIONS for number in (1, 2, 3)}
    stage.cloud.published_numbers = tuple(range(4, 9))
    assert prune() == ()


def test_a_release_that_came_back_is_not_counted_from_its_first_end() -> None:
    stage = Stage()
    stage.run(a_rollout("run-1", "r1", "1"))
    rollout = stage.controller.begin(a_rollout("run-2", "r2", "2"))
    while rollout.progress.status is Status.BAKING:
        rollout = stage.tick(rollout)
    watching = stage.controller.promote(rollout)
    ended = stage.releases.release("r1")
    assert ended and ended.ended_at is not None
    stage.controller.rollback(watching.at(Status.UNHEALTHY, "by hand"))
    back = stage.releases.release("r1")
    assert back and back.ended_at is None
    assert stage.cloud.states["dialog"] == AliasState(version="1")
