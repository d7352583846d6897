"""Requests for conversations.

One partition per conversation, in the order of its sort keys:

commit#TOKEN    which messages an owner token has written
cut#...         pieces of what is too long for one item
message#N       one item per message, also found by `lookup` (its id)
pending#N       parked messages
row             the conversation itself

So a turn reads all that it starts from in one query, backwards from `row`.
"""

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import get, key_of, put, query, update
from shared.adapters.dynamodb.keys import digest, joined, numbered, timed
from shared.adapters.dynamodb.listings import shelf
from shared.adapters.records.conversations import CONVERSATION_CHANGING
from shared.adapters.records.values import Record, Row
from shared.contracts import CONVERSATIONS
from shared.domain.conversation import Owner, TurnCommit
from shared.domain.ledger import KEPT_AFTER_END

OPEN = CONVERSATIONS.index("open")
UNANSWERED = CONVERSATIONS.index("unanswered")
ROW = "row"
_MESSAGE, _PENDING = "message#", "pending#"
_PAST_MESSAGES = "message$"  # "$" comes after "#"

_IS_FREE = "attribute_not_exists(pk)"
# The row is as the turn read it: nobody else has written (version), and the same one may speak (owner).
_VERSION_IS_AS_READ = "#version = :expected_version"
_OWNER_IS_AS_READ = "#owner = :expected_owner"
_EXISTS = "attribute_exists(pk)"
# Tokens are kept longer than any queue, client or person repeats a commit.
_TOKEN_KEPT_S = int(KEPT_AFTER_END.total_seconds())


def partition(tenant: str, conversation_id: str) -> str:
    """Return the partition of a conversation."""
    return joined(tenant, conversation_id)


def row_key(tenant: str, conversation_id: str) -> Record:
    """Return the key of the row."""
    return {"pk": partition(tenant, conversation_id), "sk": ROW}


def get_row(table: str, tenant: str, conversation_id: str) -> Request:
    """Return the read of the row."""
    return get(table, key_of(**row_key(tenant, conversation_id)))


def put_row(table: str, record: Row, owner_token: str) -> Request:
    """Return the put that a second create fails."""
    key = row_key(record["tenant"], record["conversation_id"])
    return put(table, {**key, **record, **_listed(record), "created_by": owner_token}, _IS_FREE)


def update_row(table: str, record: Row, expected_version: int, expected_owner: Owner, bot_rung: str | None) -> Request:
    """Return the compare-and-set of the row. `bot_rung`: that of the bot's last message, None when there is no new one."""
    changes = {name: record[name] for name in CONVERSATION_CHANGING} | _listed(record)
    if bot_rung is not None:
        changes["bot_rung"] = bot_rung
    return update(
        table,
        key_of(**row_key(record["tenant"], record["conversation_id"])),
        changes,
        f"{_VERSION_IS_AS_READ} AND {_OWNER_IS_AS_READ}",
        expected_version=expected_version,
        expected_owner=expected_owner.value,
    )


def put_token(table: str, commit: TurnCommit, now_s: int) -> Request:
    """Return the put that a repeated commit fails; what it shows then says whether it is the same commit."""
    conversation = commit.conversation
    item = {
        "pk": partition(conversation.tenant, conversation.conversation_id),
        "sk": "commit#" + digest(commit.owner_token),
        "message_ids": [message.message_id for message in commit.messages],
        "ttl": now_s + _TOKEN_KEPT_S,
    }
    return put(table, item, _IS_FREE)


def message_key(pk: str, position: int) -> Record:
    """Return the key of a message."""
    return {"pk": pk, "sk": _MESSAGE + numbered(position)}


def put_message(table: str, record: Mapping[str, Any], subject_id: str, *, unanswered: bool) -> Request:
    """Return the put of a message, at a position that must be free."""
    pk = partition(record["tenant"], record["conversation_id"])
    listed = unanswered_place(record) if unanswered else {}
    own = {"subject_id": subject_id, "lookup": record["message_id"]}
    return put(table, {**message_key(pk, record["position"]), **record, **own, **listed}, _IS_FREE)


def update_message(table: str, message: Row, changes: Mapping[str, Any]) -> Request:
    """Return the change of a message that was read: its feedback, or that it stays unanswered."""
    return update(table, key_of(pk=message["pk"], sk=message["sk"]), changes, _EXISTS)


def unanswered_place(message: Row) -> Record:
    """Return the attributes that list a customer's message as unanswered."""
    return {
        "unanswered": shelf(UNANSWERED, joined(message["tenant"]), message["message_id"]),
        "unanswered_at": listed_at(message["created_at"], message["message_id"]),
    }


def pending_key(pk: str, seq: int) -> Record:
    """Return the key of a parked message."""
    return {"pk": pk, "sk": _PENDING + numbered(seq)}


def put_pending(table: str, record: Mapping[str, Any]) -> Request:
    """Return the put of a parked message; parking again fails it."""
    pk = partition(record["tenant"], record["conversation_id"])
    return put(table, {**pending_key(pk, record["seq"]), **record}, _IS_FREE)


def delete_pending(table: str, pk: str, seq: int) -> Request:
    """Return the removal of a parked message."""
    return {"TableName": table, "Key": key_of(**pending_key(pk, seq))}


def query_turn(table: str, pk: str, limit: int) -> Request:
    """Return the query of the row, what is parked, and messages, latest first."""
    return query(table, "pk = :pk AND sk >= :first", {"pk": pk, "first": _MESSAGE}, limit=limit, forward=False)


def query_after(table: str, pk: str, position: int, limit: int) -> Request:
    """Return the query of messages behind a position."""
    values = {"pk": pk, "first": _MESSAGE + numbered(max(position + 1, 0)), "last": _PAST_MESSAGES}
    return query(table, "pk = :pk AND sk BETWEEN :first AND :last", values, limit=limit)


def query_message(table: str, pk: str, message_id: str) -> Request:
    """Return the query of one message's key by its id."""
    request = query(table, "pk = :pk AND #lookup = :id", {"pk": pk, "id": message_id}, limit=1)
    return request | {
        "IndexName": CONVERSATIONS.lookup,
        "ExpressionAttributeNames": {"#lookup": CONVERSATIONS.lookup},
    }


def is_message(item: Row) -> bool:
    """Whether an item of a conversation is a message."""
    return item["sk"].startswith(_MESSAGE)


def is_pending(item: Row) -> bool:
    """Whether an item of a conversation is parked."""
    return item["sk"].startswith(_PENDING)


def open_key(tenant: str, owner: Owner) -> str:
    """Return the index's key for a tenant's open conversations of one owner."""
    return joined(tenant, owner.value)


def listed_at(us: int, identifier: str) -> str:
    """Return a place in a listing by time, then by id."""
    return f"{timed(us)}#{identifier}"


def _listed(record: Row) -> Record:
    """Return the attributes that list an open conversation, None for a closed one."""
    if record["closed_at"] is not None:
        return {"open": None, "open_at": None}
    return {
        "open": shelf(OPEN, open_key(record["tenant"], Owner(record["owner"])), record["conversation_id"]),
        "open_at": listed_at(record["updated_at"], record["conversation_id"]),
    }
