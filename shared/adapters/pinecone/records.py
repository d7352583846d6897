"""What is stored in Pinecone: one record per vector, with ids that list well, metadata to filter by, batches that fit.

Limits: docs.pinecone.io/reference/api/database-limits/operation-limits (1,000 records and 2 MB per upsert, ids of 512
ASCII characters, 10,000 results); metadata: no null, no nesting, numbers are 64-bit floats.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote

from shared.adapters.batches import in_batches
from shared.domain.knowledge import Chunk
from shared.ports import ChunkVectors, IndexFilter, Vector

Record = dict[str, Any]

# Changed with ids or metadata: another version's records are not seen, and are written anew by a repair.
VERSION = "1"
# A day or snapshot that never comes.
NEVER = 1 << 40
MAX_RECORDS = 1000
# 2 MB is the limit; how they count is not said.
MAX_BYTES = 1_900_000
# Seven decimals keep a cosine exact to 1e-6, and a value below 12 characters.
_DECIMALS = 7
_VALUE_BYTES = 12
_FRAME_BYTES = 60


def namespace_of(tenant: str) -> str:
    """Return the tenant's namespace, in ASCII."""
    return quote(tenant, safe="")


def chunk_id_of(record_id: str) -> str:
    """Return the chunk of a record."""
    return unquote(record_id.split("#")[2])


def floats(vector: Vector) -> list[float]:
    """Return a vector as it is sent."""
    return [round(float(vector[place]), _DECIMALS) for place in range(len(vector))]


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The records of one embedding model: vectors of several models can lie side by side while a release moves."""

    name: str

    @classmethod
    def of_model(cls, model: str) -> "RecordSet":
        """Return the set of an embedder's name and this layout."""
        return cls(blake2b(f"{VERSION}/{model}".encode(), digest_size=4).hexdigest())

    @property
    def body_prefix(self) -> str:
        """Ids with it name each chunk exactly once."""
        return f"{self.name}#b#"

    def body_id(self, chunk_id: str) -> str:
        """The record of a chunk's whole text. It is written last: where it is, the chunk's other vectors are."""
        return self.body_prefix + quote(chunk_id, safe="")

    def title_ids(self, chunk_id: str, places: range) -> list[str]:
        """The records of titles."""
        return [f"{self.name}#t#{quote(chunk_id, safe='')}#{place}" for place in places]

    def passage_ids(self, chunk_id: str, places: range) -> list[str]:
        """The records of stretches of a long text."""
        return [f"{self.name}#p#{quote(chunk_id, safe='')}#{place}" for place in places]

    def body_record(self, entry: ChunkVectors, removed_in: int | None) -> Record:
        """The record that stands for the chunk; it counts the others, so that a replacement can delete what is left over."""
        counts = {"main": True, "titles": len(entry.titles), "passages": len(entry.passages)}
        metadata = {**self._metadata(entry.chunk, "body", removed_in), **counts}
        return {"id": self.body_id(entry.chunk.chunk_id), "values": floats(entry.body), "metadata": metadata}

    def side_records(self, entry: ChunkVectors, removed_in: int | None) -> list[Record]:
        """Titles and stretches."""
        chunk = entry.chunk
        titles = self.title_ids(chunk.chunk_id, range(len(entry.titles)))
        passages = self.passage_ids(chunk.chunk_id, range(len(entry.passages)))
        parts = (("title", titles, entry.titles), ("body", passages, entry.passages))
        return [
            {"id": record_id, "values": floats(vector), "metadata": self._metadata(chunk, part, removed_in)}
            for part, ids, vectors in parts
            for record_id, vector in zip(ids, vectors, strict=True)
        ]

    def visible(self, part: str, where: IndexFilter) -> dict[str, Any]:
        """Return the filter of a search. The tenant is the namespace."""
        day = date.fromisoformat(where.today).toordinal()
        conditions: list[dict[str, Any]] = [
            {"set": {"$eq": self.name}},
            {"part": {"$eq": part}},
            {"audience": {"$in": sorted(audience.value for audience in where.audiences)}},
            {"added_in": {"$lte": where.snapshot}},
            {"removed_in": {"$gt": where.snapshot}},
            {"valid_from": {"$lte": day}},
            {"valid_to": {"$gte": day}},
        ]
        return {"$and": conditions}

    def removed(self) -> dict[str, Any]:
        """Return the filter of the body records whose chunk has been removed in some snapshot."""
        return {"$and": [{"set": {"$eq": self.name}}, {"main": {"$eq": True}}, {"removed_in": {"$lt": NEVER}}]}

    def of_chunks(self, chunk_ids: Sequence[str]) -> dict[str, Any]:
        """Return the filter of all records of these chunks."""
        return {"$and": [{"set": {"$eq": self.name}}, {"chunk": {"$in": list(chunk_ids)}}]}

    def others(self) -> dict[str, Any]:
        """Return the filter of the records of every other model."""
        return {"set": {"$ne": self.name}}

    def _metadata(self, chunk: Chunk, part: str, removed_in: int | None) -> dict[str, Any]:
        removal = chunk.removed_in if removed_in is None else removed_in
        return {
            "set": self.name,
            "part": part,
            "chunk": chunk.chunk_id,
            "audience": chunk.audience.value,
            "added_in": chunk.added_in,
            "removed_in": NEVER if removal is None else removal,
            "valid_from": 0 if chunk.valid_from is None else chunk.valid_from.toordinal(),
            "valid_to": NEVER if chunk.valid_to is None else chunk.valid_to.toordinal(),
        }


def in_upserts(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Cut into upserts that stay below both limits."""
    return in_batches(records, _most_bytes, most=MAX_RECORDS, most_bytes=MAX_BYTES)


def _most_bytes(record: Record) -> int:
    """Return a bound of the record's size in a request."""
    words = json.dumps([record["id"], record["metadata"]], ensure_ascii=False)
    return _VALUE_BYTES * len(record["values"]) + len(words.encode()) + _FRAME_BYTES
