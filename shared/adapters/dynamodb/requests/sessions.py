"""Requests for sessions: one item by conversation, one by owner token."""

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import get, key_of, put, update
from shared.adapters.dynamodb.keys import digest
from shared.adapters.records.entries import session_record
from shared.adapters.records.values import Record, to_us
from shared.domain.session import CREATION_KEY_LIFE, Session

# The conversation has no session yet.
_IS_FREE = "attribute_not_exists(pk)"
# Nobody has moved the pin since it was read.
_IS_WHERE_IT_WAS = "#release = :was"
# The owner has no session, or one that has expired or is too old to be a lost reply's: the table deletes late.
_OWNER_IS_FREE = f"{_IS_FREE} OR expires_at <= :now OR created_at <= :too_old"


def session_key(conversation_id: str) -> Record:
    """Return the key of the session. Its digest: anybody may ask for any conversation id, of any length."""
    return {"pk": digest("conversation", conversation_id)}


def get_session(table: str, conversation_id: str) -> Request:
    """Return the read of a session."""
    return get(table, key_of(**session_key(conversation_id)))


def put_session(table: str, session: Session) -> Request:
    """Return the put that a conversation's second session fails."""
    return put(table, {**_item(session), **session_key(session.conversation_id)}, _IS_FREE)


def pin_session(table: str, session: Session, release: str) -> Request:
    """Return the update that another pin fails, and so does a session that is gone.

    The owner's item keeps the first pin: a repeated create shows it, and the next turn looks at the pin again.
    """
    return update(
        table, key_of(**session_key(session.conversation_id)), {"release": release}, _IS_WHERE_IT_WAS, was=session.release
    )


def put_owner(table: str, session: Session) -> Request:
    """Return the put that a repeated create fails; it holds the session, so that the failure shows it."""
    item = _item(session)
    ends = min(session.created_at + CREATION_KEY_LIFE, session.expires_at)
    owner = {**item, "pk": digest("owner", session.tenant, session.owner_token), "ttl": int(ends.timestamp()) + 1}
    too_old = to_us(session.created_at - CREATION_KEY_LIFE)
    return put(table, owner, _OWNER_IS_FREE, now=item["created_at"], too_old=too_old)


def _item(session: Session) -> Record:
    return {**session_record(session), "ttl": int(session.expires_at.timestamp()) + 1}
