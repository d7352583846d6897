"""Queues in SQLite, with the rules of SQS: leases, receive counts, dead letters, FIFO groups."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.adapters.records.values import from_us, to_json, to_us
from shared.adapters.sqlite.database import Database, Schema
from shared.contracts import QueueContract
from shared.domain.errors import InvalidInputError
from shared.ports import Clock, IdSource, QueueDepth, ReceivedMessage

SCHEMA = Schema(
    name="queues",
    steps=(
        (
            # `head`: may be handed out now, as far as order goes; 0 for what stands behind another in its FIFO group.
            # `leases`: how often it was leased in all; with the number it makes the receipt. `leased`: 0 while it waits.
            """CREATE TABLE queue_messages (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                queue TEXT NOT NULL,
                message_id TEXT NOT NULL,
                grouping TEXT NOT NULL,
                body TEXT NOT NULL,
                attributes TEXT NOT NULL,
                sent_at INTEGER NOT NULL,
                visible_at INTEGER NOT NULL,
                receive_count INTEGER NOT NULL DEFAULT 0,
                leases INTEGER NOT NULL DEFAULT 0,
                leased INTEGER NOT NULL DEFAULT 0,
                head INTEGER NOT NULL
            )""",
            "CREATE INDEX queue_next ON queue_messages (queue, visible_at, number) WHERE head = 1",
            "CREATE INDEX queue_groups ON queue_messages (queue, grouping, number)",
            """CREATE TABLE queue_repeats (
                queue TEXT NOT NULL,
                dedupe_id TEXT NOT NULL,
                message_id TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (queue, dedupe_id)
            ) WITHOUT ROWID""",
            "CREATE INDEX queue_repeats_expiry ON queue_repeats (expires_at)",
        ),
    ),
)
_MAX_RECEIVE = 10
_REPEATS_DROPPED = timedelta(minutes=5)
_UNLIMITED = 2**31
_INSERT = """INSERT INTO queue_messages (queue, message_id, grouping, body, attributes, sent_at, visible_at, head)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_NEXT = """SELECT number, message_id, grouping, body, attributes, sent_at, receive_count, leases FROM queue_messages
           WHERE queue = ? AND head = 1 AND visible_at <= ? ORDER BY visible_at, number LIMIT ?"""
_LEASE = """UPDATE queue_messages SET receive_count = receive_count + 1, leases = leases + 1, leased = 1, visible_at = ?
            WHERE number = ?"""
_PROMOTE = """UPDATE queue_messages SET head = 1 WHERE number =
              (SELECT min(number) FROM queue_messages WHERE queue = ? AND grouping = ?)"""
_HELD = (
    "SELECT number, grouping FROM queue_messages WHERE number = ? AND queue = ? AND leases = ? AND leased = 1 AND visible_at > ?"
)
_DROP_UNREAD = "DELETE FROM queue_messages WHERE queue = ? AND head = 1 AND visible_at <= ?"
_DEPTH = """SELECT coalesce(sum(visible_at <= :now), 0), coalesce(sum(visible_at > :now AND leased = 1), 0),
                   coalesce(sum(visible_at > :now AND leased = 0), 0), min(sent_at)
            FROM queue_messages WHERE queue = :queue"""


