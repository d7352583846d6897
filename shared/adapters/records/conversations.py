"""Conversations, messages and parked messages as records; what is personal in them is sealed."""

from shared.adapters.records.blocks import block_to_data, blocks_from_data, citation_to_data, citations_from_data
from shared.adapters.records.sealing import Seal
from shared.adapters.records.values import (
    Record,
    Row,
    from_json_bytes,
    from_us,
    optional_from_us,
    optional_to_us,
    to_json,
    to_us,
)
from shared.domain.conversation import Author, Conversation, Feedback, Message, Owner, PendingMessage, Rung

# What may change in a conversation's row, and what stays as it was created.
CONVERSATION_CHANGING = (
    "language",
    "updated_at",
    "owner",
    "agent_id",
    "agent_name",
    "version",
    "turn",
    "last_seq",
    "positions",
    "closed_at",
    "waiting_since",
    "sealed",
)
CONVERSATION_COLUMNS = ("tenant", "conversation_id", "subject_id", "created_at", *CONVERSATION_CHANGING)
MESSAGE_COLUMNS = (
    "tenant",
    "conversation_id",
    "position",
    "message_id",
    "turn",
    "author",
    "created_at",
    "language",
    "rung",
    "release",
    "agent_name",
    "in_reply_to",
    "details",
    "sealed",
    "feedback",
)
PENDING_COLUMNS = ("tenant", "conversation_id", "seq", "message_id", "language", "received_at", "sealed")


def conversation_record(conversation: Conversation, seal: Seal) -> Record:
    """Return the row; an empty state needs no blob."""
    state = seal.close(_state_place(conversation.conversation_id), conversation.state) if conversation.state else None
    return {
        "tenant": conversation.tenant,
        "conversation_id": conversation.conversation_id,
        "subject_id": conversation.subject_id,
        "created_at": to_us(conversation.created_at),
        "language": conversation.language,
        "updated_at": to_us(conversation.updated_at),
        "owner": conversation.owner.value,
        "agent_id": conversation.agent_id,
        "agent_name": conversation.agent_name,
        "version": conversation.version,
        "turn": conversation.turn,
        "last_seq": conversation.last_seq,
        "positions": conversation.positions,
        "closed_at": optional_to_us(conversation.closed_at),
        "waiting_since": optional_to_us(conversation.waiting_since),
        "sealed": state,
    }


def conversation_from(row: Row, seal: Seal) -> Conversation:
    """Return the conversation. Raises what `Seal.open` raises."""
    sealed = row["sealed"]
    return Conversation(
        conversation_id=row["conversation_id"],
        tenant=row["tenant"],
        subject_id=row["subject_id"],
        language=row["language"],
        created_at=from_us(row["created_at"]),
        updated_at=from_us(row["updated_at"]),
        owner=Owner(row["owner"]),
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        version=row["version"],
        turn=row["turn"],
        last_seq=row["last_seq"],
        positions=row["positions"],
        state=seal.open(_state_place(row["conversation_id"]), sealed)[0] if sealed else {},
        closed_at=optional_from_us(row["closed_at"]),
        waiting_since=optional_from_us(row["waiting_since"]),
    )


def message_record(message: Message, tenant: str, seal: Seal) -> Record:
    """Return the row. Text, blocks and citations are one blob; feedback is another, because it comes later."""
    details = {"confidence": message.confidence, "degraded": message.degraded, "evidence": dict(message.evidence)}
    blocks = [block_to_data(block) for block in message.blocks]
    citations = [citation_to_data(citation) for citation in message.citations]
    return {
        "tenant": tenant,
        "conversation_id": message.conversation_id,
        "position": message.position,
        "message_id": message.message_id,
        "turn": message.turn,
        "author": message.author.value,
        "created_at": to_us(message.created_at),
        "language": message.language,
        "rung": message.rung.value if message.rung else None,
        "release": message.release,
        "agent_name": message.agent_name,
        "in_reply_to": message.in_reply_to,
        "details": to_json(details),
        "sealed": seal.close(_message_place(message.message_id), message.text, blocks, citations),
        "feedback": feedback_blob(message.message_id, message.feedback, seal) if message.feedback else None,
    }


def message_from(row: Row, seal: Seal) -> Message:
    """Return the message. Raises what `Seal.open` raises."""
    text, blocks, citations = seal.open(_message_place(row["message_id"]), row["sealed"])
    details = from_json_bytes(row["details"].encode())
    return Message(
        message_id=row["message_id"],
        conversation_id=row["conversation_id"],
        position=row["position"],
        turn=row["turn"],
        author=Author(row["author"]),
        text=text,
        created_at=from_us(row["created_at"]),
        language=row["language"],
        blocks=blocks_from_data(blocks),
        citations=citations_from_data(citations),
        rung=Rung(row["rung"]) if row["rung"] else None,
        release=row["release"],
        agent_name=row["agent_name"],
        in_reply_to=row["in_reply_to"],
        confidence=details["confidence"],
        degraded=tuple(details["degraded"]),
        evidence=details["evidence"],
        feedback=_feedback_from(row, seal),
    )


def leaves_unanswered(rung: Rung | None, rung_before: Rung | None) -> bool:
    """Whether a bot's reply on `rung` left the question open; a ticket right after a refusal did so too."""
    if rung is Rung.TICKET:
        return rung_before is Rung.REFUSAL
    return rung in (Rung.REFUSAL, Rung.CLARIFY)


def feedback_blob(message_id: str, feedback: Feedback, seal: Seal) -> bytes:
    """Return the sealed verdict on one message."""
    return seal.close(_feedback_place(message_id), feedback.helpful, feedback.comment, to_us(feedback.given_at))


def pending_record(message: PendingMessage, conversation_id: str, seal: Seal) -> Record:
    """Return the row of a parked message."""
    return {
        "tenant": seal.tenant,
        "conversation_id": conversation_id,
        "seq": message.seq,
        "message_id": message.message_id,
        "language": message.language,
        "received_at": to_us(message.received_at),
        "sealed": seal.close(_pending_place(message.message_id), message.text),
    }


def pending_from(row: Row, seal: Seal) -> PendingMessage:
    """Return the parked message. Raises what `Seal.open` raises."""
    return PendingMessage(
        seq=row["seq"],
        message_id=row["message_id"],
        text=seal.open(_pending_place(row["message_id"]), row["sealed"])[0],
        language=row["language"],
        received_at=from_us(row["received_at"]),
    )


def _feedback_from(row: Row, seal: Seal) -> Feedback | None:
    if row["feedback"] is None:
        return None
    helpful, comment, given_at = seal.open(_feedback_place(row["message_id"]), row["feedback"])
    return Feedback(helpful=helpful, comment=comment, given_at=from_us(given_at))


def _state_place(conversation_id: str) -> str:
    return f"conversation/{conversation_id}/state"


def _message_place(message_id: str) -> str:
    return f"message/{message_id}"


def _feedback_place(message_id: str) -> str:
    return f"message/{message_id}/feedback"


def _pending_place(message_id: str) -> str:
    return f"pending/{message_id}"
