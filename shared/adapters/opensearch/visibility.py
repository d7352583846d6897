"""Who may see a chunk, as fields of a document and as a filter: the same in the keyword index and in the vector index."""

import hashlib
from typing import Any

from shared.domain.knowledge import Chunk
from shared.ports import IndexFilter

FIELDS: dict[str, Any] = {
    "tenant": {"type": "keyword"},
    "chunk_id": {"type": "keyword"},
    "audience": {"type": "keyword"},
    "added_in": {"type": "integer"},
    "removed_in": {"type": "integer"},
    "valid_from": {"type": "date", "format": "strict_date"},
    "valid_to": {"type": "date", "format": "strict_date"},
}


def document_id(tenant: str, chunk_id: str) -> str:
    """Return the document's id: of fixed length, whatever the names are."""
    return hashlib.sha256(f"{tenant}\x1f{chunk_id}".encode("utf-8", "surrogatepass")).hexdigest()


def visibility_of(chunk: Chunk, removed_in: int | None) -> dict[str, Any]:
    """Return the fields of a chunk; what is not set is there as null, so that setting the fields clears what was.

    `removed_in` goes before the chunk's own.
    """
    return {
        "tenant": chunk.tenant,
        "chunk_id": chunk.chunk_id,
        "audience": chunk.audience.value,
        "added_in": chunk.added_in,
        "removed_in": removed_in if removed_in is not None else chunk.removed_in,
        "valid_from": chunk.valid_from and chunk.valid_from.isoformat(),
        "valid_to": chunk.valid_to and chunk.valid_to.isoformat(),
    }


def visible_to(where: IndexFilter, **terms: str) -> dict[str, Any]:
    """Return the filter: `where`, and `terms` that must be equal besides."""
    return {
        "bool": {
            "filter": [
                {"term": {"tenant": where.tenant}},
                {"terms": {"audience": sorted(audience.value for audience in where.audiences)}},
                {"range": {"added_in": {"lte": where.snapshot}}},
                *({"term": {name: value}} for name, value in terms.items()),
            ],
            # As exclusions, what has no limit needs none.
            "must_not": [
                {"range": {"removed_in": {"lte": where.snapshot}}},
                {"range": {"valid_from": {"gt": where.today}}},
                {"range": {"valid_to": {"lt": where.today}}},
            ],
        }
    }
