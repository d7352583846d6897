"""What the vector index looks like, how a chunk's vectors become a document of it, and a question's vector a query."""

from collections.abc import Sequence
from typing import Any

from shared.adapters.opensearch.generations import IndexPlan
from shared.adapters.opensearch.visibility import FIELDS, visibility_of, visible_to
from shared.ports import ChunkVectors, IndexFilter, Vector

PARTS = ("title", "body")
# The graph: links of a vector, and how many candidates are held while it is built and while it is walked.
_LINKS = 16
_BUILD_CANDIDATES = 128
_SEARCH_CANDIDATES = 100


def vector_plan(prefix: str, model: str, dimensions: int, settings: dict[str, Any]) -> IndexPlan:
    """Return the index of all tenants' vectors of one model: another model gets another index.

    A part holds any number of vectors of a chunk, as nested documents, so that a chunk takes one of the k places.
    """
    vector = {
        "type": "knn_vector",
        "dimension": dimensions,
        # Of unit vectors the inner product is the cosine.
        "space_type": "innerproduct",
        # Lucene filters while it walks the graph, and compares all where few are left.
        "method": {"name": "hnsw", "engine": "lucene", "parameters": {"m": _LINKS, "ef_construction": _BUILD_CANDIDATES}},
    }
    mappings = {
        "dynamic": "strict",
        "properties": {**FIELDS, **{part: {"type": "nested", "properties": {"vector": vector}} for part in PARTS}},
        "_meta": {"model": model},
    }
    return IndexPlan.of(f"{prefix}-vectors", {"knn": True}, mappings, settings)


def vector_document(entry: ChunkVectors, removed_in: int | None) -> dict[str, Any]:
    """Return the document of a chunk's vectors; `removed_in` goes before the chunk's own."""
    parts = {"title": entry.titles, "body": (entry.body, *entry.passages)}
    nested = {part: [{"vector": floats(vector)} for vector in vectors] for part, vectors in parts.items()}
    return {**visibility_of(entry.chunk, removed_in), **nested}


def vector_query(vector: Sequence[float], part: str, where: IndexFilter, k: int) -> dict[str, Any]:
    """Return the search for the k chunks whose best vector of the part is nearest, among what `where` may see."""
    nearest = {
        "vector": vector,
        "k": k,
        "filter": visible_to(where),
        "method_parameters": {"ef_search": max(k, _SEARCH_CANDIDATES)},
    }
    return {"nested": {"path": part, "score_mode": "max", "query": {"knn": {f"{part}.vector": nearest}}}}


def cosine(score: float) -> float:
    """Return the inner product behind a score: Lucene has p + 1 for p >= 0, and 1 / (1 - p) below."""
    return score - 1 if score >= 1 else 1 - 1 / score


def floats(vector: Vector) -> list[float]:
    """Return the numbers as JSON can hold them."""
    return [float(vector[place]) for place in range(len(vector))]
