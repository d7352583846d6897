"""KnowledgeStore on SQLite: the source from which every index can be rebuilt."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sqlite3 import Connection
from typing import Any

from shared.adapters.records.knowledge import chunk_from, document_from, table_from, to_record
from shared.adapters.sqlite.database import Database, Schema
from shared.domain.errors import InvalidInputError, VersionConflictError
from shared.domain.knowledge import Audience, Chunk, Document, FactTable, Snapshot
from shared.ports import KnowledgeChange

_SCHEMA = Schema(
    name="knowledge",
    steps=(
        (
            "CREATE TABLE knowledge_state (tenant TEXT PRIMARY KEY, published INTEGER NOT NULL, head INTEGER NOT NULL,"
            " applied INTEGER NOT NULL, published_at TEXT) WITHOUT ROWID",
            "CREATE TABLE knowledge_documents (tenant TEXT NOT NULL, document_id TEXT NOT NULL, source TEXT NOT NULL,"
            " record TEXT NOT NULL, PRIMARY KEY (tenant, document_id)) WITHOUT ROWID",
            "CREATE TABLE knowledge_chunks (tenant TEXT NOT NULL, chunk_id TEXT NOT NULL, document_id TEXT NOT NULL,"
            " added_in INTEGER NOT NULL, removed_in INTEGER, record TEXT NOT NULL, PRIMARY KEY (tenant, chunk_id))",
            "CREATE INDEX knowledge_chunks_by_document ON knowledge_chunks (tenant, document_id, removed_in)",
            "CREATE TABLE knowledge_tables (tenant TEXT NOT NULL, table_id TEXT NOT NULL, document_id TEXT NOT NULL,"
            " audience TEXT NOT NULL, added_in INTEGER NOT NULL, removed_in INTEGER, record TEXT NOT NULL,"
            " PRIMARY KEY (tenant, table_id, added_in))",
            "CREATE INDEX knowledge_tables_by_document ON knowledge_tables (tenant, document_id)",
        ),
    ),
)
_BATCH = 500
_HALF_PAIR = re.compile("[\ud800-\udfff]")
# Chunks that were asked for lately are decoded: some 4 KB each.
_CHUNKS_KEPT = 2_000
_INSERT_CHUNK = (
    "INSERT INTO knowledge_chunks (tenant, chunk_id, document_id, added_in, removed_in, record) VALUES (?, ?, ?, ?, NULL, ?)"
    # One removed earlier in the same draft comes back to life with the snapshot that it had.
    " ON CONFLICT (tenant, chunk_id) DO UPDATE SET removed_in = NULL WHERE removed_in = ?"
)


class SQLiteKnowledgeStore:
    """Implements `shared.ports.KnowledgeStore`; safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Keyed by all that a row says: one that changed is another entry, whoever changed it.
        self._known_chunk = lru_cache(maxsize=_CHUNKS_KEPT)(_chunk)
        database.ensure(_SCHEMA)

    def snapshot(self, tenant: str) -> Snapshot:
        row = self._database.fetch_one("SELECT published, head, published_at FROM knowledge_state WHERE tenant = ?", (tenant,))
        if row is None:
            return Snapshot(tenant=tenant, published=0, head=0)
        at = datetime.fromisoformat(row[2]) if row[2] else None
        return Snapshot(tenant=tenant, published=row[0], head=row[1], published_at=at)

    def has_draft(self, tenant: str) -> bool:
        row = self._database.fetch_one("SELECT applied > head FROM knowledge_state WHERE tenant = ?", (tenant,))
        return bool(row and row[0])

    def document(self, tenant: str, document_id: str) -> Document | None:
        row = self._database.fetch_one(
            "SELECT record FROM knowledge_documents WHERE tenant = ? AND document_id = ?", (tenant, document_id)
        )
        return document_from(json.loads(row[0])) if row else None

    def documents(self, tenant: str) -> tuple[Document, ...]:
        rows = self._database.fetch_all(
            "SELECT record FROM knowledge_documents WHERE tenant = ? ORDER BY source, document_id", (tenant,)
        )
        return tuple(document_from(json.loads(row[0])) for row in rows)

    def live_chunk_ids(self, tenant: str, document_id: str) -> tuple[str, ...]:
        rows = self._database.fetch_all(
            "SELECT chunk_id FROM knowledge_chunks WHERE tenant = ? AND document_id = ? AND removed_in IS NULL ORDER BY rowid",
            (tenant, document_id),
        )
        return tuple(row[0] for row in rows)

    def apply(self, change: KnowledgeChange) -> None:
        with self._database.transaction() as connection:
            _refuse_unless_draft(connection, change)
            _write_document(connection, change)
            _write_chunks(connection, change)
            _write_tables(connection, change)

    def chunks(self, tenant: str, chunk_ids: Sequence[str]) -> Mapping[str, Chunk]:
        found: dict[str, Chunk] = {}
        for batch in _batches(chunk_ids):
            marks = ",".join("?" * len(batch))
            sql = f"SELECT {_CHUNK} FROM knowledge_chunks WHERE tenant = ? AND chunk_id IN ({marks})"  # noqa: S608 - question marks only
            found.update((row[0], self._known_chunk(*row)) for row in self._database.fetch_all(sql, (tenant, *batch)))
        return found

    def all_chunks(self, tenant: str) -> tuple[Chunk, ...]:
        rows = self._database.fetch_all(f"SELECT {_CHUNK} FROM knowledge_chunks WHERE tenant = ? ORDER BY rowid", (tenant,))  # noqa: S608
        return tuple(_chunk(*row) for row in rows)

    def tables(self, tenant: str, snapshot: int, audiences: frozenset[Audience]) -> tuple[FactTable, ...]:
        rows = self._database.fetch_all(
            "SELECT record, audience FROM knowledge_tables WHERE tenant = ? AND added_in <= ?"
            " AND (removed_in IS NULL OR removed_in > ?) ORDER BY table_id",
            (tenant, snapshot, snapshot),
        )
        return tuple(table_from(json.loads(row[0])) for row in rows if row[1] in audiences)

    def publish(self, tenant: str, snapshot: int, at: datetime) -> Snapshot:
        if snapshot < 0:
            raise InvalidInputError("snapshot", "send a snapshot number, 0 or more")
        with self._database.transaction() as connection:
            _ensure_state(connection, tenant)
            connection.execute(
                "UPDATE knowledge_state SET published = ?, head = max(head, ?), published_at = ? WHERE tenant = ?",
                (snapshot, snapshot, at.isoformat(), tenant),
            )
        return self.snapshot(tenant)


