"""Tickets and profiles as records; what is personal in them is sealed."""

from shared.adapters.records.sealing import Seal
from shared.adapters.records.values import Record, Row, from_us, to_us
from shared.domain.profile import Profile
from shared.domain.ticket import Ticket, TicketStatus

TICKET_CHANGING = ("updated_at", "promised_at", "status", "kind", "assignee", "attempts", "version", "sealed")
TICKET_COLUMNS = (
    "tenant",
    "ticket_id",
    "number",
    "conversation_id",
    "subject_id",
    "owner_token",
    "token_hash",
    "language",
    "created_at",
    *TICKET_CHANGING,
)
PROFILE_COLUMNS = ("tenant", "subject_id", "language", "updated_at", "version", "sealed")


def ticket_record(ticket: Ticket, seal: Seal) -> Record:
    """Return the row. The failure is sealed with the rest: another system's message may quote the customer."""
    return {
        "tenant": ticket.tenant,
        "ticket_id": ticket.ticket_id,
        "number": ticket.number,
        "conversation_id": ticket.conversation_id,
        "subject_id": ticket.subject_id,
        "owner_token": ticket.owner_token,
        "token_hash": ticket.token_hash,
        "language": ticket.language,
        "created_at": to_us(ticket.created_at),
        "updated_at": to_us(ticket.updated_at),
        "promised_at": to_us(ticket.promised_at),
        "status": ticket.status.value,
        "kind": ticket.kind,
        "assignee": ticket.assignee,
        "attempts": ticket.attempts,
        "version": ticket.version,
        "sealed": seal.close(_ticket_place(ticket.ticket_id), ticket.summary, ticket.contact, ticket.note, ticket.failure),
    }


def ticket_from(row: Row, seal: Seal) -> Ticket:
    """Return the ticket. Raises what `Seal.open` raises."""
    summary, contact, note, failure = seal.open(_ticket_place(row["ticket_id"]), row["sealed"])
    return Ticket(
        ticket_id=row["ticket_id"],
        number=row["number"],
        tenant=row["tenant"],
        conversation_id=row["conversation_id"],
        subject_id=row["subject_id"],
        owner_token=row["owner_token"],
        token_hash=row["token_hash"],
        summary=summary,
        contact=contact,
        language=row["language"],
        created_at=from_us(row["created_at"]),
        updated_at=from_us(row["updated_at"]),
        promised_at=from_us(row["promised_at"]),
        status=TicketStatus(row["status"]),
        kind=row["kind"],
        note=note,
        assignee=row["assignee"],
        attempts=row["attempts"],
        failure=failure,
        version=row["version"],
    )


def profile_record(profile: Profile, seal: Seal) -> Record:
    """Return the row."""
    return {
        "tenant": profile.tenant,
        "subject_id": profile.subject_id,
        "language": profile.language,
        "updated_at": to_us(profile.updated_at),
        "version": profile.version,
        "sealed": seal.close("profile", profile.name, profile.contact),
    }


def profile_from(row: Row, seal: Seal) -> Profile:
    """Return the profile. Raises what `Seal.open` raises."""
    name, contact = seal.open("profile", row["sealed"])
    return Profile(
        tenant=row["tenant"],
        subject_id=row["subject_id"],
        language=row["language"],
        updated_at=from_us(row["updated_at"]),
        name=name,
        contact=contact,
        version=row["version"],
    )


def _ticket_place(ticket_id: str) -> str:
    return f"ticket/{ticket_id}"
