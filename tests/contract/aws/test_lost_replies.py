"""A write whose reply is lost happens once, whether the client repeats it or the caller does."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from shared.domain.errors import DependencyUnavailableError, VersionConflictError
from tests.contract.aws.faults import LostReplies, Throttled, meeting
from tests.contract.aws.opening import AWSPorts
from tests.contract.samples import (
    TENANT,
    a_commit,
    a_conversation,
    a_pending,
    a_profile,
    a_session,
    a_ticket,
    a_turn,
    an_entry,
    an_event,
    at,
    stored,
)

NEEDS = frozenset({"DynamoDB", "ConversationStore", "Ledger", "Outbox", "TicketStore", "ProfileStore", "SessionStore"})
# Prepares, and returns the write with a look at what it left behind.
Write = Callable[[AWSPorts], tuple[Callable[[], object], Callable[[], object]]]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits up to seconds between its attempts; here it need not."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


def a_session_is_created(ports: AWSPorts):
    session = a_session(owner_token="mine")
    return lambda: ports.sessions.create(session), lambda: ports.sessions.get(session.conversation_id, at(0)) == session


def a_conversation_is_created(ports: AWSPorts):
    conversation = a_conversation()
    key = (TENANT, conversation.conversation_id)
    return lambda: ports.conversations.create(conversation, "mine"), lambda: ports.conversations.get(*key) == conversation


def a_long_conversation_is_created(ports: AWSPorts):
    conversation = a_conversation(state={"draft": "长" * 200_000})
    key = (TENANT, conversation.conversation_id)
    return lambda: ports.conversations.create(conversation, "mine"), lambda: ports.conversations.get(*key) == conversation


def a_turn_is_committed(ports: AWSPorts):
    conversation = stored(ports.conversations)
    turn = a_turn(conversation, tickets=(a_ticket(conversation),), events=(an_event(),), profile=a_profile())

    def once() -> bool:
        state = ports.conversations.load_turn(TENANT, conversation.conversation_id, 9)
        written = (state.conversation, state.recent, ports.outbox.unpublished(9))
        return written == (turn.conversation, turn.messages, turn.events)

    return lambda: ports.conversations.commit(turn), once


def a_message_is_parked(ports: AWSPorts):
    conversation, parked, event = stored(ports.conversations), a_pending(1), an_event()
    key = (TENANT, conversation.conversation_id)

    def once() -> bool:
        return (ports.conversations.load_turn(*key, 1).pending, ports.outbox.unpublished(9)) == ((parked,), (event,))

    return lambda: ports.conversations.park(*key, parked, event), once


def a_message_is_accepted(ports: AWSPorts):
    entry = an_entry("c")
    return lambda: ports.ledger.accept(entry), lambda: [one.seq for one in ports.ledger.between(TENANT, "c", 1, 9)] == [1]


def an_event_is_published(ports: AWSPorts):
    ports.conversations.commit(a_turn(stored(ports.conversations), events=(an_event(event_id="e"),)))
    return lambda: ports.outbox.mark_published(["e"], at(1)), lambda: ports.outbox.unpublished(9) == ()


WRITES: tuple[Write, ...] = (
    a_session_is_created,
    a_conversation_is_created,
    a_long_conversation_is_created,
    a_turn_is_committed,
    a_message_is_parked,
    a_message_is_accepted,
    an_event_is_published,
)


@pytest.mark.parametrize("prepare", WRITES)
def test_a_write_whose_reply_is_lost_is_repeated_by_the_client_and_happens_once(ports: AWSPorts, prepare: Write) -> None:
    write, happened_once = prepare(ports)
    with meeting(ports.dynamodb, "*", fault := LostReplies(1)):
        write()
    assert fault.executed >= 2
    assert happened_once()


@pytest.mark.parametrize("prepare", WRITES)
@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutItem"])
def test_a_write_whose_every_reply_is_lost_is_recognised_when_the_caller_repeats_it(
    ports: AWSPorts, prepare: Write, operation: str
) -> None:
    write, happened_once = prepare(ports)
    with meeting(ports.dynamodb, operation, fault := LostReplies(3)):
        try:
            write()
        except DependencyUnavailableError:
            assert fault.executed == 3
    write()
    assert happened_once()


def test_an_update_of_a_ticket_or_profile_whose_reply_is_lost_is_no_conflict_with_itself(ports: AWSPorts) -> None:
    conversation, profile = stored(ports.conversations), a_profile()
    ticket = a_ticket(conversation)
    ports.conversations.commit(a_turn(conversation, tickets=(ticket,)))
    ports.profiles.put(profile, 0)
    for write in (
        lambda: ports.tickets.update(ticket.advanced(note="已寄出"), 0, (an_event(event_id="e"),)),
        lambda: ports.profiles.put(replace(profile, name="新", version=2), 1),
    ):
        with meeting(ports.dynamodb, "TransactWriteItems", LostReplies(2)):
            write()
        with pytest.raises(VersionConflictError):
            write()
    assert ports.tickets.get(TENANT, ticket.ticket_id) == ticket.advanced(note="已寄出")
    assert ports.profiles.get(TENANT, profile.subject_id) == replace(profile, name="新", version=2)
    assert [event.event_id for event in ports.outbox.unpublished(9)] == ["e"]


def test_a_commit_whose_replies_were_lost_is_recognised_although_the_conversation_went_on(ports: AWSPorts) -> None:
    conversation = stored(ports.conversations)
    turn = a_turn(conversation)
    with meeting(ports.dynamodb, "TransactWriteItems", LostReplies(3)), pytest.raises(DependencyUnavailableError):
        ports.conversations.commit(turn)
    following = a_commit(turn.conversation, {"turn": 9})
    ports.conversations.commit(following)
    ports.conversations.commit(turn)
    assert ports.conversations.get(TENANT, conversation.conversation_id) == following.conversation


@pytest.mark.parametrize("operation", ["Query", "GetItem", "TransactWriteItems"])
def test_a_throttled_call_is_tried_three_times_and_then_is_an_outage_that_may_pass(ports: AWSPorts, operation: str) -> None:
    conversation = stored(ports.conversations)
    calls: dict[str, Callable[[], object]] = {
        "Query": lambda: ports.conversations.load_turn(TENANT, conversation.conversation_id, 5),
        "GetItem": lambda: ports.conversations.get(TENANT, conversation.conversation_id),
        "TransactWriteItems": lambda: ports.conversations.commit(a_turn(conversation)),
    }
    fault = Throttled()
    with meeting(ports.dynamodb, operation, fault), pytest.raises(DependencyUnavailableError) as refused:
        calls[operation]()
    assert refused.value.retryable
    assert fault.refused == 3
    calls[operation]()
