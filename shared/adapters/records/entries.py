"""Sessions, ledger entries and outbox events as records: ids and order, nothing personal."""

from shared.adapters.records.values import Record, Row, from_json_bytes, from_us, optional_from_us, optional_to_us, to_json, to_us
from shared.domain.ledger import LedgerEntry, LedgerStatus
from shared.domain.outbox import EventName, OutboxEvent
from shared.domain.session import Session

SESSION_COLUMNS = (
    "conversation_id",
    "tenant",
    "subject_id",
    "token_hash",
    "release",
    "created_at",
    "expires_at",
    "owner_token",
)
LEDGER_COLUMNS = (
    "tenant",
    "conversation_id",
    "channel",
    "channel_message_id",
    "message_id",
    "seq",
    "fingerprint",
    "accepted_at",
    "status",
    "reply_message_id",
    "reason",
    "ended_at",
)
EVENT_COLUMNS = ("event_id", "name", "tenant", "grouping", "occurred_at", "details")


def session_record(session: Session) -> Record:
    """Return the row."""
    return {
        "conversation_id": session.conversation_id,
        "tenant": session.tenant,
        "subject_id": session.subject_id,
        "token_hash": session.token_hash,
        "release": session.release,
        "created_at": to_us(session.created_at),
        "expires_at": to_us(session.expires_at),
        "owner_token": session.owner_token,
    }


def session_from(row: Row) -> Session:
    """Return the session."""
    times: Row = {"created_at": from_us(row["created_at"]), "expires_at": from_us(row["expires_at"])}
    return Session(**{**row, **times})


def ledger_record(entry: LedgerEntry) -> Record:
    """Return the row."""
    return {
        "tenant": entry.tenant,
        "conversation_id": entry.conversation_id,
        "channel": entry.channel,
        "channel_message_id": entry.channel_message_id,
        "message_id": entry.message_id,
        "seq": entry.seq,
        "fingerprint": entry.fingerprint,
        "accepted_at": to_us(entry.accepted_at),
        "status": entry.status.value,
        "reply_message_id": entry.reply_message_id,
        "reason": entry.reason,
        "ended_at": optional_to_us(entry.ended_at),
    }


def ledger_from(row: Row) -> LedgerEntry:
    """Return the entry."""
    changed: Row = {
        "accepted_at": from_us(row["accepted_at"]),
        "status": LedgerStatus(row["status"]),
        "ended_at": optional_from_us(row["ended_at"]),
    }
    return LedgerEntry(**{**row, **changed})


def event_record(event: OutboxEvent) -> Record:
    """Return the row."""
    details = {
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "release": event.release,
        "ids": dict(event.ids),
        "schema": event.schema,
    }
    return {
        "event_id": event.event_id,
        "name": event.name.value,
        "tenant": event.tenant,
        "grouping": event.group,
        "occurred_at": to_us(event.occurred_at),
        "details": to_json(details),
    }


def event_from(row: Row) -> OutboxEvent:
    """Return the event."""
    return OutboxEvent(
        event_id=row["event_id"],
        name=EventName(row["name"]),
        tenant=row["tenant"],
        group=row["grouping"],
        occurred_at=from_us(row["occurred_at"]),
        **from_json_bytes(row["details"].encode()),
    )
