"""Tickets in SQLite."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import TICKET_CHANGING, TICKET_COLUMNS, ticket_from, ticket_record
from shared.adapters.records.values import Record, from_cursor, to_cursor
from shared.adapters.sqlite import outbox
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.outbox import write_events
from shared.adapters.sqlite.statements import assignments, insert_into, record_of, select_from
from shared.domain.errors import NotFoundError, SubjectErasedError, VersionConflictError
from shared.domain.outbox import OutboxEvent
from shared.domain.ticket import Ticket, TicketStatus
from shared.ports import FieldCipher, Page

SCHEMA = Schema(
    name="tickets",
    steps=(
        (
            """CREATE TABLE tickets (
                tenant TEXT NOT NULL,
                ticket_id TEXT NOT NULL,
                number TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                owner_token TEXT NOT NULL,
                token_hash TEXT NOT NULL,
                language TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                promised_at INTEGER NOT NULL,
                status TEXT NOT NULL,
                kind TEXT NOT NULL,
                assignee TEXT NOT NULL,
                attempts INTEGER NOT NULL,
                version INTEGER NOT NULL,
                sealed BLOB NOT NULL
            )""",
            "CREATE UNIQUE INDEX tickets_id ON tickets (tenant, ticket_id)",
            "CREATE UNIQUE INDEX tickets_number ON tickets (tenant, number)",
            "CREATE INDEX tickets_conversation ON tickets (tenant, conversation_id, created_at, ticket_id)",
            "CREATE INDEX tickets_latest ON tickets (tenant, created_at, ticket_id)",
            "CREATE INDEX tickets_status ON tickets (tenant, status, created_at, ticket_id)",
        ),
    ),
)
_SELECT = select_from("tickets", TICKET_COLUMNS)
_INSERT = insert_into("tickets", TICKET_COLUMNS)
_OWNER = "SELECT owner_token FROM tickets WHERE tenant = ? AND ticket_id = ?"
_UPDATE = (
    f"UPDATE tickets SET {assignments(TICKET_CHANGING)}"  # noqa: S608 - column names are constants
    " WHERE tenant = :tenant AND ticket_id = :ticket_id AND version = :expected_version"
)
_LATEST_FIRST = " AND (created_at, ticket_id) < (?, ?) ORDER BY created_at DESC, ticket_id DESC LIMIT ?"
_START = (2**62, "")


def insert_tickets(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Create tickets within a turn's transaction; one that the same owner token has created stays as it is.

    Raises VersionConflictError when the id or the number is taken: the turn starts again with new ones.
    """
    for record in records:
        owner = connection.execute(_OWNER, (record["tenant"], record["ticket_id"])).fetchone()
        if owner is not None and owner[0] == record["owner_token"]:
            continue
        try:
            connection.execute(_INSERT, record)
        except sqlite3.IntegrityError as error:
            raise VersionConflictError("ticket", record["ticket_id"]) from error


class SQLiteTicketStore:
    """Shares its database with the conversation store, whose commits create tickets. Listings skip erased subjects."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher
        database.ensure(SCHEMA, outbox.SCHEMA)

    def get(self, tenant: str, ticket_id: str) -> Ticket:
        return self._one(" WHERE tenant = ? AND ticket_id = ?", tenant, ticket_id)

    def by_number(self, tenant: str, number: str) -> Ticket:
        return self._one(" WHERE tenant = ? AND number = ?", tenant, number)

    def update(self, ticket: Ticket, expected_version: int, events: Sequence[OutboxEvent] = ()) -> None:
        """The row gets version `expected_version` + 1."""
        seal = Seal(cipher=self._cipher, tenant=ticket.tenant, subject_id=ticket.subject_id)
        record = {**ticket_record(ticket, seal), "version": expected_version + 1, "expected_version": expected_version}
        with self._database.transaction() as connection:
            if connection.execute(_UPDATE, record).rowcount == 0:
                raise VersionConflictError("ticket", ticket.ticket_id)
            write_events(connection, events)

    def list(self, tenant: str, status: TicketStatus | None, limit: int, cursor: str = "") -> Page[Ticket]:
        after = from_cursor(cursor, (int, str)) if cursor else _START
        if status is None:
            rows = self._database.fetch_all(f"{_SELECT} WHERE tenant = ?{_LATEST_FIRST}", (tenant, *after, limit + 1))
        else:
            sql = f"{_SELECT} WHERE tenant = ? AND status = ?{_LATEST_FIRST}"
            rows = self._database.fetch_all(sql, (tenant, status.value, *after, limit + 1))
        records = [record_of(TICKET_COLUMNS, row) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(
            items=tuple(self._readable(records)),
            cursor=to_cursor(records[-1]["created_at"], records[-1]["ticket_id"]) if more else "",
        )

    def for_conversation(self, tenant: str, conversation_id: str) -> tuple[Ticket, ...]:
        sql = _SELECT + " WHERE tenant = ? AND conversation_id = ? ORDER BY created_at, ticket_id"
        rows = self._database.fetch_all(sql, (tenant, conversation_id))
        return tuple(self._ticket(record_of(TICKET_COLUMNS, row)) for row in rows)

    def _one(self, where: str, tenant: str, value: str) -> Ticket:
        row: Any = self._database.fetch_one(_SELECT + where, (tenant, value))
        if row is None:
            raise NotFoundError("ticket", value)
        return self._ticket(record_of(TICKET_COLUMNS, row))

    def _readable(self, records: Iterable[Record]) -> Iterable[Ticket]:
        for record in records:
            try:
                yield self._ticket(record)
            except SubjectErasedError:
                continue

    def _ticket(self, record: Record) -> Ticket:
        return ticket_from(record, Seal(cipher=self._cipher, tenant=record["tenant"], subject_id=record["subject_id"]))
