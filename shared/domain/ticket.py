"""A ticket: a question that a person will answer later, with a way to reach the customer and a promised time."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.language import Language


class TicketStatus(StrEnum):
    """REQUESTED: written by the turn; OPEN: the tickets function has processed it; PARKED: it failed three times."""

    REQUESTED = "requested"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    PARKED = "parked"


_ENDED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """`number` is short, to be read out; `ticket_id` has 128 random bits. `summary`, `contact`, `note` are personal.

    `token_hash` is that of the token that reads its status without a session. `attempts` counts business attempts.
    `promised_at`: when the customer was told to expect a reply.
    """

    ticket_id: str
    number: str
    tenant: str
    conversation_id: str
    subject_id: str
    owner_token: str
    token_hash: str
    summary: str
    contact: str
    language: Language
    created_at: datetime
    updated_at: datetime
    promised_at: datetime
    status: TicketStatus = TicketStatus.REQUESTED
    kind: str = "question"
    note: str = ""
    assignee: str = ""
    attempts: int = 0
    failure: str = ""
    version: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether nobody works on it any more."""
        return self.status in _ENDED

    def advanced(self, **changes: object) -> "Ticket":
        """Return the next version, with `changes` applied."""
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
