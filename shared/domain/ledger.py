"""The ledger: one entry for every message that was accepted, and how it ended (invariant 1). Ids and order, no text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# How long what has ended is remembered, to recognise a repeat of it; longer than any session lives, so that nobody can
# still send one afterwards.
KEPT_AFTER_END = timedelta(days=90)


class LedgerStatus(StrEnum):
    """ACCEPTED is the only status that is not an end."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    QUEUED = "queued"
    TICKETED = "ticketed"
    REFUSED = "refused"
    DEAD_LETTERED = "dead_lettered"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One accepted message. (tenant, conversation, channel, channel_message_id) is unique; `seq` counts from 1 per conversation.

    `fingerprint`: HMAC of the body, so that a key that comes again with another body is noticed without keeping text.
    `reply_message_id`: the message that answered it, for a duplicate to be given the same answer.
    """

    tenant: str
    conversation_id: str
    channel: str
    channel_message_id: str
    message_id: str
    seq: int
    fingerprint: str
    accepted_at: datetime
    status: LedgerStatus = LedgerStatus.ACCEPTED
    reply_message_id: str = ""
    reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerClosing:
    """The end of one entry, written in the same transaction as the turn that ends it. Ending twice changes nothing."""

    conversation_id: str
    seq: int
    status: LedgerStatus
    ended_at: datetime
    reply_message_id: str = ""
    reason: str = ""
