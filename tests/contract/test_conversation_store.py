"""The contract of ConversationStore: rows, messages, listings."""

from dataclasses import replace

import pytest

from shared.domain.conversation import Author, Conversation, Feedback, Message, Owner, Rung
from shared.domain.errors import NotFoundError, VersionConflictError
from shared.ports import ConversationStore
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import (
    A_CITATION,
    ALL_BLOCKS,
    TENANT,
    a_commit,
    a_conversation,
    a_message,
    a_pending,
    a_turn,
    an_event,
    at,
    stored,
)

NEEDS = frozenset({"ConversationStore"})


def all_open(store: ConversationStore, owner: Owner | None, page: int) -> list[Conversation]:
    found, cursor = [], ""
    while True:
        listing = store.list_open(TENANT, owner, page, cursor)
        found += listing.items
        cursor = listing.cursor
        if not cursor:
            return found


def all_unanswered(store: ConversationStore, page: int) -> list[Message]:
    found, cursor = [], ""
    while True:
        listing = store.list_unanswered(TENANT, page, cursor)
        found += listing.items
        cursor = listing.cursor
        if not cursor:
            return found


def say(store: ConversationStore, conversation: Conversation, *messages: Message) -> Conversation:
    """Commit messages and return the next row."""
    commit = a_commit(conversation, {"positions": messages[-1].position}, messages=messages)
    store.commit(commit)
    return commit.conversation


def ask(store: ConversationStore, conversation: Conversation, text: str, rung: Rung) -> Conversation:
    turn = a_turn(conversation, text, rung)
    store.commit(turn)
    return turn.conversation


def test_a_conversation_comes_back_as_it_was_stored(ports: Ports) -> None:
    conversation = a_conversation(
        owner=Owner.AGENT,
        agent_id="a1",
        agent_name="李老师",
        version=0,
        turn=3,
        last_seq=4,
        positions=9,
        state={"pending": "contact", "draft": {"summary": "门锁", "tries": 2, "ok": True, "none": None, "list": [1, 2.5]}},
        closed_at=at(5.000001),
        waiting_since=at(4),
    )
    assert ports.conversations.create(conversation, "mine") == conversation
    assert ports.conversations.get(TENANT, conversation.conversation_id) == conversation


