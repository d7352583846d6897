"""Domain objects as the JSON of docs/http-api.md. The one place where a field gets its public name."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from shared.domain.blocks import Block, Citation
from shared.domain.company import Company
from shared.domain.conversation import Author, Conversation, Feedback, Message
from shared.domain.ticket import Ticket

Json = dict[str, object]


def message_json(message: Message) -> Json:
    """Return a message for its customer and for staff."""
    return {
        "message_id": message.message_id,
        "position": message.position,
        "turn": message.turn,
        "author": str(message.author),
        "agent_name": message.agent_name,
        "text": message.text,
        "language": message.language,
        "blocks": [block_json(block) for block in message.blocks],
        "citations": citations_json(message.citations),
        "rung": str(message.rung) if message.rung else None,
        "release": message.release,
        "confidence": round(message.confidence, 4),
        "degraded": list(message.degraded),
        "created_at": time_json(message.created_at),
        "in_reply_to": message.in_reply_to,
        "feedback": feedback_json(message.feedback) if message.feedback else None,
    }


def block_json(block: Block) -> Json:
    """Return a block; its members are those of the dataclass, nested ones too."""
    return asdict(block)


def citations_json(citations: Sequence[Citation]) -> list[Json]:
    """Return citations with their 1-based numbers."""
    return [{"number": number, **_citation_json(citation)} for number, citation in enumerate(citations, start=1)]


def _citation_json(citation: Citation) -> Json:
    return {name: value for name, value in asdict(citation).items() if name != "above"}


def feedback_json(feedback: Feedback) -> Json:
    """Return a verdict."""
    return {"helpful": feedback.helpful, "comment": feedback.comment}


def conversation_json(conversation: Conversation) -> Json:
    """Return the state of a conversation as its customer may see it."""
    return {
        "conversation_id": conversation.conversation_id,
        "owner": str(conversation.owner),
        "agent_name": conversation.agent_name,
        "language": conversation.language,
        "closed": conversation.closed_at is not None,
        "turn": conversation.turn,
    }


def conversation_row_json(conversation: Conversation, last_message: Message | None) -> Json:
    """Return a line of the staff's list."""
    return {
        "conversation_id": conversation.conversation_id,
        "owner": str(conversation.owner),
        "agent_name": conversation.agent_name,
        "language": conversation.language,
        "turn": conversation.turn,
        "created_at": time_json(conversation.created_at),
        "updated_at": time_json(conversation.updated_at),
        "waiting_since": time_json(conversation.waiting_since) if conversation.waiting_since else None,
        "last_message": _last_message_json(last_message) if last_message else None,
    }


def ticket_json(ticket: Ticket) -> Json:
    """Return a ticket as its customer may see it."""
    return {
        "ticket_id": ticket.ticket_id,
        "number": ticket.number,
        "status": str(ticket.status),
        "kind": ticket.kind,
        "created_at": time_json(ticket.created_at),
        "updated_at": time_json(ticket.updated_at),
        "promised_at": time_json(ticket.promised_at),
        "note": ticket.note,
    }


def staff_ticket_json(ticket: Ticket) -> Json:
    """Return a ticket as staff see it."""
    return ticket_json(ticket) | {
        "summary": ticket.summary,
        "contact": ticket.contact,
        "conversation_id": ticket.conversation_id,
        "assignee": ticket.assignee,
        "attempts": ticket.attempts,
        "failure": ticket.failure,
    }


def unanswered_json(asked: Message, reply: Message | None) -> Json:
    """Return a question that the bot could not answer, with the rung of what it said instead."""
    return {
        "message_id": asked.message_id,
        "conversation_id": asked.conversation_id,
        "text": asked.text,
        "language": asked.language,
        "created_at": time_json(asked.created_at),
        "rung": str(reply.rung) if reply and reply.rung else None,
    }


def page_json(items: Sequence[Mapping[str, object]], cursor: str) -> Json:
    """Return one page of a listing."""
    return {"items": list(items), "cursor": cursor}


def time_json(at: datetime) -> str:
    """Return RFC 3339 in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _last_message_json(message: Message) -> Json:
    author = str(Author(message.author))
    return {"author": author, "text": message.text, "created_at": time_json(message.created_at)}


def company_json(company: Company) -> Json:
    """Return what the chat page shows of a company; texts by language."""
    return {
        "name": dict(company.name),
        "greeting": dict(company.greeting),
        "suggested_questions": {language: list(questions) for language, questions in company.suggested_questions.items()},
        "colours": dict(company.colours),
        "hotline": company.hotline,
    }
