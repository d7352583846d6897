"""The contract of ProfileStore."""

from dataclasses import replace

import pytest

from shared.domain.errors import VersionConflictError
from shared.domain.profile import Profile
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import TENANT, a_profile, a_turn, stored

NEEDS = frozenset({"ProfileStore", "ConversationStore"})


def test_a_profile_comes_back_as_it_was_stored(ports: Ports) -> None:
    profile = a_profile()
    ports.profiles.put(profile, 0)
    assert ports.profiles.get(TENANT, profile.subject_id) == profile


def test_nobody_has_no_profile(ports: Ports) -> None:
    profile = a_profile()
    ports.profiles.put(profile, 0)
    assert ports.profiles.get(TENANT, "unknown") is None
    assert ports.profiles.get("other", profile.subject_id) is None


def test_a_change_needs_the_stored_version(ports: Ports) -> None:
    profile = a_profile()
    ports.profiles.put(profile, 0)
    changed = replace(profile, contact="new@example.com", language="en", version=2)
    ports.profiles.put(changed, 1)
    for stale in (0, 1, 3):
        with pytest.raises(VersionConflictError):
            ports.profiles.put(replace(profile, name="other"), stale)
    assert ports.profiles.get(TENANT, profile.subject_id) == changed


def test_a_turn_writes_the_version_after_the_stored_one(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    profile = a_profile(subject_id=conversation.subject_id)
    first = a_turn(conversation, profile=profile)
    ports.conversations.commit(first)
    changed = replace(profile, contact="", version=2)
    ports.conversations.commit(a_turn(first.conversation, profile=changed))
    assert ports.profiles.get(TENANT, conversation.subject_id) == changed


def test_fifty_writers_lose_no_change(ports: Ports) -> None:
    def put(number: int) -> None:
        while True:
            stored_one = ports.profiles.get(TENANT, "s")
            version = stored_one.version if stored_one else 0
            names = stored_one.name if stored_one else ""
            try:
                return ports.profiles.put(a_profile(subject_id="s", name=f"{names} {number}"), version)
            except VersionConflictError:
                continue

    at_once(50, put)
    profile = ports.profiles.get(TENANT, "s")
    assert isinstance(profile, Profile)
    assert profile.version == 50
    assert sorted(map(int, profile.name.split())) == list(range(50))
