"""Sessions in SQLite."""

import sqlite3
from datetime import datetime

from shared.adapters.records.entries import SESSION_COLUMNS, session_from, session_record
from shared.adapters.records.values import to_us
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.statements import fetch_record, insert_into, select_from
from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.session import CREATION_KEY_LIFE, Session

SCHEMA = Schema(
    name="sessions",
    steps=(
        (
            """CREATE TABLE sessions (
                conversation_id TEXT PRIMARY KEY,
                tenant TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                token_hash TEXT NOT NULL,
                release TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                owner_token TEXT NOT NULL
            )""",
            "CREATE UNIQUE INDEX sessions_owner ON sessions (tenant, owner_token)",
            "CREATE INDEX sessions_expiry ON sessions (expires_at)",
        ),
        (
            # A creation key may be used again when its time is over; the earlier session stays.
            "DROP INDEX sessions_owner",
            "CREATE INDEX sessions_creation ON sessions (tenant, owner_token, created_at)",
        ),
    ),
)
_INSERT = insert_into("sessions", SESSION_COLUMNS)
_SELECT = select_from("sessions", SESSION_COLUMNS)
_PIN = "UPDATE sessions SET release = ? WHERE conversation_id = ? AND release = ?"
_DROP_EXPIRED = "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE expires_at <= ? LIMIT 20)"
_EARLIER = _SELECT + " WHERE tenant = ? AND owner_token = ? AND created_at > ? AND expires_at > ? ORDER BY created_at LIMIT 1"


class SQLiteSessionStore:
    """Each create also removes some sessions that have expired, so that the table does not grow for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.ensure(SCHEMA)

    def create(self, session: Session) -> Session:
        """Raises VersionConflictError when the conversation has a session of another owner."""
        record = session_record(session)
        try:
            with self._database.transaction() as connection:
                earlier = self._earlier(connection, session)
                if earlier is not None:
                    return earlier
                connection.execute(_INSERT, record)
                connection.execute(_DROP_EXPIRED, (record["created_at"],))
        except sqlite3.IntegrityError as error:
            raise VersionConflictError("session", session.conversation_id) from error
        return session

    def get(self, conversation_id: str, now: datetime) -> Session:
        sql = _SELECT + " WHERE conversation_id = ? AND expires_at > ?"
        row = self._database.fetch_one(sql, (conversation_id, to_us(now)))
        if row is None:
            raise NotFoundError("session", conversation_id)
        return session_from(dict(zip(SESSION_COLUMNS, row, strict=True)))

    def pin(self, session: Session, release: str) -> Session:
        """Raises NotFoundError when the session is gone."""
        key = (session.conversation_id,)
        with self._database.transaction() as connection:
            connection.execute(_PIN, (release, session.conversation_id, session.release))
            row = fetch_record(connection, SESSION_COLUMNS, _SELECT + " WHERE conversation_id = ?", key)
        if row is None:
            raise NotFoundError("session", session.conversation_id)
        return session_from(row)

    def _earlier(self, connection: sqlite3.Connection, session: Session) -> Session | None:
        since, now = session.created_at - CREATION_KEY_LIFE, session.created_at
        row = fetch_record(connection, SESSION_COLUMNS, _EARLIER, (session.tenant, session.owner_token, to_us(since), to_us(now)))
        return None if row is None else session_from(row)
