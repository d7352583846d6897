"""Conversations and messages in SQLite: tables, and what is read from them."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from shared.adapters.records.conversations import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    PENDING_COLUMNS,
    conversation_from,
    conversation_record,
    message_from,
    pending_from,
    pending_record,
)
from shared.adapters.records.sealing import Seal
from shared.adapters.records.values import Record, from_cursor, to_cursor, to_us
from shared.adapters.sqlite import ledger, outbox, profiles, tickets
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.ledger import has_ended
from shared.adapters.sqlite.outbox import write_events
from shared.adapters.sqlite.statements import fetch_record, insert_into, record_of, select_from
from shared.adapters.sqlite.turn_commit import write_commit
from shared.domain.conversation import Conversation, Message, Owner, PendingMessage, TurnCommit
from shared.domain.errors import NotFoundError, SubjectErasedError, VersionConflictError
from shared.domain.outbox import OutboxEvent
from shared.ports import FieldCipher, Page, TurnState

T = TypeVar("T")

SCHEMA = Schema(
    name="conversations",
    steps=(
        (
            """CREATE TABLE conversations (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                language TEXT NOT NULL,
                updated_at INTEGER NOT NULL,
                owner TEXT NOT NULL,
                agent_id TEXT NOT NULL,
                agent_name TEXT NOT NULL,
                version INTEGER NOT NULL,
                turn INTEGER NOT NULL,
                last_seq INTEGER NOT NULL,
                positions INTEGER NOT NULL,
                closed_at INTEGER,
                waiting_since INTEGER,
                sealed BLOB,
                created_by TEXT NOT NULL
            )""",
            "CREATE UNIQUE INDEX conversations_id ON conversations (tenant, conversation_id)",
            """CREATE INDEX conversations_open ON conversations (tenant, updated_at, conversation_id)
               WHERE closed_at IS NULL""",
            """CREATE INDEX conversations_owner ON conversations (tenant, owner, updated_at, conversation_id)
               WHERE closed_at IS NULL""",
            # Which owner token wrote which version: how a commit recognises its own success.
            """CREATE TABLE commits (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                version INTEGER NOT NULL,
                owner_token TEXT NOT NULL,
                PRIMARY KEY (tenant, conversation_id, version)
            ) WITHOUT ROWID""",
            # `unanswered`: 1 for a customer's message that the bot refused or could only ask back.
            """CREATE TABLE messages (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                message_id TEXT NOT NULL,
                turn INTEGER NOT NULL,
                author TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                language TEXT NOT NULL,
                rung TEXT,
                release TEXT NOT NULL,
                agent_name TEXT NOT NULL,
                in_reply_to TEXT NOT NULL,
                details TEXT NOT NULL,
                sealed BLOB NOT NULL,
                feedback BLOB,
                unanswered INTEGER NOT NULL DEFAULT 0
            )""",
            "CREATE UNIQUE INDEX messages_order ON messages (tenant, conversation_id, position)",
            "CREATE UNIQUE INDEX messages_id ON messages (tenant, conversation_id, message_id)",
            "CREATE INDEX messages_unanswered ON messages (tenant, created_at, message_id) WHERE unanswered = 1",
            """CREATE TABLE pending (
                tenant TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                seq INTEGER NOT NULL,
                message_id TEXT NOT NULL,
                language TEXT NOT NULL,
                received_at INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY (tenant, conversation_id, seq)
            )""",
        ),
        (
            "ALTER TABLE commits ADD COLUMN committed_at INTEGER NOT NULL DEFAULT 0",
            # Not before the conversation's last change, so that none is forgotten too early.
            """UPDATE commits SET committed_at = coalesce(
                (SELECT updated_at FROM conversations AS row
                 WHERE row.tenant = commits.tenant AND row.conversation_id = commits.conversation_id), 0)""",
            "CREATE INDEX commits_age ON commits (committed_at)",
        ),
    ),
)
_SCHEMAS = (SCHEMA, ledger.SCHEMA, outbox.SCHEMA, tickets.SCHEMA, profiles.SCHEMA)

_CONVERSATION = select_from("conversations", CONVERSATION_COLUMNS)
_ONE = _CONVERSATION + " WHERE tenant = ? AND conversation_id = ?"
_CREATED_BY = "SELECT created_by FROM conversations WHERE tenant = ? AND conversation_id = ?"
_CREATE = insert_into("conversations", (*CONVERSATION_COLUMNS, "created_by"))
_MESSAGES = select_from("messages", MESSAGE_COLUMNS) + " WHERE tenant = ? AND conversation_id = ?"
_RECENT = _MESSAGES + " ORDER BY position DESC LIMIT ?"
_AFTER = _MESSAGES + " AND position > ? ORDER BY position LIMIT ?"
_PENDING = select_from("pending", PENDING_COLUMNS) + " WHERE tenant = ? AND conversation_id = ? ORDER BY seq"
_PARK = insert_into("pending", PENDING_COLUMNS) + " ON CONFLICT (tenant, conversation_id, seq) DO NOTHING"
_LATEST_CHANGED = " AND (updated_at, conversation_id) < (?, ?) ORDER BY updated_at DESC, conversation_id DESC LIMIT ?"
_UNANSWERED = (
    f"SELECT {', '.join('messages.' + column for column in MESSAGE_COLUMNS)}, conversations.subject_id"  # noqa: S608
    """ FROM messages JOIN conversations USING (tenant, conversation_id)
        WHERE messages.tenant = ? AND messages.unanswered = 1 AND (messages.created_at, messages.message_id) < (?, ?)
        ORDER BY messages.created_at DESC, messages.message_id DESC LIMIT ?"""
)
_FORGET = """DELETE FROM commits WHERE (tenant, conversation_id, version) IN
             (SELECT tenant, conversation_id, version FROM commits WHERE committed_at < ? ORDER BY committed_at LIMIT ?)"""
_START = (2**62, "")


class SQLiteConversationStore:
    """One file holds conversations, ledger, outbox, tickets and profiles, so that a turn is one transaction.

    Texts are sealed before the transaction starts and opened after it ended. Listings skip what an erased subject wrote.
    """

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher
        database.ensure(*_SCHEMAS)

    def create(self, conversation: Conversation, owner_token: str) -> Conversation:
        record = conversation_record(conversation, self._seal(conversation.tenant, conversation.subject_id))
        key = (conversation.tenant, conversation.conversation_id)
        with self._database.transaction() as connection:
            creator = connection.execute(_CREATED_BY, key).fetchone()
            if creator is None:
                connection.execute(_CREATE, {**record, "created_by": owner_token})
                return conversation
            if creator[0] != owner_token:
                raise VersionConflictError("conversation", conversation.conversation_id)
        return self.get(*key)

    def get(self, tenant: str, conversation_id: str) -> Conversation:
        row = self._database.fetch_one(_ONE, (tenant, conversation_id))
        if row is None:
            raise NotFoundError("conversation", conversation_id)
        return self._conversation(record_of(CONVERSATION_COLUMNS, row))

    def load_turn(self, tenant: str, conversation_id: str, recent: int) -> TurnState:
        key = (tenant, conversation_id)
        with self._database.reading() as connection:
            record = _existing(connection, tenant, conversation_id)
            messages = connection.execute(_RECENT, (*key, recent)).fetchall()
            parked = connection.execute(_PENDING, key).fetchall()
        seal = self._seal(tenant, record["subject_id"])
        return TurnState(
            conversation=conversation_from(record, seal),
            recent=tuple(message_from(record_of(MESSAGE_COLUMNS, row), seal) for row in reversed(messages)),
            pending=tuple(pending_from(record_of(PENDING_COLUMNS, row), seal) for row in parked),
        )

    def commit(self, commit: TurnCommit) -> None:
        """Also raises NotFoundError for an unknown conversation, or for feedback on an unknown message.

        A profile must be the version after the stored one. VersionConflictError also when a ticket number is taken.
        """
        seal = self._seal(commit.conversation.tenant, commit.conversation.subject_id)
        write_commit(self._database, commit, seal)

    def park(self, tenant: str, conversation_id: str, message: PendingMessage, event: OutboxEvent) -> None:
        """A message whose ledger entry has ended is not parked: its turn has run, and the call is a late repeat."""
        subject_id = self._subject(tenant, conversation_id)
        record = pending_record(message, conversation_id, self._seal(tenant, subject_id))
        with self._database.transaction() as connection:
            if has_ended(connection, tenant, conversation_id, message.seq):
                return
            if connection.execute(_PARK, record).rowcount:
                write_events(connection, (event,))

    def messages(self, tenant: str, conversation_id: str, after_position: int, limit: int) -> tuple[Message, ...]:
        """Raises NotFoundError for an unknown conversation."""
        with self._database.reading() as connection:
            record = _existing(connection, tenant, conversation_id)
            rows = connection.execute(_AFTER, (tenant, conversation_id, after_position, limit)).fetchall()
        seal = self._seal(tenant, record["subject_id"])
        return tuple(message_from(record_of(MESSAGE_COLUMNS, row), seal) for row in rows)

    def message(self, tenant: str, conversation_id: str, message_id: str) -> Message:
        sql = _MESSAGES + " AND message_id = ?"
        with self._database.reading() as connection:
            record = _existing(connection, tenant, conversation_id)
            row = fetch_record(connection, MESSAGE_COLUMNS, sql, (tenant, conversation_id, message_id))
        if row is None:
            raise NotFoundError("message", message_id)
        return message_from(row, self._seal(tenant, record["subject_id"]))

    def list_open(self, tenant: str, owner: Owner | None, limit: int, cursor: str = "") -> Page[Conversation]:
        after = from_cursor(cursor, (int, str)) if cursor else _START
        sql = f"{_CONVERSATION} WHERE tenant = ? AND closed_at IS NULL"
        parameters: tuple[object, ...] = (tenant,)
        if owner is not None:
            sql, parameters = f"{sql} AND owner = ?", (tenant, owner.value)
        rows = self._database.fetch_all(sql + _LATEST_CHANGED, (*parameters, *after, limit + 1))
        records = [record_of(CONVERSATION_COLUMNS, row) for row in rows]
        return _page(records, limit, ("updated_at", "conversation_id"), self._conversation)

    def list_unanswered(self, tenant: str, limit: int, cursor: str = "") -> Page[Message]:
        after = from_cursor(cursor, (int, str)) if cursor else _START
        rows = self._database.fetch_all(_UNANSWERED, (tenant, *after, limit + 1))
        records = [record_of((*MESSAGE_COLUMNS, "subject_id"), row) for row in rows]
        return _page(records, limit, ("created_at", "message_id"), self._message)

    def forget(self, before: datetime, limit: int) -> int:
        """See `Forgetful`: which owner token wrote which version. Rows, messages and tickets stay."""
        with self._database.transaction() as connection:
            return connection.execute(_FORGET, (to_us(before), limit)).rowcount

    def _subject(self, tenant: str, conversation_id: str) -> str:
        sql = "SELECT subject_id FROM conversations WHERE tenant = ? AND conversation_id = ?"
        row = self._database.fetch_one(sql, (tenant, conversation_id))
        if row is None:
            raise NotFoundError("conversation", conversation_id)
        return row[0]

    def _conversation(self, record: Record) -> Conversation:
        return conversation_from(record, self._seal(record["tenant"], record["subject_id"]))

    def _message(self, record: Record) -> Message:
        return message_from(record, self._seal(record["tenant"], record["subject_id"]))

    def _seal(self, tenant: str, subject_id: str) -> Seal:
        return Seal(cipher=self._cipher, tenant=tenant, subject_id=subject_id)


def _existing(connection: sqlite3.Connection, tenant: str, conversation_id: str) -> Record:
    record = fetch_record(connection, CONVERSATION_COLUMNS, _ONE, (tenant, conversation_id))
    if record is None:
        raise NotFoundError("conversation", conversation_id)
    return record


def _page(records: Sequence[Record], limit: int, order: tuple[str, str], read: Callable[[Record], T]) -> Page[T]:
    """Return the first `limit` records as a page; `records` holds one more where another page follows."""
    shown = records[:limit]
    last: Any = shown[-1] if len(records) > limit else None
    return Page(items=tuple(_readable(shown, read)), cursor=to_cursor(last[order[0]], last[order[1]]) if last is not None else "")


def _readable(records: Iterable[Record], read: Callable[[Record], T]) -> Iterable[T]:
    for record in records:
        try:
            yield read(record)
        except SubjectErasedError:
            continue
