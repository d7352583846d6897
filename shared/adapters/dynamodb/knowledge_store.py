"""KnowledgeStore on DynamoDB, with long fact tables in the object store: the source from which every index can be rebuilt."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.adapters.dynamodb.cut_items import read_whole
from shared.adapters.dynamodb.expressions import get, key_of
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB
from shared.adapters.dynamodb.knowledge_change import KnowledgeWriter
from shared.adapters.dynamodb.requests import knowledge as requests
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.knowledge import chunk_from, document_from, table_from
from shared.adapters.records.values import Record
from shared.contracts import KNOWLEDGE_TABLE
from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import Audience, Chunk, Document, FactTable, Snapshot
from shared.ports import KnowledgeChange, ObjectStore


class DynamoDBKnowledgeStore:
    """Implements `shared.ports.KnowledgeStore`. A change of many chunks is several transactions; see knowledge_change.py."""

    def __init__(self, database: DynamoDB, names: TableNames, objects: ObjectStore) -> None:
        self._database = database
        self._table = names.of(KNOWLEDGE_TABLE)
        self._objects = objects
        self._writer = KnowledgeWriter(database, self._table, objects)

    def snapshot(self, tenant: str) -> Snapshot:
        state = self._state(tenant)
        at = datetime.fromisoformat(state["published_at"]) if state.get("published_at") else None
        return Snapshot(tenant=tenant, published=state.get("published", 0), head=state.get("head", 0), published_at=at)

    def has_draft(self, tenant: str) -> bool:
        state = self._state(tenant)
        return state.get("applied", 0) > state.get("head", 0)

    def document(self, tenant: str, document_id: str) -> Document | None:
        request = get(self._table, key_of(**requests.document_key(tenant, document_id)))
        found = self._whole(lambda: [item for item in [self._database.get(request)] if item])
        return _document(found[0]) if found and "record" in found[0] else None

    def documents(self, tenant: str) -> tuple[Document, ...]:
        items = self._whole(lambda: list(self._database.query(requests.query_documents(self._table, tenant))))
        found = (_document(item) for item in items if "record" in item)
        return tuple(sorted(found, key=lambda document: (document.source, document.document_id)))

    def live_chunk_ids(self, tenant: str, document_id: str) -> tuple[str, ...]:
        members = self._members(tenant, document_id)
        return tuple(member["chunk_id"] for member in members if member.get("removed_in") is None)

    def apply(self, change: KnowledgeChange) -> None:
        self._writer.write(change)

    def chunks(self, tenant: str, chunk_ids: Sequence[str]) -> Mapping[str, Chunk]:
        keys = [key_of(**requests.chunk_key(tenant, chunk_id)) for chunk_id in dict.fromkeys(chunk_ids)]
        items = self._whole(lambda: self._database.get_many(self._table, keys))
        return {item["chunk_id"]: _chunk(item) for item in items}

    def all_chunks(self, tenant: str) -> tuple[Chunk, ...]:
        """In the order of documents, then of snapshots and places."""
        documents = list(self._database.query(requests.query_documents(self._table, tenant)))
        ids = [member["chunk_id"] for one in documents for member in self._members(tenant, one["document_id"])]
        found = self.chunks(tenant, ids)
        return tuple(found[chunk_id] for chunk_id in ids if chunk_id in found)

    def tables(self, tenant: str, snapshot: int, audiences: frozenset[Audience]) -> tuple[FactTable, ...]:
        items = self._database.query(requests.query_tables(self._table, tenant))
        seen = [item for item in items if _is_seen(item, snapshot) and item["audience"] in audiences]
        return tuple(self._fact_table(item) for item in sorted(seen, key=lambda item: item["table_id"]))

    def publish(self, tenant: str, snapshot: int, at: datetime) -> Snapshot:
        if snapshot < 0:
            raise InvalidInputError("snapshot", "send a snapshot number, 0 or more")
        try:
            self._database.update(requests.publish(self._table, tenant, snapshot, at, raises_head=True))
        except ConditionFailedError:
            # A head never falls, so the other form holds now.
            self._database.update(requests.publish(self._table, tenant, snapshot, at, raises_head=False))
        return self.snapshot(tenant)

    def _state(self, tenant: str) -> Record:
        return self._database.get(requests.get_state(self._table, tenant)) or {}

    def _members(self, tenant: str, document_id: str) -> list[Record]:
        members = self._database.query(requests.query_members(self._table, tenant, document_id))
        return sorted(members, key=lambda member: (member["added_in"], member["ordinal"], member["chunk_id"]))

    def _fact_table(self, item: Record) -> FactTable:
        text = item["record"] if "record" in item else self._objects.get(item["object"]).decode()
        return table_from(json.loads(text))

    def _whole(self, read: Callable[[], Sequence[Record]]) -> list[Record]:
        return read_whole(self._database, self._table, read)


def _is_seen(item: Record, snapshot: int) -> bool:
    return item["added_in"] <= snapshot and (item.get("removed_in") is None or snapshot < item["removed_in"])


def _document(item: Record) -> Document:
    return document_from(json.loads(item["record"]))


def _chunk(item: Record) -> Chunk:
    return chunk_from({**json.loads(item["record"]), "added_in": item["added_in"], "removed_in": item.get("removed_in")})
