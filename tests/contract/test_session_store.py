"""The contract of SessionStore."""

from dataclasses import replace

import pytest

from shared.domain.errors import NotFoundError, VersionConflictError
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import NOW, a_session, at

NEEDS = frozenset({"SessionStore"})


def test_a_session_comes_back_as_it_was_stored(ports: Ports) -> None:
    session = a_session(created_at=at(0.123456))
    assert ports.sessions.create(session) == session
    assert ports.sessions.get(session.conversation_id, NOW) == session


def test_an_unknown_session_is_not_found(ports: Ports) -> None:
    with pytest.raises(NotFoundError):
        ports.sessions.get("nobody", NOW)


def test_a_session_is_found_until_the_moment_it_expires(ports: Ports) -> None:
    session = ports.sessions.create(a_session(expires_at=at(10)))
    assert ports.sessions.get(session.conversation_id, at(9.999999)) == session
    with pytest.raises(NotFoundError):
        ports.sessions.get(session.conversation_id, at(10))


def test_a_create_after_a_lost_reply_gets_the_first_session(ports: Ports) -> None:
    first = ports.sessions.create(a_session(owner_token="mine"))
    assert ports.sessions.create(a_session(owner_token="mine")) == first


def test_a_creation_key_is_a_retrys_for_ten_minutes_and_then_starts_a_new_session(ports: Ports) -> None:
    first = ports.sessions.create(a_session(owner_token="mine"))
    assert ports.sessions.create(a_session(owner_token="mine", created_at=at(599))) == first
    later = a_session(owner_token="mine", created_at=at(600))
    assert ports.sessions.create(later) == later
    assert ports.sessions.create(a_session(owner_token="mine", created_at=at(601))) == later


def test_the_session_that_a_key_made_long_ago_stays_open(ports: Ports) -> None:
    first = ports.sessions.create(a_session(owner_token="mine"))
    ports.sessions.create(a_session(owner_token="mine", created_at=at(601)))
    assert ports.sessions.get(first.conversation_id, at(602)) == first


def test_an_owner_token_belongs_to_one_tenant(ports: Ports) -> None:
    first = ports.sessions.create(a_session(owner_token="mine"))
    other = a_session(owner_token="mine", tenant="other")
    assert ports.sessions.create(other) == other != first


def test_an_owner_token_whose_session_has_expired_starts_a_new_one(ports: Ports) -> None:
    ports.sessions.create(a_session(owner_token="mine", expires_at=at(10)))
    later = a_session(owner_token="mine", created_at=at(10), expires_at=at(20))
    assert ports.sessions.create(later) == later


def test_a_conversation_has_one_session(ports: Ports) -> None:
    session = ports.sessions.create(a_session())
    with pytest.raises(VersionConflictError):
        ports.sessions.create(a_session(conversation_id=session.conversation_id))
    assert ports.sessions.get(session.conversation_id, NOW) == session


def test_fifty_creates_with_one_token_agree_on_one_session(ports: Ports) -> None:
    sessions = at_once(50, lambda _: ports.sessions.create(a_session(owner_token="mine")))
    assert len(set(sessions)) == 1


def test_a_pin_is_moved_from_where_it_was(ports: Ports) -> None:
    session = ports.sessions.create(a_session())
    moved = ports.sessions.pin(session, "r2")
    assert moved == ports.sessions.get(session.conversation_id, NOW) == replace(session, release="r2")


def test_of_two_that_move_a_pin_the_first_counts_and_the_second_is_told(ports: Ports) -> None:
    session = ports.sessions.create(a_session())
    ports.sessions.pin(session, "r2")
    assert ports.sessions.pin(session, "r3").release == "r2"
    assert ports.sessions.get(session.conversation_id, NOW).release == "r2"


def test_the_pin_of_a_session_that_is_gone_is_not_found(ports: Ports) -> None:
    with pytest.raises(NotFoundError):
        ports.sessions.pin(a_session(), "r2")
