"""Requests for knowledge, in three kinds of partitions.

TENANT              state, document#ID, table#ADDED_IN#ID
TENANT, document    chunk#ID: which chunks a document has, and since when each is removed
TENANT, chunk       chunk: the chunk itself
"""

from datetime import datetime
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import SHOW_WHAT_IS_THERE, get, key_of, put, query, update
from shared.adapters.dynamodb.keys import joined, numbered
from shared.adapters.records.values import Record
from shared.domain.knowledge import Chunk

_PAGE = 500
_STATE, _DOCUMENT, _TABLE, _CHUNK = "state", "document#", "table#", "chunk"

# The draft is the one that was meant: the published head is right before it.
_IS_DRAFT = "head = :head"
_IS_FIRST_DRAFT = f"attribute_not_exists(pk) OR {_IS_DRAFT}"
_IS_FREE = "attribute_not_exists(pk)"
# The chunk is this document's, and no snapshot has removed it.
_IS_LIVE = "#document_id = :document_id AND attribute_not_exists(#removed_in)"
# It was removed in this very draft.
_IS_REMOVED_HERE = "#removed_in = :snapshot"
_RAISES_HEAD = "attribute_not_exists(head) OR head < :published"
_KEEPS_HEAD = "head >= :published"


def get_state(table: str, tenant: str) -> Request:
    """Return the read of a tenant's snapshot numbers."""
    return get(table, key_of(pk=joined(tenant), sk=_STATE))


def begin_draft(table: str, tenant: str, snapshot: int) -> Request:
    """Return the update that says that the draft holds something; refused when `snapshot` is not the draft."""
    return {
        "TableName": table,
        "Key": key_of(pk=joined(tenant), sk=_STATE),
        "UpdateExpression": "SET applied = :snapshot, head = :head, published = if_not_exists(published, :zero)",
        "ConditionExpression": _IS_FIRST_DRAFT if snapshot == 1 else _IS_DRAFT,
        "ExpressionAttributeValues": _numbers(snapshot=snapshot, head=snapshot - 1, zero=0),
        **SHOW_WHAT_IS_THERE,
    }


def check_draft(table: str, tenant: str, snapshot: int) -> Request:
    """Return the check, for each transaction of a change, that the draft was not published meanwhile."""
    return {
        "TableName": table,
        "Key": key_of(pk=joined(tenant), sk=_STATE),
        "ConditionExpression": _IS_DRAFT,
        "ExpressionAttributeValues": _numbers(head=snapshot - 1),
    }


def publish(table: str, tenant: str, snapshot: int, at: datetime, *, raises_head: bool) -> Request:
    """Return the update that makes readers see a snapshot, as a new head or behind it; one of the two is refused."""
    head = "head = :published" if raises_head else "head = head"
    values = {**_numbers(published=snapshot, zero=0), ":at": {"S": at.isoformat()}}
    return {
        "TableName": table,
        "Key": key_of(pk=joined(tenant), sk=_STATE),
        "UpdateExpression": f"SET published = :published, published_at = :at, applied = if_not_exists(applied, :zero), {head}",
        "ConditionExpression": _RAISES_HEAD if raises_head else _KEEPS_HEAD,
        "ExpressionAttributeValues": values,
    }


def document_key(tenant: str, document_id: str) -> Record:
    """Return the key of a document."""
    return {"pk": joined(tenant), "sk": _DOCUMENT + joined(document_id)}


def put_document(table: str, tenant: str, document_id: str, record: Record) -> Request:
    """Return the put of a document's latest version; without a record it is deleted, but its chunks are still known."""
    return put(table, {**document_key(tenant, document_id), "document_id": document_id, **record})


def query_documents(table: str, tenant: str) -> Request:
    """Return the query of all documents, deleted ones too."""
    return _query(table, joined(tenant), _DOCUMENT)


def table_key(tenant: str, snapshot: int, table_id: str) -> Record:
    """Return the key of a fact table's version."""
    return {"pk": joined(tenant), "sk": f"{_TABLE}{numbered(snapshot)}#{joined(table_id)}"}


def query_tables(table: str, tenant: str) -> Request:
    """Return the query of all versions of all fact tables."""
    return _query(table, joined(tenant), _TABLE)


def remove_table(table: str, item: Record, snapshot: int) -> Request:
    """Return the update that ends a fact table's version."""
    return update(table, key_of(pk=item["pk"], sk=item["sk"]), {"removed_in": snapshot})


def chunk_key(tenant: str, chunk_id: str) -> Record:
    """Return the key of a chunk."""
    return {"pk": joined(tenant, _CHUNK, chunk_id), "sk": _CHUNK}


def put_chunk(table: str, tenant: str, item: Record) -> Request:
    """Return the put of a new chunk; one that another run of the same change has written stays."""
    return put(table, {**chunk_key(tenant, item["chunk_id"]), **item}, _IS_FREE)


def put_member(table: str, tenant: str, chunk: Chunk, snapshot: int) -> Request:
    """Return the put that makes a chunk known to its document."""
    own = {"document_id": chunk.document_id, "chunk_id": chunk.chunk_id, "ordinal": chunk.ordinal, "added_in": snapshot}
    return put(table, {**_member_key(tenant, chunk.document_id, chunk.chunk_id), **own}, _IS_FREE)


def remove(table: str, tenant: str, document_id: str, chunk_id: str, snapshot: int) -> list[Request]:
    """Return the updates that end a chunk, there and with its document; refused where it is another's or has ended."""
    keys = (chunk_key(tenant, chunk_id), _member_key(tenant, document_id, chunk_id))
    return [_ended(table, key, snapshot, document_id) for key in keys]


def revive(table: str, tenant: str, document_id: str, chunk_id: str, snapshot: int) -> list[Request]:
    """Return the updates that take back what `remove` did in the same draft."""
    keys = (chunk_key(tenant, chunk_id), _member_key(tenant, document_id, chunk_id))
    return [update(table, key_of(**key), {"removed_in": None}, _IS_REMOVED_HERE, snapshot=snapshot) for key in keys]


def query_members(table: str, tenant: str, document_id: str) -> Request:
    """Return the query of a document's chunks, removed ones too."""
    return _query(table, joined(tenant, "document", document_id), "chunk#")


def _member_key(tenant: str, document_id: str, chunk_id: str) -> Record:
    return {"pk": joined(tenant, "document", document_id), "sk": "chunk#" + joined(chunk_id)}


def _ended(table: str, key: Record, snapshot: int, document_id: str) -> Request:
    request = update(table, key_of(**key), {"removed_in": snapshot}, _IS_LIVE, document_id=document_id)
    request["ExpressionAttributeNames"]["#document_id"] = "document_id"
    return request


def _query(table: str, pk: str, prefix: str) -> Request:
    return query(table, "pk = :pk AND begins_with(sk, :prefix)", {"pk": pk, "prefix": prefix}, limit=_PAGE)


def _numbers(**values: int) -> dict[str, dict[str, Any]]:
    return {f":{name}": {"N": str(value)} for name, value in values.items()}