class SQLiteQueue:
    """One queue of a contract. All queues may share a database; messages stay until they are deleted, however old.

    Not kept from SQS: a retention that silently drops work, and receives that hand out a group's second message. Only a
    queue without a consumer, where no work waits, keeps its messages for `retention_s` alone.
    """

    def __init__(self, database: Database, contract: QueueContract, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._contract = contract
        self._clock = clock
        self._ids = ids
        database.ensure(SCHEMA)

    def dead_letters(self) -> "SQLiteQueue":
        """Return this queue's dead-letter queue, from which nothing moves on by itself."""
        contract = replace(self._contract, name=self._contract.dead_letter_name, max_receive_count=_UNLIMITED)
        return SQLiteQueue(self._database, contract, self._clock, self._ids)

    def send(
        self, body: str, *, group: str = "", dedupe_id: str = "", delay_s: float = 0, attributes: Mapping[str, str] | None = None
    ) -> str:
        """Raises InvalidInputError for a FIFO queue without a group. A delayed message holds back its group."""
        if self._contract.fifo and not group:
            raise InvalidInputError("group", "a FIFO queue needs the group that orders the message")
        with self._database.transaction() as connection:
            name = self._contract.name
            earlier = self._repeat_of(connection, dedupe_id)
            if earlier is not None:
                return earlier
            message_id = self._ids.new_id()
            self._remember(connection, dedupe_id, message_id)
            now = to_us(self._clock.now())
            row = (message_id, group, body, to_json(dict(attributes or {})), now, now + _us(delay_s))
            connection.execute(_INSERT, (name, *row, self._is_head(connection, name, group)))
            if not self._contract.consumer:
                connection.execute(_DROP_UNREAD, (name, now - _us(self._contract.retention_s)))
        return message_id

    def receive(self, max_messages: int, visibility_s: float | None = None) -> tuple[ReceivedMessage, ...]:
        now = to_us(self._clock.now())
        # An idle poller only reads: it neither waits for writers nor makes them wait.
        if self._database.fetch_one(_NEXT, (self._contract.name, now, 1)) is None:
            return ()
        lease = _us(self._contract.visibility_s if visibility_s is None else visibility_s)
        with self._database.transaction() as connection:
            rows = self._next(connection, now, min(max_messages, _MAX_RECEIVE))
            for row in rows:
                connection.execute(_LEASE, (now + lease, row[0]))
        return tuple(_received(row) for row in rows)

    def delete(self, receipt: str) -> None:
        with self._database.transaction() as connection:
            held = self._held(connection, receipt)
            if held is not None:
                connection.execute("DELETE FROM queue_messages WHERE number = ?", (held[0],))
                self._promote(connection, held[1])

    def change_visibility(self, receipt: str, visibility_s: float) -> None:
        """An expired receipt is ignored."""
        now = to_us(self._clock.now())
        with self._database.transaction() as connection:
            held = self._held(connection, receipt)
            if held is not None:
                connection.execute(
                    "UPDATE queue_messages SET visible_at = ?, leased = ? WHERE number = ?",
                    (now + _us(visibility_s), visibility_s > 0, held[0]),
                )

    def depth(self) -> QueueDepth:
        now = to_us(self._clock.now())
        visible, in_flight, delayed, oldest = self._database.fetch_one(_DEPTH, {"now": now, "queue": self._contract.name})
        age = max((now - oldest) / 1_000_000, 0.0) if oldest is not None else 0.0
        return QueueDepth(visible=visible, in_flight=in_flight, delayed=delayed, oldest_age_s=age)

    def _next(self, connection: sqlite3.Connection, now: int, limit: int) -> list[Any]:
        """Return what may be leased, after what was received too often has gone to the dead letters."""
        while True:
            rows = connection.execute(_NEXT, (self._contract.name, now, limit)).fetchall()
            spent = [row for row in rows if row[6] >= self._contract.max_receive_count]
            if not spent:
                return rows
            for row in spent:
                self._bury(connection, row[0], row[2], now)

    def _bury(self, connection: sqlite3.Connection, number: int, group: str, now: int) -> None:
        dead = self._contract.dead_letter_name
        connection.execute(
            "UPDATE queue_messages SET queue = ?, head = ?, receive_count = 0, leased = 0, visible_at = ? WHERE number = ?",
            (dead, self._is_head(connection, dead, group), now, number),
        )
        self._promote(connection, group)

    def _is_head(self, connection: sqlite3.Connection, queue: str, group: str) -> bool:
        if not self._contract.fifo:
            return True
        sql = "SELECT 1 FROM queue_messages WHERE queue = ? AND grouping = ? LIMIT 1"
        return connection.execute(sql, (queue, group)).fetchone() is None

    def _promote(self, connection: sqlite3.Connection, group: str) -> None:
        if self._contract.fifo:
            connection.execute(_PROMOTE, (self._contract.name, group))

    def _held(self, connection: sqlite3.Connection, receipt: str) -> Any:
        """Return number and group of the message while the receipt's lease lasts, else None."""
        number, _, leases = receipt.partition("-")
        if not (number.isdecimal() and leases.isdecimal()):
            return None
        now = to_us(self._clock.now())
        return connection.execute(_HELD, (int(number), self._contract.name, int(leases), now)).fetchone()

    def _repeat_of(self, connection: sqlite3.Connection, dedupe_id: str) -> str | None:
        if not (self._contract.fifo and dedupe_id):
            return None
        row = connection.execute(
            "SELECT message_id FROM queue_repeats WHERE queue = ? AND dedupe_id = ? AND expires_at > ?",
            (self._contract.name, dedupe_id, to_us(self._clock.now())),
        ).fetchone()
        return row[0] if row else None

    def _remember(self, connection: sqlite3.Connection, dedupe_id: str, message_id: str) -> None:
        if not (self._contract.fifo and dedupe_id):
            return
        now = self._clock.now()
        connection.execute("DELETE FROM queue_repeats WHERE expires_at <= ?", (to_us(now),))
        row = (self._contract.name, dedupe_id, message_id, to_us(now + _REPEATS_DROPPED))
        connection.execute("INSERT OR REPLACE INTO queue_repeats VALUES (?, ?, ?, ?)", row)


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _received(row: Any) -> ReceivedMessage:
    number, message_id, group, body, attributes, sent_at, receive_count, leases = row
    return ReceivedMessage(
        message_id=message_id,
        receipt=f"{number}-{leases + 1}",
        body=body,
        receive_count=receive_count + 1,
        sent_at=from_us(sent_at),
        group=group,
        attributes=json.loads(attributes),
    )
