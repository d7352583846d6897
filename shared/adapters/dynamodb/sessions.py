"""Sessions in DynamoDB."""

from dataclasses import replace
from datetime import datetime

from shared.adapters.dynamodb.attributes import columns_of
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB, Part
from shared.adapters.dynamodb.requests.sessions import get_session, pin_session, put_owner, put_session
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.entries import SESSION_COLUMNS, session_from
from shared.adapters.records.values import Record, to_us
from shared.contracts import SESSIONS
from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.session import Session


class DynamoDBSessionStore:
    """Two items per session: by conversation, which expires with it, and by owner token, which ends before."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(SESSIONS)

    def create(self, session: Session) -> Session:
        """Raises VersionConflictError when the conversation has a session of another owner."""

        def earlier(item: Record) -> None:
            raise _EarlierError(session_from(columns_of(item, SESSION_COLUMNS)))

        def taken(_: Record) -> None:
            raise VersionConflictError("session", session.conversation_id)

        by_owner = Part(action={"Put": put_owner(self._table, session)}, refused=earlier)
        by_conversation = Part(action={"Put": put_session(self._table, session)}, refused=taken)
        try:
            self._database.transact((by_owner, by_conversation))
        except _EarlierError as found:
            return found.session
        return session

    def get(self, conversation_id: str, now: datetime) -> Session:
        item = self._database.get(get_session(self._table, conversation_id))
        if item is None or item["expires_at"] <= to_us(now):
            raise NotFoundError("session", conversation_id)
        return session_from(columns_of(item, SESSION_COLUMNS))

    def pin(self, session: Session, release: str) -> Session:
        """Raises NotFoundError when the session is gone."""
        try:
            self._database.update(pin_session(self._table, session, release))
        except ConditionFailedError as refused:
            if not refused.item:
                raise NotFoundError("session", session.conversation_id) from refused
            return session_from(columns_of(refused.item, SESSION_COLUMNS))
        return replace(session, release=release)


class _EarlierError(Exception):
    def __init__(self, session: Session) -> None:
        super().__init__("the owner has a session")
        self.session = session
