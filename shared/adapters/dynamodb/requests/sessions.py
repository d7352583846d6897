"""Requests for sessions: one item by conversation, one by owner token."""

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import get, key_of, put
from shared.adapters.dynamodb.keys import digest
from shared.adapters.records.entries import session_record
from shared.adapters.records.values import Record
from shared.domain.session import Session

# The conversation has no session yet.
_IS_FREE = "attribute_not_exists(pk)"
# The owner has no session, or one that has expired: the table deletes late, so an old one may still be here.
_OWNER_IS_FREE = f"{_IS_FREE} OR expires_at <= :created_at"


def session_key(conversation_id: str) -> Record:
    """Return the key of the session. Its digest: anybody may ask for any conversation id, of any length."""
    return {"pk": digest("conversation", conversation_id)}


def get_session(table: str, conversation_id: str) -> Request:
    """Return the read of a session."""
    return get(table, key_of(**session_key(conversation_id)))


def put_session(table: str, session: Session) -> Request:
    """Return the put that a conversation's second session fails."""
    return put(table, {**_item(session), **session_key(session.conversation_id)}, _IS_FREE)


def put_owner(table: str, session: Session) -> Request:
    """Return the put that a repeated create fails; it holds the session, so that the failure shows it."""
    item = _item(session)
    owner = {**item, "pk": digest("owner", session.tenant, session.owner_token)}
    return put(table, owner, _OWNER_IS_FREE, created_at=item["created_at"])


def _item(session: Session) -> Record:
    return {**session_record(session), "ttl": int(session.expires_at.timestamp()) + 1}
