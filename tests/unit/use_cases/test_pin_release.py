"""One conversation, one release, through a rollout that ends well and one that does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.caching_releases import CachingReleaseStore
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.contracts import LIVE_ALIAS
from shared.domain.errors import DependencyUnavailableError
from shared.domain.release import Release, Traffic, bucket
from shared.domain.session import Session
from shared.runtime.qualifiers import Qualifiers
from shared.use_cases.open_conversation import OpenConversation
from shared.use_cases.pin_release import PinRelease
from tests.world import TENANT, TurnsInProcess, World

CACHE_S = 15


class Stage:
    """A world with two releases on record, r1 stable."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.inner = SQLiteReleaseStore(world.database)
        self.releases = CachingReleaseStore(self.inner, world.clock, ttl_s=CACHE_S)
        self.pins = PinRelease(releases=self.releases, sessions=world.sessions, clock=world.clock, own="r0")
        for name in ("r1", "r2"):
            self.inner.put_release(Release(release_id=name, versions={"dialog": f"{name}-version"}))

    def share(self, **changes: object) -> None:
        """Change the traffic, as the rollout does, and let the front doors' caches end."""
        self.inner.set_traffic(self.inner.traffic().changed(**changes))
        self.world.time.advance(timedelta(seconds=CACHE_S))

    def session(self, wanted: Callable[[int], bool]) -> Session:
        """Open a conversation whose bucket is as wanted."""
        opening = OpenConversation(
            sessions=self.world.sessions,
            turns=TurnsInProcess(self.world),
            tokens=self.world.tokens,
            clock=self.world.clock,
            ids=self.world.ids,
            release="r0",
            pins=self.pins,
        )
        while True:
            session = opening(TENANT, "zh", "", "corr").session
            if wanted(bucket(session.conversation_id)):
                return session

    def turn(self, session: Session) -> str:
        """Return the release of the conversation's next turn."""
        return self.pins.for_turn(self.world.sessions.get(session.conversation_id, self.world.clock.now())).release


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def _early(place: int) -> bool:
    return place < 500


def _late(place: int) -> bool:
    return place >= 8500


def test_until_a_release_is_on_record_the_functions_own_counts(stage: Stage) -> None:
    session = stage.session(lambda _: True)
    assert (session.release, stage.turn(session)) == ("r0", "r0")


def test_a_new_conversation_enters_by_its_bucket_and_stays_through_promotion(stage: Stage) -> None:
    stage.share(stable="r1")
    before = stage.session(_early)
    stage.share(candidate="r2", percent=5)
    first, last = stage.session(_early), stage.session(_late)
    assert (first.release, last.release) == ("r2", "r1")
    stage.share(percent=85)
    stage.share(stable="r2", candidate="", percent=0)
    assert [stage.turn(session) for session in (before, first, last)] == ["r1", "r2", "r1"]


def test_a_conversation_leaves_a_replaced_release_after_a_day(stage: Stage) -> None:
    stage.share(stable="r1")
    session = stage.session(_early)
    stage.share(stable="r2")
    stage.world.time.advance(timedelta(hours=24))
    assert stage.turn(session) == "r2"


def test_a_pin_on_a_release_that_was_rolled_back_is_replaced_at_the_next_turn_for_good(stage: Stage) -> None:
    stage.share(stable="r1", candidate="r2", percent=5)
    session = stage.session(_early)
    stage.inner.put_release(replace(stage.inner.release("r2") or pytest.fail(), rolled_back=True))
    stage.share(candidate="", percent=0)
    assert stage.turn(session) == "r1"
    stage.inner.put_release(Release(release_id="r3", versions={}))
    stage.share(candidate="r3", percent=85)
    assert stage.turn(session) == "r1"


def test_a_repeated_opening_after_a_rollback_is_on_a_release_that_serves(stage: Stage) -> None:
    stage.share(stable="r1", candidate="r2", percent=100)
    opening = OpenConversation(
        sessions=stage.world.sessions,
        turns=TurnsInProcess(stage.world),
        tokens=stage.world.tokens,
        clock=stage.world.clock,
        ids=stage.world.ids,
        release="r0",
        pins=stage.pins,
    )
    key = "a-secret-key-of-enough-characters"
    assert opening(TENANT, "zh", key, "corr").session.release == "r2"
    stage.inner.put_release(replace(stage.inner.release("r2") or pytest.fail(), rolled_back=True))
    stage.share(candidate="", percent=0)
    assert opening(TENANT, "zh", key, "corr").session.release == "r1"


def test_a_release_is_looked_up_once_in_fifteen_seconds(stage: Stage) -> None:
    stage.share(stable="r1")
    assert stage.releases.traffic().stable == "r1"
    stage.inner.set_traffic(stage.inner.traffic().changed(stable="r2"))
    stage.world.time.advance(timedelta(seconds=CACHE_S - 1))
    assert stage.releases.traffic().stable == "r1"
    stage.world.time.advance(timedelta(seconds=1))
    assert stage.releases.traffic().stable == "r2"


def test_while_the_store_is_away_what_was_last_known_counts(stage: Stage) -> None:
    stage.share(stable="r1")
    versions = Qualifiers(releases=stage.releases)
    assert (stage.releases.traffic().stable, versions("dialog", "r1")) == ("r1", "r1-version")
    stage.world.time.advance(timedelta(minutes=5))
    away = _Away()
    stage.releases._inner = away
    assert (stage.releases.traffic().stable, versions("dialog", "r1")) == ("r1", "r1-version")
    assert versions("dialog", "r2") == LIVE_ALIAS, "never read, so the alias"


@pytest.mark.parametrize(
    ("function", "release", "qualifier"),
    [
        ("dialog", "r1", "r1-version"),
        ("retrieval", "r1", LIVE_ALIAS),
        ("dialog", "unknown", LIVE_ALIAS),
        ("dialog", "", LIVE_ALIAS),
    ],
)
def test_a_hop_goes_to_the_version_of_its_release_and_else_to_the_alias(
    stage: Stage, function: str, release: str, qualifier: str
) -> None:
    versions = Qualifiers(releases=stage.releases)
    assert versions(function, release) == versions.of(function)({"release": release}) == qualifier


def test_a_hop_of_a_release_that_was_rolled_back_goes_to_the_alias(stage: Stage) -> None:
    stage.inner.put_release(Release(release_id="r2", versions={"dialog": "12"}, rolled_back=True))
    assert Qualifiers(releases=stage.releases)("dialog", "r2") == LIVE_ALIAS


class _Away:
    def traffic(self) -> Traffic:
        raise DependencyUnavailableError("dynamodb", "away")

    def release(self, release_id: str) -> Release | None:
        raise DependencyUnavailableError("dynamodb", "away")

    def set_traffic(self, traffic: Traffic) -> None:
        raise DependencyUnavailableError("dynamodb", "away")

    def put_release(self, release: Release) -> None:
        raise DependencyUnavailableError("dynamodb", "away")
