"""The contract of ReleaseStore."""

from dataclasses import replace

import pytest

from shared.domain.errors import VersionConflictError
from shared.domain.release import Release, Traffic
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import NOW

NEEDS = frozenset({"ReleaseStore"})
FIRST = Traffic(stable="r1", version=1)


def test_before_the_first_release_there_is_no_traffic(ports: Ports) -> None:
    assert ports.releases.traffic() == Traffic()


def test_traffic_comes_back_as_it_was_stored(ports: Ports) -> None:
    ports.releases.set_traffic(FIRST)
    both = FIRST.changed(candidate="r2", percent=25, rollout_id="run-1", lease_until=NOW, superseded_by="run-2")
    ports.releases.set_traffic(both)
    assert ports.releases.traffic() == both
    ports.releases.set_traffic(both.changed(candidate="", percent=0, rollout_id="", lease_until=None, superseded_by=""))
    assert ports.releases.traffic() == replace(FIRST, version=3)


def test_a_change_of_an_older_version_is_refused(ports: Ports) -> None:
    ports.releases.set_traffic(FIRST)
    ports.releases.set_traffic(FIRST.changed(percent=5))
    with pytest.raises(VersionConflictError):
        ports.releases.set_traffic(FIRST.changed(percent=25))
    assert ports.releases.traffic().percent == 5


def test_a_second_first_record_is_refused(ports: Ports) -> None:
    ports.releases.set_traffic(FIRST)
    with pytest.raises(VersionConflictError):
        ports.releases.set_traffic(Traffic(stable="other", version=1))


def test_no_version_is_left_out(ports: Ports) -> None:
    with pytest.raises(VersionConflictError):
        ports.releases.set_traffic(Traffic(stable="r1", version=2))


def test_the_same_change_after_a_lost_reply_returns_quietly(ports: Ports) -> None:
    for change in (FIRST, FIRST, FIRST.changed(percent=5), FIRST.changed(percent=5)):
        ports.releases.set_traffic(change)
    assert ports.releases.traffic().version == 2


def test_of_twenty_rollouts_one_gets_the_lock(ports: Ports) -> None:
    ports.releases.set_traffic(FIRST)

    def lock(number: int) -> bool:
        try:
            ports.releases.set_traffic(FIRST.changed(rollout_id=f"run-{number}"))
        except VersionConflictError:
            return False
        return ports.releases.traffic().rollout_id == f"run-{number}"

    assert sum(at_once(20, lock)) == 1


def test_a_release_comes_back_as_it_was_stored_and_may_be_written_again(ports: Ports) -> None:
    release = Release(release_id="2026.11.22-1", versions={"ingress": "7", "dialog": "12"})
    for stored in (release, release, replace(release, ended_at=NOW), replace(release, rolled_back=True)):
        ports.releases.put_release(stored)
        assert ports.releases.release("2026.11.22-1") == stored


@pytest.mark.parametrize("release_id", ["", "unknown", "r#2", "版" * 3000])
def test_a_release_that_nobody_stored_is_none(ports: Ports, release_id: str) -> None:
    assert ports.releases.release(release_id) is None
