"""A conversation, its messages, its one owner, and the one transaction that a turn commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.blocks import Block, Citation
from shared.domain.language import Language
from shared.domain.ledger import LedgerClosing
from shared.domain.outbox import OutboxEvent
from shared.domain.profile import Profile
from shared.domain.ticket import Ticket


class Owner(StrEnum):
    """Who may speak for the company in a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Author(StrEnum):
    """Who wrote a message. SYSTEM writes notices: a person joined, a ticket changed, a turn was lost."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Rung(StrEnum):
    """Which step of the ladder answered (invariant 10); shown in the reply, the metric and the log."""

    SMALL_TALK = "small_talk"
    FACT = "fact"
    MODEL = "model"
    CACHE = "cache"
    EXTRACTIVE = "extractive"
    CLARIFY = "clarify"
    REFUSAL = "refusal"
    FLOW = "flow"
    TICKET = "ticket"
    HANDOFF = "handoff"
    PERSON = "person"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A customer's verdict on one answer. `comment` is personal text."""

    helpful: bool
    comment: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation.

    `position` orders the transcript (1, 2, 3 ... without holes); `turn` is the turn that wrote it.
    `text`, `blocks`, `citations` and the feedback's comment are personal: stores seal them.
    `evidence` explains the answer (ids and scores only, never text) so that it can be replayed.
    """

    message_id: str
    conversation_id: str
    position: int
    turn: int
    author: Author
    text: str
    created_at: datetime
    language: Language
    blocks: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    rung: Rung | None = None
    release: str = ""
    agent_name: str = ""
    in_reply_to: str = ""
    confidence: float = 0.0
    degraded: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The state of one conversation; a row that only a turn or a command changes, by compare-and-set on `version`.

    `last_seq`: highest ledger number whose message has ended here; `positions`: messages written so far.
    `state`: the dialog's own small memory (pending question, ticket draft); personal, so sealed.
    `waiting_since`: since when the customer waits for a person: to join, or to answer the first message that they have not.
    """

    conversation_id: str
    tenant: str
    subject_id: str
    language: Language
    created_at: datetime
    updated_at: datetime
    owner: Owner = Owner.BOT
    agent_id: str = ""
    agent_name: str = ""
    version: int = 0
    turn: int = 0
    last_seq: int = 0
    positions: int = 0
    state: Mapping[str, object] = field(default_factory=dict)
    closed_at: datetime | None = None
    waiting_since: datetime | None = None

    def advanced(self, **changes: object) -> "Conversation":
        """Return the next version, with `changes` applied."""
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]


def said_since(messages: Sequence[Message], since: datetime | None) -> str:
    """Return what the customer wrote after a moment; "" where there is none. What they wrote at it began the wait."""
    return "\n".join(m.text for m in messages if m.author is Author.CUSTOMER and since is not None and m.created_at > since)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingMessage:
    """An accepted customer message that waits for its turn (a turn ahead of it is running). `text` is personal."""

    seq: int
    message_id: str
    text: str
    language: Language
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCommit:
    """All that one turn (or one command) writes, in ONE transaction (invariant 3).

    Conditional on the stored row having `expected_version` and `expected_owner`; `conversation` is the next row.
    `messages` are appended, `tickets` created, `profile` stored, `closings` end ledger entries, `events` go to the
    outbox, `feedback` annotates old messages by id.
    `settled_pending` removes parked messages by seq. `owner_token` lets a retry recognise its own success.
    `profile` has the version after the stored one (1 for the first).
    """

    conversation: Conversation
    expected_version: int
    expected_owner: Owner
    owner_token: str
    messages: tuple[Message, ...] = ()
    closings: tuple[LedgerClosing, ...] = ()
    events: tuple[OutboxEvent, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    profile: Profile | None = None
    settled_pending: tuple[int, ...] = ()
    feedback: Mapping[str, Feedback] = field(default_factory=dict)
