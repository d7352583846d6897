"""The contract of ConversationStore.commit and park: one transaction, conditional, recognised when repeated."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.conversation import Author, Conversation, Feedback, Owner, TurnCommit
from shared.domain.errors import NotFoundError, OwnerChangedError, SupportError, VersionConflictError
from shared.domain.ledger import LedgerClosing, LedgerStatus
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import (
    TENANT,
    a_commit,
    a_message,
    a_pending,
    a_profile,
    a_ticket,
    a_turn,
    an_entry,
    an_event,
    at,
    stored,
)

NEEDS = frozenset({"ConversationStore", "Ledger", "Outbox", "TicketStore", "ProfileStore"})


def a_full_turn(ports: Ports, conversation: Conversation) -> TurnCommit:
    """Return a turn that writes everything a turn can write; message, pending and feedback targets are in the store."""
    conversation_id = conversation.conversation_id
    entry = ports.ledger.accept(an_entry(conversation_id, channel_message_id="m")).entry
    ports.conversations.park(TENANT, conversation_id, a_pending(entry.seq), an_event(conversation_id))
    old = a_message(conversation, 1, author=Author.BOT)
    first = a_commit(conversation, {"positions": 1}, messages=(old,))
    ports.conversations.commit(first)
    closing = LedgerClosing(
        conversation_id=conversation_id, seq=entry.seq, status=LedgerStatus.TICKETED, ended_at=at(5), reply_message_id="r"
    )
    return a_turn(
        first.conversation,
        closings=(closing,),
        events=(an_event(conversation_id), an_event(conversation_id)),
        tickets=(a_ticket(conversation, number="10000001"),),
        profile=a_profile(subject_id=conversation.subject_id),
        settled_pending=(entry.seq,),
        feedback={old.message_id: Feedback(helpful=True, comment="很好", given_at=at(6))},
    )


def what_is_stored(ports: Ports, conversation: Conversation) -> tuple[object, ...]:
    """Return all that a turn can change, in one comparable value."""
    key = (TENANT, conversation.conversation_id)
    return (
        ports.conversations.load_turn(*key, 100),
        ports.ledger.between(*key, 1, 100),
        ports.outbox.unpublished(100),
        ports.tickets.for_conversation(*key),
        ports.profiles.get(TENANT, conversation.subject_id),
    )


def test_a_turn_writes_all_its_parts(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    turn = a_full_turn(ports, conversation)
    ports.conversations.commit(turn)
    key = (TENANT, conversation.conversation_id)
    state = ports.conversations.load_turn(*key, 100)
    assert state.conversation == turn.conversation
    assert state.recent[1:] == turn.messages
    assert state.recent[0].feedback == Feedback(helpful=True, comment="很好", given_at=at(6))
    assert state.pending == ()
    assert ports.ledger.get(*key, "web", "m").status is LedgerStatus.TICKETED
    assert ports.ledger.get(*key, "web", "m").reply_message_id == "r"
    assert ports.outbox.unpublished(100)[1:] == turn.events
    assert ports.tickets.for_conversation(*key) == turn.tickets
    assert ports.profiles.get(TENANT, conversation.subject_id) == turn.profile


BROKEN: dict[str, Callable[[Ports, TurnCommit], TurnCommit]] = {
    "version": lambda _, turn: replace(turn, expected_version=turn.expected_version + 1),
    "old version": lambda _, turn: replace(turn, expected_version=turn.expected_version - 1),
    "owner": lambda _, turn: replace(turn, expected_owner=Owner.AGENT),
    "profile": lambda _, turn: replace(turn, profile=replace(turn.profile, version=7)),
    "feedback": lambda _, turn: replace(
        turn, feedback={**turn.feedback, "nobody": Feedback(helpful=True, comment="", given_at=at(0))}
    ),
    "ticket number": lambda ports, turn: replace(turn, tickets=(*turn.tickets, replace(turn.tickets[0], ticket_id="other"))),
    "message id": lambda _, turn: replace(
        turn, messages=(turn.messages[0], replace(turn.messages[1], message_id=turn.messages[0].message_id))
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_turn_that_is_refused_for_any_part_leaves_no_trace(ports: Ports, broken: str) -> None:
    conversation = stored(ports.conversations)
    turn = a_full_turn(ports, conversation)
    before = what_is_stored(ports, conversation)
    with pytest.raises(SupportError):
        ports.conversations.commit(BROKEN[broken](ports, turn))
    assert what_is_stored(ports, conversation) == before
    ports.conversations.commit(turn)
    assert what_is_stored(ports, conversation) != before


def test_a_late_answer_after_a_person_took_over_is_refused(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    late = a_turn(conversation)
    ports.conversations.commit(a_commit(conversation, {"owner": Owner.AGENT, "agent_id": "a1"}))
    with pytest.raises(OwnerChangedError) as refused:
        ports.conversations.commit(late)
    assert refused.value.owner == "agent"
    assert ports.conversations.messages(TENANT, conversation.conversation_id, 0, 10) == ()


def test_a_turn_on_an_old_version_is_refused(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    ports.conversations.commit(a_turn(conversation))
    with pytest.raises(VersionConflictError):
        ports.conversations.commit(a_turn(conversation))


def test_a_turn_of_an_unknown_conversation_is_not_found(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    for unknown in (replace(conversation, conversation_id="unknown"), replace(conversation, tenant="other")):
        with pytest.raises(NotFoundError):
            ports.conversations.commit(a_turn(unknown))


def test_a_commit_after_a_lost_reply_recognises_its_own_success(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    turn = a_full_turn(ports, conversation)
    ports.conversations.commit(turn)
    after_first = what_is_stored(ports, conversation)
    ports.conversations.commit(turn)
    assert what_is_stored(ports, conversation) == after_first


def test_a_commit_recognises_its_own_success_after_others_went_on(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    first = a_turn(conversation)
    ports.conversations.commit(first)
    following = first.conversation
    for _ in range(20):
        turn = a_turn(following)
        ports.conversations.commit(turn)
        following = turn.conversation
    handed_over = a_commit(following, {"owner": Owner.AGENT})
    ports.conversations.commit(handed_over)
    ports.conversations.commit(first)
    assert ports.conversations.get(TENANT, conversation.conversation_id) == handed_over.conversation


def test_another_answer_under_the_same_token_is_not_taken_for_a_repeat(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    turn = a_turn(conversation)
    ports.conversations.commit(turn)
    other_answer = replace(turn, messages=(turn.messages[0], replace(turn.messages[1], message_id="another", text="不可以。")))
    with pytest.raises(VersionConflictError):
        ports.conversations.commit(other_answer)


def test_a_token_is_known_in_its_own_conversation_only(ports: Ports) -> None:
    one, other = stored(ports.conversations), stored(ports.conversations)
    ports.conversations.commit(replace(a_turn(one), owner_token="t"))
    ports.conversations.commit(a_turn(other))
    with pytest.raises(VersionConflictError):
        ports.conversations.commit(replace(a_commit(other), owner_token="t"))


def test_a_ticket_that_its_owner_has_created_before_stays_one_ticket(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    ticket = a_ticket(conversation)
    first = a_turn(conversation, tickets=(ticket,))
    ports.conversations.commit(first)
    ports.conversations.commit(a_turn(first.conversation, tickets=(ticket,)))
    assert ports.tickets.for_conversation(TENANT, conversation.conversation_id) == (ticket,)


def test_feedback_given_again_replaces_the_first(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    turn = a_turn(conversation)
    ports.conversations.commit(turn)
    answer, row = turn.messages[1], turn.conversation
    for helpful, comment in ((True, "好"), (False, "其实不好")):
        given = a_commit(row, feedback={answer.message_id: Feedback(helpful=helpful, comment=comment, given_at=at(9))})
        ports.conversations.commit(given)
        row = given.conversation
    kept = ports.conversations.message(TENANT, conversation.conversation_id, answer.message_id)
    assert kept == replace(answer, feedback=Feedback(helpful=False, comment="其实不好", given_at=at(9)))


def test_a_parked_message_waits_with_the_event_that_starts_its_turn(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    parked, event = a_pending(2, text="还有 \ud800 😀"), an_event(conversation.conversation_id)
    ports.conversations.park(TENANT, conversation.conversation_id, parked, event)
    assert ports.conversations.load_turn(TENANT, conversation.conversation_id, 5).pending == (parked,)
    assert ports.outbox.unpublished(10) == (event,)


def test_parking_again_changes_nothing(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    parked = a_pending(2)
    for event_id in ("first", "second"):
        ports.conversations.park(TENANT, conversation.conversation_id, parked, an_event(event_id=event_id))
    assert ports.conversations.load_turn(TENANT, conversation.conversation_id, 5).pending == (parked,)
    assert [event.event_id for event in ports.outbox.unpublished(10)] == ["first"]


def test_a_park_that_comes_after_its_turn_was_taken_changes_nothing(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    turn = a_full_turn(ports, conversation)
    ports.conversations.commit(turn)
    before = what_is_stored(ports, conversation)
    ports.conversations.park(TENANT, conversation.conversation_id, a_pending(1), an_event())
    assert what_is_stored(ports, conversation) == before


def test_nothing_is_parked_in_an_unknown_conversation(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    with pytest.raises(NotFoundError):
        ports.conversations.park("other", conversation.conversation_id, a_pending(1), an_event())
    assert ports.outbox.unpublished(10) == ()


@pytest.mark.parametrize(("writers", "turns"), [(8, 40), (50, 4)])
def test_writers_at_once_lose_no_turn_and_write_none_twice(ports: Ports, writers: int, turns: int) -> None:
    conversation = stored(ports.conversations)
    key = (TENANT, conversation.conversation_id)

    def write(number: int) -> list[int]:
        done = []
        while len(done) < turns:
            row = ports.conversations.get(*key)
            turn = a_turn(row, f"{number}/{len(done)}")
            try:
                ports.conversations.commit(turn)
            except VersionConflictError:
                continue
            done.append(row.version)
        return done

    versions = at_once(writers, write)
    assert sorted(version for own in versions for version in own) == list(range(writers * turns))
    assert all(own == sorted(own) for own in versions)
    messages = ports.conversations.messages(*key, 0, 10_000)
    assert [message.position for message in messages] == list(range(1, 2 * writers * turns + 1))
    texts = [message.text for message in messages if message.author is Author.CUSTOMER]
    assert sorted(texts) == sorted(f"{number}/{turn}" for number in range(writers) for turn in range(turns))


def test_a_reader_never_sees_half_a_turn(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    key = (TENANT, conversation.conversation_id)

    def act(number: int) -> bool:
        if number == 0:
            row = conversation
            for _ in range(60):
                turn = a_turn(row)
                ports.conversations.commit(turn)
                row = turn.conversation
            return True
        states = [ports.conversations.load_turn(*key, 2) for _ in range(60)]
        return all(state.conversation.positions == (state.recent[-1].position if state.recent else 0) for state in states)

    assert all(at_once(6, act))
