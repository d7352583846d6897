"""How a change of knowledge is written: in transactions of at most 100 parts, each of which may be written again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from shared.adapters.dynamodb.cut_items import cut
from shared.adapters.dynamodb.expressions import key_of, put
from shared.adapters.dynamodb.gateway import MAX_PARTS, ConditionFailedError, DynamoDB, Part, keep_what_is_there
from shared.adapters.dynamodb.requests import knowledge as requests
from shared.adapters.records.knowledge import to_record
from shared.adapters.records.values import Record
from shared.domain.errors import VersionConflictError
from shared.domain.knowledge import Chunk, FactTable
from shared.ports import KnowledgeChange, ObjectStore

# A transaction holds 4 MB; emulators count more than AWS does.
_TRANSACTION_BYTES = 2_500_000
# A fact table has up to 20,000 rows: a long one is an object, named by its contents. A hundred short ones are one transaction.
_INLINE_TABLE_BYTES = 25_000


class KnowledgeWriter:
    """Chunks first, tables and the document last: until the document is there, an ingestion that was killed is done again.

    Each transaction checks that the draft was not published meanwhile. A draft that is published while a change is being
    written holds a part of it, and the rest is refused: whoever publishes waits for ingestion, as for the indices.
    """

    def __init__(self, database: DynamoDB, table: str, objects: ObjectStore) -> None:
        self._database = database
        self._table = table
        self._objects = objects

    def write(self, change: KnowledgeChange) -> None:
        """Raises VersionConflictError when the change is not for the draft."""
        self._begin(change)
        chunks = [*self._added(change), *self._removed(change)]
        for batch in _batches(chunks):
            self._transact(change, batch)
        self._transact(change, [*self._tables(change), *self._document(change)])

    def _begin(self, change: KnowledgeChange) -> None:
        try:
            self._database.update(requests.begin_draft(self._table, change.tenant, change.snapshot))
        except ConditionFailedError as error:
            raise _not_the_draft(change) from error

    def _transact(self, change: KnowledgeChange, parts: Sequence[Part]) -> None:
        check = requests.check_draft(self._table, change.tenant, change.snapshot)
        self._database.transact([Part(action={"ConditionCheck": check}, refused=partial(_refuse, change)), *parts])

    def _added(self, change: KnowledgeChange) -> list[list[Part]]:
        """Return the parts of each chunk, which belong together."""
        keys = [key_of(**requests.chunk_key(change.tenant, chunk.chunk_id)) for chunk in change.added]
        stored = {item["chunk_id"]: item for item in self._database.get_many(self._table, keys)}
        return [parts for chunk in change.added if (parts := self._chunk(change, chunk, stored.get(chunk.chunk_id)))]

    def _chunk(self, change: KnowledgeChange, chunk: Chunk, stored: Record | None) -> list[Part]:
        if stored is None:
            return self._new_chunk(change, chunk)
        if stored.get("removed_in") != change.snapshot:
            return []
        updates = requests.revive(self._table, change.tenant, change.document_id, chunk.chunk_id, change.snapshot)
        return [Part(action={"Update": request}, refused=keep_what_is_there) for request in updates]

    def _new_chunk(self, change: KnowledgeChange, chunk: Chunk) -> list[Part]:
        item = {
            "chunk_id": chunk.chunk_id,
            "document_id": change.document_id,
            "added_in": change.snapshot,
            "record": _json(chunk),
        }
        row = cut(self._table, requests.chunk_key(change.tenant, chunk.chunk_id), item)
        member = requests.put_member(self._table, change.tenant, chunk, change.snapshot)
        return [
            Part(action={"Put": requests.put_chunk(self._table, change.tenant, row.record)}, refused=keep_what_is_there),
            Part(action={"Put": member}, refused=keep_what_is_there),
            *row.pieces,
        ]

    def _removed(self, change: KnowledgeChange) -> list[list[Part]]:
        added = {chunk.chunk_id for chunk in change.added}
        removed = [chunk_id for chunk_id in dict.fromkeys(change.removed_chunk_ids) if chunk_id not in added]
        return [
            [
                Part(action={"Update": request}, refused=keep_what_is_there)
                for request in requests.remove(self._table, change.tenant, change.document_id, chunk_id, change.snapshot)
            ]
            for chunk_id in removed
        ]

    def _tables(self, change: KnowledgeChange) -> Iterable[Part]:
        """A document's tables are replaced as a whole: they are small in number, and a row without its table means nothing."""
        new = {table.table_id: table for table in change.tables}
        for item in self._database.query(requests.query_tables(self._table, change.tenant)):
            if item["document_id"] != change.document_id:
                continue
            if item["added_in"] == change.snapshot and item["table_id"] not in new:
                yield Part(action={"Delete": {"TableName": self._table, "Key": key_of(pk=item["pk"], sk=item["sk"])}})
            elif item["added_in"] != change.snapshot and item.get("removed_in") is None:
                yield Part(action={"Update": requests.remove_table(self._table, item, change.snapshot)})
        for table in new.values():
            yield Part(action={"Put": self._put_table(change, table)})

    def _put_table(self, change: KnowledgeChange, table: FactTable) -> dict[str, Any]:
        record = _json(table)
        item: Record = {
            "table_id": table.table_id,
            "document_id": change.document_id,
            "audience": table.audience.value,
            "added_in": change.snapshot,
        }
        if len(record) <= _INLINE_TABLE_BYTES:
            item["record"] = record
        else:
            item["object"] = f"tenants/{change.tenant}/knowledge/tables/{sha256(record.encode()).hexdigest()}.json"
            self._objects.put(item["object"], record.encode())
        return put(self._table, {**requests.table_key(change.tenant, change.snapshot, table.table_id), **item})

    def _document(self, change: KnowledgeChange) -> list[Part]:
        record = {} if change.document is None else {"record": _json(change.document)}
        row = cut(self._table, requests.document_key(change.tenant, change.document_id), record)
        request = requests.put_document(self._table, change.tenant, change.document_id, row.record)
        return [Part(action={"Put": request}), *row.pieces]


def _batches(groups: Iterable[list[Part]]) -> Iterable[list[Part]]:
    """Yield groups together, as many as a transaction holds beside the check."""
    batch: list[Part] = []
    size = 0
    for group in groups:
        weight = sum(len(repr(part.action)) for part in group)
        if batch and (len(batch) + len(group) >= MAX_PARTS or size + weight > _TRANSACTION_BYTES):
            yield batch
            batch, size = [], 0
        batch, size = [*batch, *group], size + weight
    if batch:
        yield batch


def _refuse(change: KnowledgeChange, _: Record) -> None:
    raise _not_the_draft(change)


def _not_the_draft(change: KnowledgeChange) -> VersionConflictError:
    return VersionConflictError("knowledge draft", f"{change.tenant}/{change.snapshot}")


def _json(value: Any) -> str:
    record: Mapping[str, Any] = to_record(value)
    return json.dumps(record, ensure_ascii=True, separators=(",", ":"))
