"""The ledger in SQLite: order of acceptance, and how each message ended."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.adapters.records.entries import LEDGER_COLUMNS, ledger_from, ledger_record
from shared.adapters.records.values import from_cursor, to_cursor, to_us
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.statements import insert_into, record_of, select_from
from shared.domain.errors import NotFoundError
from shared.domain.ledger import LedgerClosing, LedgerEntry, LedgerStatus
from shared.ports import Acceptance, Page

SCHEMA = Schema(
    name="ledger",
    steps=(
        (
            # `current`: 0 for an entry that was dead-lettered and then accepted again under a new seq.
            """CREATE TABLE ledger (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                channel TEXT NOT NULL,
                channel_message_id TEXT NOT NULL,
                message_id TEXT NOT NULL,
                seq INTEGER NOT NULL,
                fingerprint TEXT NOT NULL,
                accepted_at INTEGER NOT NULL,
                status TEXT NOT NULL,
                reply_message_id TEXT NOT NULL,
                reason TEXT NOT NULL,
                ended_at INTEGER,
                current INTEGER NOT NULL DEFAULT 1
            )""",
            "CREATE UNIQUE INDEX ledger_order ON ledger (tenant, conversation_id, seq)",
            """CREATE UNIQUE INDEX ledger_message ON ledger (tenant, conversation_id, channel, channel_message_id)
               WHERE current = 1""",
            """CREATE INDEX ledger_unfinished ON ledger (accepted_at, tenant, conversation_id, seq)
               WHERE status = 'accepted'""",
        ),
        (
            # The last number given, apart from the entries: they are forgotten one day, and no number comes twice.
            """CREATE TABLE ledger_heads (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                seq INTEGER NOT NULL,
                PRIMARY KEY (tenant, conversation_id)
            ) WITHOUT ROWID""",
            """INSERT INTO ledger_heads
               SELECT tenant, conversation_id, max(seq) FROM ledger GROUP BY tenant, conversation_id""",
            "CREATE INDEX ledger_ended ON ledger (ended_at) WHERE ended_at IS NOT NULL",
        ),
    ),
)
_BETWEEN_LIMIT = 200
_SELECT = select_from("ledger", LEDGER_COLUMNS)
_CURRENT = _SELECT + " WHERE tenant = ? AND conversation_id = ? AND channel = ? AND channel_message_id = ? AND current = 1"
_INSERT = insert_into("ledger", LEDGER_COLUMNS)
_NEXT_SEQ = """INSERT INTO ledger_heads VALUES (?, ?, 1)
               ON CONFLICT (tenant, conversation_id) DO UPDATE SET seq = seq + 1 RETURNING seq"""
_FORGET = """DELETE FROM ledger WHERE rowid IN
             (SELECT rowid FROM ledger WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ?)"""
_SUPERSEDE = "UPDATE ledger SET current = 0 WHERE tenant = ? AND conversation_id = ? AND seq = ?"
_CLOSE = """UPDATE ledger SET status = ?, ended_at = ?, reply_message_id = ?, reason = ?
            WHERE tenant = ? AND conversation_id = ? AND seq = ? AND status = 'accepted'"""
_HAS_ENDED = "SELECT 1 FROM ledger WHERE tenant = ? AND conversation_id = ? AND seq = ? AND status <> 'accepted'"


def write_closings(connection: sqlite3.Connection, tenant: str, closings: Iterable[LedgerClosing]) -> None:
    """End entries within a turn's transaction; those that have ended stay as they are."""
    for closing in closings:
        connection.execute(
            _CLOSE,
            (
                closing.status.value,
                to_us(closing.ended_at),
                closing.reply_message_id,
                closing.reason,
                tenant,
                closing.conversation_id,
                closing.seq,
            ),
        )


def has_ended(connection: sqlite3.Connection, tenant: str, conversation_id: str, seq: int) -> bool:
    """Whether the entry exists and has ended."""
    return connection.execute(_HAS_ENDED, (tenant, conversation_id, seq)).fetchone() is not None


class SQLiteLedger:
    """Shares its database with the conversation store, whose commits close entries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.ensure(SCHEMA)

    def accept(self, entry: LedgerEntry) -> Acceptance:
        key = (entry.tenant, entry.conversation_id, entry.channel, entry.channel_message_id)
        # A resent message is the common repeat: it must not wait for the writers.
        earlier = self._database.fetch_one(_CURRENT, key)
        if earlier is not None and not _may_return(earlier):
            return Acceptance(entry=_entry(earlier), is_new=False)
        with self._database.transaction() as connection:
            earlier = connection.execute(_CURRENT, key).fetchone()
            if earlier is not None:
                if not _may_return(earlier):
                    return Acceptance(entry=_entry(earlier), is_new=False)
                connection.execute(_SUPERSEDE, (entry.tenant, entry.conversation_id, _entry(earlier).seq))
            return Acceptance(entry=_append(connection, entry), is_new=True)

    def get(self, tenant: str, conversation_id: str, channel: str, channel_message_id: str) -> LedgerEntry:
        row = self._database.fetch_one(_CURRENT, (tenant, conversation_id, channel, channel_message_id))
        if row is None:
            raise NotFoundError("ledger entry", channel_message_id)
        return _entry(row)

    def between(self, tenant: str, conversation_id: str, first_seq: int, last_seq: int) -> tuple[LedgerEntry, ...]:
        sql = _SELECT + " WHERE tenant = ? AND conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
        rows = self._database.fetch_all(sql, (tenant, conversation_id, first_seq, last_seq, _BETWEEN_LIMIT))
        return tuple(_entry(row) for row in rows)

    def close(self, tenant: str, closing: LedgerClosing) -> None:
        with self._database.transaction() as connection:
            write_closings(connection, tenant, (closing,))

    def forget(self, before: datetime, limit: int) -> int:
        """See `Forgetful`. The numbers of forgotten entries are not given again."""
        with self._database.transaction() as connection:
            return connection.execute(_FORGET, (to_us(before), limit)).rowcount

    def unfinished(self, accepted_before: datetime, limit: int, cursor: str = "") -> Page[LedgerEntry]:
        after = from_cursor(cursor, (int, str, str, int)) if cursor else (-(2**62), "", "", 0)
        sql = (
            _SELECT
            + """ WHERE status = 'accepted' AND accepted_at < ?
                  AND (accepted_at, tenant, conversation_id, seq) > (?, ?, ?, ?)
                  ORDER BY accepted_at, tenant, conversation_id, seq LIMIT ?"""
        )
        rows = self._database.fetch_all(sql, (to_us(accepted_before), *after, limit + 1))
        entries = tuple(_entry(row) for row in rows[:limit])
        return Page(items=entries, cursor=_cursor_after(entries[-1]) if len(rows) > limit else "")


def _append(connection: sqlite3.Connection, entry: LedgerEntry) -> LedgerEntry:
    record = ledger_record(entry)
    record["seq"] = connection.execute(_NEXT_SEQ, (entry.tenant, entry.conversation_id)).fetchone()[0]
    connection.execute(_INSERT, record)
    return ledger_from(record)


def _entry(row: Any) -> LedgerEntry:
    return ledger_from(record_of(LEDGER_COLUMNS, row))


def _may_return(row: Any) -> bool:
    return _entry(row).status is LedgerStatus.DEAD_LETTERED


def _cursor_after(entry: LedgerEntry) -> str:
    return to_cursor(to_us(entry.accepted_at), entry.tenant, entry.conversation_id, entry.seq)
