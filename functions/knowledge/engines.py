"""What `knowledge` writes indexes with, by name: the other side of what `retrieval` searches in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.knowledge.settings import Environment
from shared.adapters.index_archive.archived_indices import ArchivedIndices, KeywordsLater, VectorsLater
from shared.adapters.index_archive.archives import IndexArchives
from shared.ports import DerivedKeywordIndex, DerivedVectorIndex, Embedder, KeywordIndex, VectorIndex
from shared.runtime.search_engines import EngineParts, open_named
from shared.use_cases.reconcile_indices import ReconcileIndices

Parts = EngineParts[Environment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What ingestion writes to (with `embedder`, or None where that is done later), and what comes before a publication."""

    keyword: KeywordIndex
    vectors: VectorIndex
    embedder: Embedder | None
    before_publishing: Callable[[str], object]


def open_engine(parts: Parts) -> Engine:
    """Return the engine that the environment names. Raises ConfigurationError."""
    return open_named(_ENGINES, parts)


def _small(parts: Parts) -> Engine:
    # Imported here, in each engine: a zip has the packages of one of them.
    from shared.adapters.index_archive.small_pair import small_format, small_pairs

    indices = ArchivedIndices(
        archives=IndexArchives(parts.objects, small_format(parts.embedder)),
        root=Path(parts.env.index_folder),
        open_pair=small_pairs(parts.embedder),
        reconcile=lambda tenant, pair: _reconciling(parts, pair.keyword, pair.vectors)(tenant).changed,
        knowledge=parts.knowledge,
        clock=parts.clock,
    )
    return Engine(keyword=KeywordsLater(), vectors=VectorsLater(), embedder=None, before_publishing=indices)


def _opensearch(parts: Parts) -> Engine:
    from shared.adapters.opensearch.opening import open_deployed

    indices = open_deployed(parts.env.search_url, parts.env.search_index, parts.embedder)
    # Ingestion writes as it goes; what a kill between store and index took is put back before readers switch.
    reconcile = _reconciling(parts, indices.keyword, indices.vectors)
    return Engine(keyword=indices.keyword, vectors=indices.vectors, embedder=parts.embedder, before_publishing=reconcile)


def _reconciling(parts: Parts, keyword: DerivedKeywordIndex, vectors: DerivedVectorIndex) -> ReconcileIndices:
    return ReconcileIndices(knowledge=parts.knowledge, keyword=keyword, vectors=vectors, embedder=parts.embedder)


_ENGINES: dict[str, Callable[[Parts], Engine]] = {"small": _small, "opensearch": _opensearch}
