"""One turn: what is asked of it, what it drafts, what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.blocks import Block, Citation
from shared.domain.conversation import Conversation, Message, Owner, Rung
from shared.domain.dialog_state import DialogState
from shared.domain.language import Language
from shared.domain.ledger import LedgerStatus
from shared.domain.outbox import EventName
from shared.domain.profile import Profile
from shared.domain.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCommand:
    """One accepted customer message. `first`: this call accepted it (False for a duplicate, which waits).

    `deadline_at_ms` is epoch milliseconds: by then the caller wants a result, pending if need be.
    """

    tenant: str
    conversation_id: str
    seq: int
    message_id: str
    text: str
    received_at: datetime
    release: str
    correlation_id: str
    deadline_at_ms: int
    first: bool = True


class TurnStatus(StrEnum):
    """ANSWERED: `reply` is there. PENDING: another turn is ahead. QUEUED: a person has it. LOST: send it again."""

    ANSWERED = "answered"
    PENDING = "pending"
    QUEUED = "queued"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """The same for every copy of a message."""

    status: TurnStatus
    conversation: Conversation
    customer_message: Message | None = None
    reply: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a turn wants to say and do; nothing of it has happened until the commit."""

    text: str
    rung: Rung
    state: DialogState
    status: LedgerStatus = LedgerStatus.ANSWERED
    blocks: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    degraded: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)
    owner: Owner = Owner.BOT
    waiting_since: datetime | None = None
    tickets: tuple[Ticket, ...] = ()
    profile: Profile | None = None
    events: tuple[tuple[EventName, Mapping[str, str]], ...] = ()
    snapshot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnContext:
    """What drafting may look at: the row before the turn, the last messages, the message, its language and the time."""

    conversation: Conversation
    recent: tuple[Message, ...]
    command: TurnCommand
    language: Language
    now: datetime