def test_another_tenants_conversation_is_not_found(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    for call in (
        lambda: ports.conversations.get("other", conversation.conversation_id),
        lambda: ports.conversations.load_turn("other", conversation.conversation_id, 5),
        lambda: ports.conversations.messages("other", conversation.conversation_id, 0, 5),
        lambda: ports.conversations.get(TENANT, "unknown"),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_a_create_after_a_lost_reply_gets_the_stored_row(ports: Ports) -> None:
    conversation = a_conversation()
    ports.conversations.create(conversation, "mine")
    turn = a_turn(conversation)
    ports.conversations.commit(turn)
    assert ports.conversations.create(conversation, "mine") == turn.conversation


def test_a_create_by_somebody_else_is_refused(ports: Ports) -> None:
    conversation = a_conversation()
    ports.conversations.create(conversation, "mine")
    with pytest.raises(VersionConflictError):
        ports.conversations.create(conversation, "theirs")


def test_fifty_creates_at_once_leave_one_row_and_one_winner(ports: Ports) -> None:
    conversation = a_conversation()

    def create(number: int) -> bool:
        try:
            ports.conversations.create(conversation, f"owner {number}")
        except VersionConflictError:
            return False
        return True

    assert sum(at_once(50, create)) == 1


def test_a_message_comes_back_with_every_kind_of_block_exactly(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    message = a_message(
        conversation,
        1,
        author=Author.BOT,
        text='原样："引号" \\ 😀 \ud800 \x00 \u2028 \r\n',
        blocks=ALL_BLOCKS,
        citations=(A_CITATION, replace(A_CITATION, quote="", score=0.1 + 0.2)),
        rung=Rung.FACT,
        release="r1+k7",
        agent_name="小光",
        in_reply_to="m0",
        confidence=0.1 + 0.2,
        degraded=("vector", "model"),
        evidence={"passages": [{"id": "c1", "score": 0.30000000000000004}], "snapshot": 7, "none": None},
        feedback=Feedback(helpful=False, comment="没答到点上", given_at=at(9)),
        created_at=at(0.000001),
    )
    say(ports.conversations, conversation, message)
    assert ports.conversations.message(TENANT, conversation.conversation_id, message.message_id) == message
    assert ports.conversations.messages(TENANT, conversation.conversation_id, 0, 10) == (message,)
    assert ports.conversations.load_turn(TENANT, conversation.conversation_id, 10).recent == (message,)


def test_a_message_of_300_kilobytes_comes_back_whole(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    message = a_message(conversation, 1, text="汉字" * 50_000)
    say(ports.conversations, conversation, message)
    assert ports.conversations.message(TENANT, conversation.conversation_id, message.message_id).text == "汉字" * 50_000


def test_a_message_is_found_in_its_own_conversation_only(ports: Ports) -> None:
    one, other = stored(ports.conversations), stored(ports.conversations)
    message = a_message(one, 1)
    say(ports.conversations, one, message)
    for tenant, conversation_id in ((TENANT, other.conversation_id), ("other", one.conversation_id)):
        with pytest.raises(NotFoundError):
            ports.conversations.message(tenant, conversation_id, message.message_id)


def test_a_long_transcript_is_read_in_pages_beyond_a_megabyte(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    for start in range(1, 401, 50):
        batch = [a_message(conversation, position, text=f"{position}" + "长" * 2000) for position in range(start, start + 50)]
        conversation = say(ports.conversations, conversation, *batch)
    seen, after = [], 0
    while page := ports.conversations.messages(TENANT, conversation.conversation_id, after, 70):
        seen += [message.position for message in page]
        after = page[-1].position
    assert seen == list(range(1, 401))


def test_a_turn_starts_from_the_last_messages_oldest_first_and_what_is_parked_by_number(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    conversation = say(ports.conversations, conversation, *(a_message(conversation, position) for position in range(1, 8)))
    for seq in (5, 4):
        ports.conversations.park(TENANT, conversation.conversation_id, a_pending(seq), an_event())
    state = ports.conversations.load_turn(TENANT, conversation.conversation_id, 3)
    assert state.conversation == conversation
    assert [message.position for message in state.recent] == [5, 6, 7]
    assert [message.seq for message in state.pending] == [4, 5]
    assert ports.conversations.load_turn(TENANT, conversation.conversation_id, 0).recent == ()


def test_open_conversations_are_listed_last_changed_first(ports: Ports) -> None:
    old = stored(ports.conversations, updated_at=at(1))
    stored(ports.conversations, updated_at=at(2), closed_at=at(2))
    stored(ports.conversations, updated_at=at(3), tenant="other")
    new = stored(ports.conversations, updated_at=at(4))
    assert ports.conversations.list_open(TENANT, None, 10).items == (new, old)
    ask(ports.conversations, replace(old, updated_at=at(9)), "?", Rung.FACT)
    changed = ports.conversations.get(TENANT, old.conversation_id)
    say(ports.conversations, replace(changed, updated_at=at(99)), a_message(changed, 3))
    listed = ports.conversations.list_open(TENANT, None, 10).items
    assert [conversation.conversation_id for conversation in listed] == [old.conversation_id, new.conversation_id]


def test_a_conversation_that_is_closed_leaves_the_list_and_one_that_opens_again_returns(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    closed = a_commit(conversation, {"closed_at": at(5)})
    ports.conversations.commit(closed)
    assert ports.conversations.list_open(TENANT, None, 10).items == ()
    ports.conversations.commit(a_commit(closed.conversation, {"closed_at": None}))
    assert len(ports.conversations.list_open(TENANT, None, 10).items) == 1


def test_the_list_can_be_narrowed_to_one_owner(ports: Ports) -> None:
    waiting = stored(ports.conversations, owner=Owner.QUEUE)
    stored(ports.conversations, owner=Owner.BOT)
    assert ports.conversations.list_open(TENANT, Owner.QUEUE, 10).items == (waiting,)
    assert ports.conversations.list_open(TENANT, Owner.AGENT, 10).items == ()


@pytest.mark.parametrize("owner", [None, Owner.QUEUE])
def test_hundreds_of_open_conversations_with_equal_times_are_paged_once_each(ports: Ports, owner: Owner | None) -> None:
    for number in range(350):
        stored(ports.conversations, owner=Owner.QUEUE, updated_at=at(number // 100))
    found = all_open(ports.conversations, owner, 60)
    assert len({conversation.conversation_id for conversation in found}) == len(found) == 350
    times = [conversation.updated_at for conversation in found]
    assert times == sorted(times, reverse=True)


def test_a_cursor_stays_good_while_new_conversations_arrive(ports: Ports) -> None:
    for number in range(6):
        stored(ports.conversations, updated_at=at(number))
    first = ports.conversations.list_open(TENANT, None, 3)
    stored(ports.conversations, updated_at=at(100))
    rest = ports.conversations.list_open(TENANT, None, 10, first.cursor)
    assert [conversation.updated_at for conversation in (*first.items, *rest.items)] == [at(n) for n in (5, 4, 3, 2, 1, 0)]


def test_questions_that_were_refused_or_only_asked_back_are_listed_latest_first(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    for text, rung in (("a", Rung.REFUSAL), ("b", Rung.FACT), ("c", Rung.CLARIFY), ("d", Rung.SMALL_TALK)):
        conversation = ask(ports.conversations, conversation, text, rung)
    page = ports.conversations.list_unanswered(TENANT, 10)
    assert [message.text for message in page.items] == ["c", "a"]
    assert all(message.author is Author.CUSTOMER for message in page.items)
    assert ports.conversations.list_unanswered("other", 10).items == ()


def test_a_ticket_right_after_a_refusal_is_an_unanswered_question_and_one_asked_for_is_not(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    for text, rung in (("a", Rung.FACT), ("b", Rung.TICKET), ("c", Rung.REFUSAL), ("d", Rung.TICKET), ("e", Rung.TICKET)):
        conversation = ask(ports.conversations, conversation, text, rung)
    assert [message.text for message in all_unanswered(ports.conversations, 1)] == ["d", "c"]


def test_a_persons_reply_does_not_count_as_unanswered(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    asked = a_message(conversation, 1)
    reply = a_message(conversation, 2, author=Author.AGENT, rung=Rung.REFUSAL, in_reply_to=asked.message_id)
    say(ports.conversations, conversation, asked, reply)
    assert ports.conversations.list_unanswered(TENANT, 10).items == ()


def test_only_a_customers_message_can_be_an_unanswered_question(ports: Ports) -> None:
    conversation = stored(ports.conversations)
    said = a_message(conversation, 1, author=Author.AGENT)
    reply = a_message(conversation, 2, author=Author.BOT, rung=Rung.REFUSAL, in_reply_to=said.message_id)
    say(ports.conversations, conversation, said, reply)
    assert ports.conversations.list_unanswered(TENANT, 10).items == ()


def test_hundreds_of_unanswered_questions_are_paged_once_each(ports: Ports) -> None:
    for _ in range(3):
        conversation = stored(ports.conversations)
        for number in range(100):
            conversation = ask(ports.conversations, conversation, f"{number}", Rung.REFUSAL)
    found = all_unanswered(ports.conversations, 45)
    assert len({message.message_id for message in found}) == len(found) == 300
    times = [message.created_at for message in found]
    assert times == sorted(times, reverse=True)
