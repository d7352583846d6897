"""The adapters of KeywordIndex and VectorIndex that the suites run over, and chunks to put into them.

A new adapter joins by one entry in KEYWORD or VECTOR: a function from an empty folder to an index. Called again with the
same folder it opens the same data, unless its name is in FORGETFUL.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.doubles.embedder import HashingEmbedder
from shared.adapters.opensearch.engine import OpenSearchEngine
from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.knowledge import Audience, Chunk
from shared.ports import ChunkVectors, IndexFilter, VectorIndex
from shared.use_cases.embed_chunks import embed_chunks
from tests.contract.aws.processes import EngineMissingError
from tests.contract.opensearch.running import engine_of_the_run, prefix_of
from tests.contract.pinecone.indexes import index_for

EMBEDDER = HashingEmbedder(256)


def _opensearch_keyword(folder: Path) -> OpenSearchKeywordIndex:
    return OpenSearchKeywordIndex(_engine_or_skip(), prefix=prefix_of(folder))


def _opensearch_vectors(folder: Path) -> OpenSearchVectorIndex:
    return OpenSearchVectorIndex(_engine_or_skip(), prefix=prefix_of(folder), model=EMBEDDER.name, dimensions=EMBEDDER.dimensions)


def _engine_or_skip() -> OpenSearchEngine:
    try:
        return engine_of_the_run()
    except EngineMissingError as error:
        pytest.skip(str(error))


KEYWORD: dict[str, Callable[[Path], TantivyKeywordIndex | OpenSearchKeywordIndex]] = {
    "opensearch": _opensearch_keyword,
    "tantivy-disk": lambda folder: TantivyKeywordIndex(folder),
    "tantivy-memory": lambda folder: TantivyKeywordIndex(None),
}
VECTOR: dict[str, Callable[[Path], VectorIndex]] = {
    "opensearch": _opensearch_vectors,
    "usearch-disk": lambda folder: UsearchVectorIndex(folder, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions),
    "usearch-memory": lambda folder: UsearchVectorIndex(None, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions),
    "pinecone": lambda folder: index_for(folder, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions),
}
FORGETFUL = {"tantivy-memory", "usearch-memory"}


def chunk(chunk_id: str, text: str, *, title: str = "", tenant: str = "acme", language: str = "zh", **changes: Any) -> Chunk:
    fields: dict[str, Any] = {
        "chunk_id": chunk_id,
        "document_id": "doc",
        "tenant": tenant,
        "ordinal": 0,
        "title": title,
        "text": text,
        "document_title": "",
        "heading_path": (),
        "locator": "",
        "source": "doc.md",
        "source_url": "",
        "language": language,
        "audience": Audience.PUBLIC,
        "text_hash": "",
        "added_in": 1,
    }
    return Chunk(**{**fields, **changes})


def vectors(*chunks: Chunk) -> list[ChunkVectors]:
    return embed_chunks(EMBEDDER, chunks)


def where(
    tenant: str = "acme",
    snapshot: int = 1,
    today: date = date(2026, 11, 22),
    audiences: frozenset[Audience] = frozenset({Audience.PUBLIC}),
) -> IndexFilter:
    return IndexFilter(tenant=tenant, audiences=audiences, snapshot=snapshot, today=today.isoformat())