_CHUNK = "chunk_id, added_in, removed_in, record"


def _chunk(_: str, added_in: int, removed_in: int | None, record: str) -> Chunk:
    return chunk_from({**json.loads(record), "added_in": added_in, "removed_in": removed_in})


def _ensure_state(connection: Connection, tenant: str) -> None:
    connection.execute("INSERT OR IGNORE INTO knowledge_state VALUES (?, 0, 0, 0, NULL)", (tenant,))


def _refuse_unless_draft(connection: Connection, change: KnowledgeChange) -> None:
    """Nothing is written into a snapshot that readers may see already."""
    _ensure_state(connection, change.tenant)
    head = connection.execute("SELECT head FROM knowledge_state WHERE tenant = ?", (change.tenant,)).fetchone()[0]
    if change.snapshot != head + 1:
        raise VersionConflictError("knowledge draft", f"{change.tenant}/{change.snapshot}")
    connection.execute("UPDATE knowledge_state SET applied = ? WHERE tenant = ?", (change.snapshot, change.tenant))


def _write_document(connection: Connection, change: KnowledgeChange) -> None:
    key = (change.tenant, change.document_id)
    if change.document is None:
        connection.execute("DELETE FROM knowledge_documents WHERE tenant = ? AND document_id = ?", key)
        return
    connection.execute(
        "INSERT OR REPLACE INTO knowledge_documents VALUES (?, ?, ?, ?)",
        (*key, change.document.source, _json(to_record(change.document))),
    )


def _write_chunks(connection: Connection, change: KnowledgeChange) -> None:
    connection.executemany(
        "UPDATE knowledge_chunks SET removed_in = ? WHERE tenant = ? AND chunk_id = ? AND document_id = ? AND removed_in IS NULL",
        [(change.snapshot, change.tenant, chunk_id, change.document_id) for chunk_id in change.removed_chunk_ids],
    )
    connection.executemany(
        _INSERT_CHUNK,
        [
            (change.tenant, chunk.chunk_id, change.document_id, change.snapshot, _json(to_record(chunk)), change.snapshot)
            for chunk in change.added
        ],
    )


def _write_tables(connection: Connection, change: KnowledgeChange) -> None:
    """A document's tables are replaced as a whole: they are small, and a row without its table means nothing."""
    key = (change.tenant, change.document_id)
    connection.execute(
        "DELETE FROM knowledge_tables WHERE tenant = ? AND document_id = ? AND added_in = ?", (*key, change.snapshot)
    )
    connection.execute(
        "UPDATE knowledge_tables SET removed_in = ? WHERE tenant = ? AND document_id = ? AND removed_in IS NULL",
        (change.snapshot, *key),
    )
    connection.executemany(
        "INSERT INTO knowledge_tables VALUES (?, ?, ?, ?, ?, NULL, ?)",
        [
            (change.tenant, table.table_id, change.document_id, table.audience, change.snapshot, _json(to_record(table)))
            for table in change.tables
        ],
    )


def _json(record: Mapping[str, Any]) -> str:
    """Chinese as it is: escaped it takes three times as long to read. Half a surrogate pair can only stand there escaped."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(record, separators=(",", ":")) if _HALF_PAIR.search(text) else text


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
