"""Events that a committed turn causes; the only way from a commit to a queue (invariant 3). Ids, never text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventName(StrEnum):
    """Events are named in the past tense; each goes to the queue that `shared.contracts` names for it."""

    TICKET_REQUESTED = "TicketRequested"
    TICKET_CHANGED = "TicketChanged"
    TURN_PARKED = "TurnParked"
    HANDOFF_REQUESTED = "HandoffRequested"
    QUESTION_UNANSWERED = "QuestionUnanswered"
    FEEDBACK_GIVEN = "FeedbackGiven"
    DOCUMENT_UPLOADED = "DocumentUploaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """`event_id` makes consumers idempotent; `group` orders events (the conversation id)."""

    event_id: str
    name: EventName
    tenant: str
    group: str
    occurred_at: datetime
    correlation_id: str
    causation_id: str = ""
    release: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    schema: int = 1
