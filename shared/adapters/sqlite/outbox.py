"""The outbox in SQLite: events wait here, in the order of their commits, until they are in their queue."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.adapters.records.entries import EVENT_COLUMNS, event_from, event_record
from shared.adapters.records.values import to_us
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.statements import insert_into, record_of
from shared.domain.outbox import OutboxEvent

SCHEMA = Schema(
    name="outbox",
    steps=(
        (
            """CREATE TABLE outbox (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                event_id TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                tenant TEXT NOT NULL,
                grouping TEXT NOT NULL,
                occurred_at INTEGER NOT NULL,
                details TEXT NOT NULL,
                published_at INTEGER
            )""",
            "CREATE INDEX outbox_unpublished ON outbox (number) WHERE published_at IS NULL",
            "CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL",
        ),
    ),
)
# Published events are kept this long to answer "what happened"; then they go.
_KEPT = timedelta(days=7)
# The same id again is the same event: it keeps its place.
_INSERT = insert_into("outbox", EVENT_COLUMNS) + " ON CONFLICT (event_id) DO NOTHING"


def write_events(connection: sqlite3.Connection, events: Iterable[OutboxEvent]) -> None:
    """Add events within the transaction that causes them."""
    for event in events:
        connection.execute(_INSERT, event_record(event))


class SQLiteOutbox:
    """Shares its database with the stores whose commits write events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.ensure(SCHEMA)

    def unpublished(self, limit: int) -> tuple[OutboxEvent, ...]:
        rows = self._database.fetch_all(
            """SELECT event_id, name, tenant, grouping, occurred_at, details FROM outbox
               WHERE published_at IS NULL ORDER BY number LIMIT ?""",
            (limit,),
        )
        return tuple(event_from(record_of(EVENT_COLUMNS, row)) for row in rows)

    def mark_published(self, event_ids: Sequence[str], at: datetime) -> None:
        """Again: no effect."""
        if not event_ids:
            return
        marks = [(to_us(at), event_id) for event_id in event_ids]
        with self._database.transaction() as connection:
            connection.executemany("UPDATE outbox SET published_at = ? WHERE event_id = ? AND published_at IS NULL", marks)
            connection.execute("DELETE FROM outbox WHERE published_at < ?", (to_us(at - _KEPT),))
