"""The one transaction of a turn (invariant 3), in SQLite."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.records.conversations import (
    CONVERSATION_CHANGING,
    MESSAGE_COLUMNS,
    conversation_record,
    feedback_blob,
    leaves_unanswered,
    message_record,
)
from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import profile_record, ticket_record
from shared.adapters.records.values import Record
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.ledger import write_closings
from shared.adapters.sqlite.outbox import write_events
from shared.adapters.sqlite.profiles import write_profile
from shared.adapters.sqlite.statements import assignments, insert_into
from shared.adapters.sqlite.tickets import insert_tickets
from shared.domain.conversation import Author, Message, Rung, TurnCommit
from shared.domain.errors import NotFoundError, OwnerChangedError, VersionConflictError

_UPDATE = (
    f"UPDATE conversations SET {assignments(CONVERSATION_CHANGING)}"  # noqa: S608 - column names are constants
    """ WHERE tenant = :tenant AND conversation_id = :conversation_id
        AND version = :expected_version AND owner = :expected_owner"""
)
_REMEMBER = "INSERT INTO commits VALUES (:tenant, :conversation_id, :version, :owner_token, :updated_at)"
_IS_OURS = "SELECT 1 FROM commits WHERE tenant = ? AND conversation_id = ? AND owner_token = ?"
_IS_THERE = "SELECT 1 FROM messages WHERE tenant = ? AND conversation_id = ? AND message_id = ?"
_STORED_OWNER = "SELECT owner FROM conversations WHERE tenant = ? AND conversation_id = ?"
_APPEND = insert_into("messages", MESSAGE_COLUMNS)
_LAST_BOT_RUNG = """SELECT rung FROM messages WHERE tenant = ? AND conversation_id = ? AND position < ? AND author = 'bot'
                    ORDER BY position DESC LIMIT 1"""
_MARK_UNANSWERED = """UPDATE messages SET unanswered = 1
                      WHERE tenant = ? AND conversation_id = ? AND message_id = ? AND author = 'customer'"""
_SETTLE = "DELETE FROM pending WHERE tenant = ? AND conversation_id = ? AND seq = ?"
_FEEDBACK = "UPDATE messages SET feedback = ? WHERE tenant = ? AND conversation_id = ? AND message_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """The records of a commit, sealed before the writers' queue is entered."""

    conversation: Record
    messages: Sequence[Record]
    tickets: Sequence[Record]
    profile: Record | None
    feedback: Sequence[tuple[str, bytes]]


def write_commit(database: Database, commit: TurnCommit, seal: Seal) -> None:
    """Write all of it or nothing; see `ConversationStore.commit`."""
    sealed = _sealed(commit, seal)
    with database.transaction() as connection:
        if not connection.execute(_UPDATE, sealed.conversation).rowcount:
            _check_repeat(connection, commit)
            return
        connection.execute(_REMEMBER, sealed.conversation)
        _append_messages(connection, commit, sealed.messages)
        write_closings(connection, commit.conversation.tenant, commit.closings)
        insert_tickets(connection, sealed.tickets)
        if sealed.profile is not None:
            write_profile(connection, sealed.profile)
        _annotate(connection, commit, sealed.feedback)
        _settle(connection, commit)
        write_events(connection, commit.events)


def _sealed(commit: TurnCommit, seal: Seal) -> _Sealed:
    row = conversation_record(commit.conversation, seal)
    row |= {
        "version": commit.expected_version + 1,
        "expected_version": commit.expected_version,
        "expected_owner": commit.expected_owner.value,
        "owner_token": commit.owner_token,
    }
    return _Sealed(
        conversation=row,
        messages=[message_record(message, seal.tenant, seal) for message in commit.messages],
        tickets=[ticket_record(ticket, seal) for ticket in commit.tickets],
        profile=profile_record(commit.profile, seal) if commit.profile is not None else None,
        feedback=[(message_id, feedback_blob(message_id, given, seal)) for message_id, given in commit.feedback.items()],
    )


def _check_repeat(connection: sqlite3.Connection, commit: TurnCommit) -> None:
    """Return when this very commit was written before; else raise why it is refused."""
    key = (commit.conversation.tenant, commit.conversation.conversation_id)
    if _is_repeat(connection, commit):
        return
    stored = connection.execute(_STORED_OWNER, key).fetchone()
    if stored is None:
        raise NotFoundError("conversation", key[1])
    if stored[0] != commit.expected_owner.value:
        raise OwnerChangedError(key[1], stored[0])
    raise VersionConflictError("conversation", key[1])


def _is_repeat(connection: sqlite3.Connection, commit: TurnCommit) -> bool:
    """Whether the token wrote this commit before; one that brings other messages under the same token did not."""
    key = (commit.conversation.tenant, commit.conversation.conversation_id)
    if connection.execute(_IS_OURS, (*key, commit.owner_token)).fetchone() is None:
        return False
    return all(connection.execute(_IS_THERE, (*key, message.message_id)).fetchone() for message in commit.messages)


def _append_messages(connection: sqlite3.Connection, commit: TurnCommit, records: Sequence[Record]) -> None:
    for message, record in zip(commit.messages, records, strict=True):
        try:
            connection.execute(_APPEND, record)
        except sqlite3.IntegrityError as error:
            raise VersionConflictError("message", message.message_id) from error
    for message in commit.messages:
        if _left_unanswered(connection, commit.conversation.tenant, message):
            key = (commit.conversation.tenant, message.conversation_id, message.in_reply_to)
            connection.execute(_MARK_UNANSWERED, key)


def _left_unanswered(connection: sqlite3.Connection, tenant: str, reply: Message) -> bool:
    if reply.author is not Author.BOT or not reply.in_reply_to:
        return False
    return leaves_unanswered(reply.rung, _rung_before(connection, tenant, reply) if reply.rung is Rung.TICKET else None)


def _rung_before(connection: sqlite3.Connection, tenant: str, reply: Message) -> Rung | None:
    row = connection.execute(_LAST_BOT_RUNG, (tenant, reply.conversation_id, reply.position)).fetchone()
    return Rung(row[0]) if row and row[0] else None


def _annotate(connection: sqlite3.Connection, commit: TurnCommit, feedback: Sequence[tuple[str, bytes]]) -> None:
    for message_id, blob in feedback:
        key = (commit.conversation.tenant, commit.conversation.conversation_id, message_id)
        if not connection.execute(_FEEDBACK, (blob, *key)).rowcount:
            raise NotFoundError("message", message_id)


def _settle(connection: sqlite3.Connection, commit: TurnCommit) -> None:
    for seq in commit.settled_pending:
        connection.execute(_SETTLE, (commit.conversation.tenant, commit.conversation.conversation_id, seq))
