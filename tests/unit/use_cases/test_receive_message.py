"""The front door: one shape, one ledger entry, one turn."""

from datetime import timedelta

import pytest

from shared.domain.errors import IdempotencyMismatchError, InvalidInputError
from shared.domain.session import Session
from shared.use_cases.open_conversation import OpenConversation
from shared.use_cases.receive_message import InboundMessage, ReceiveMessage, normalise_text
from tests.world import TENANT, TurnsInProcess, World

KEY = "7e0f1c1e-0a54-4f0e-9a53-2f1d2a3b4c5d"


@pytest.fixture
def receive(world: World) -> ReceiveMessage:
    return ReceiveMessage(
        ledger=world.ledger, turns=TurnsInProcess(world), clock=world.clock, ids=world.ids, fingerprint_key=b"f" * 32
    )


@pytest.fixture
def open_conversation(world: World) -> OpenConversation:
    return OpenConversation(
        sessions=world.sessions,
        turns=TurnsInProcess(world),
        tokens=world.tokens,
        clock=world.clock,
        ids=world.ids,
        release="r1",
    )


@pytest.fixture
def session(open_conversation: OpenConversation) -> Session:
    return open_conversation(TENANT, "zh", KEY, "corr").session


def inbound(world: World, session: Session, text: str, key: str) -> InboundMessage:
    deadline = int((world.clock.now() + timedelta(seconds=10)).timestamp() * 1000)
    return InboundMessage(
        session=session, channel="web", channel_message_id=key, text=text, correlation_id="corr", deadline_at_ms=deadline
    )


def test_the_same_key_with_the_same_text_gets_the_same_reply(world: World, receive: ReceiveMessage, session: Session) -> None:
    results = [receive(inbound(world, session, "怎么退货？", "k1")) for _ in range(2)]
    assert results[0] == results[1]
    assert results[0]["status"] == "answered"


def test_the_same_key_with_another_text_is_refused(world: World, receive: ReceiveMessage, session: Session) -> None:
    receive(inbound(world, session, "怎么退货？", "k1"))
    with pytest.raises(IdempotencyMismatchError):
        receive(inbound(world, session, "怎么换货？", "k1"))


def test_the_ledger_holds_no_text(world: World, receive: ReceiveMessage, session: Session) -> None:
    receive(inbound(world, session, "怎么退货？", "k1"))
    (entry,) = world.ledger.between(TENANT, session.conversation_id, 1, 1)
    assert "退货" not in repr(entry)
    assert len(entry.fingerprint) == 64


@pytest.mark.parametrize("text", ["", "  \n ", "\u0000\u0007", "\ud800"])
def test_a_message_without_a_visible_character_is_refused_with_its_fix(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        normalise_text(text)
    assert caught.value.field == "text"


def test_text_is_normalised_and_keeps_its_line_breaks() -> None:
    assert normalise_text(" e\u0301a\r\nb\u0000\rc ") == "éa\nb\nc"


def test_a_message_over_the_limit_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        normalise_text("字" * 4001)


def test_a_creation_that_is_retried_gives_the_same_conversation_and_token(open_conversation: OpenConversation) -> None:
    first, again = (open_conversation(TENANT, "zh", KEY, "corr") for _ in range(2))
    assert (first.session.conversation_id, first.token) == (again.session.conversation_id, again.token)


def test_a_creation_without_a_key_is_a_new_conversation_each_time(open_conversation: OpenConversation) -> None:
    first, second = (open_conversation(TENANT, "zh", "", "corr") for _ in range(2))
    assert first.session.conversation_id != second.session.conversation_id


def test_a_guessable_creation_key_is_refused(open_conversation: OpenConversation) -> None:
    with pytest.raises(InvalidInputError, match="Idempotency-Key"):
        open_conversation(TENANT, "zh", "1", "corr")
