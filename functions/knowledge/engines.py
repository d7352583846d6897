"""What `knowledge` writes indexes with, by name: the other side of what `retrieval` searches in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.knowledge.settings import Environment
from shared.adapters.index_archive.archived_indices import ArchivedIndices, KeywordsLater, VectorsLater
from shared.adapters.index_archive.archives import IndexArchives
from shared.adapters.index_archive.index_pair import IndexPair
from shared.ports import Clock, Embedder, KeywordIndex, KnowledgeStore, ObjectStore, VectorIndex
from shared.runtime.settings import ConfigurationError
from shared.use_cases.reconcile_indices import ReconcileIndices


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """What engines are made of."""

    env: Environment
    knowledge: KnowledgeStore
    objects: ObjectStore
    embedder: Embedder
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What ingestion writes to (with `embedder`, or None where that is done later), and what comes before a publication."""

    keyword: KeywordIndex
    vectors: VectorIndex
    embedder: Embedder | None
    before_publishing: Callable[[str], object]


def open_engine(parts: EngineParts) -> Engine:
    """Return the engine that KEFU_SEARCH_ENGINE names. Raises ConfigurationError for one that is not in this zip."""
    make = _ENGINES.get(parts.env.search_engine)
    if make is None:
        raise ConfigurationError(f"KEFU_SEARCH_ENGINE is {parts.env.search_engine}, which this function was not built with")
    return make(parts)


def _small(parts: EngineParts) -> Engine:
    # Imported here, in each engine: a zip has the packages of one of them.
    from shared.adapters.index_archive.small_pair import small_format, small_pairs

    indices = ArchivedIndices(
        archives=IndexArchives(parts.objects, small_format(parts.embedder)),
        root=Path(parts.env.index_folder),
        open_pair=small_pairs(parts.embedder),
        reconcile=lambda tenant, pair: _reconcile(parts, pair, tenant),
        knowledge=parts.knowledge,
        clock=parts.clock,
    )
    return Engine(keyword=KeywordsLater(), vectors=VectorsLater(), embedder=None, before_publishing=indices)


def _opensearch(parts: EngineParts) -> Engine:
    from shared.adapters.opensearch.opening import open_indices, signed

    indices = open_indices(
        parts.env.search_url,
        signed(parts.env.search_url),
        prefix=parts.env.search_index,
        model=parts.embedder.name,
        dimensions=parts.embedder.dimensions,
    )
    reconcile = ReconcileIndices(
        knowledge=parts.knowledge,
        keyword=indices.keyword,
        keyword_state=indices.keyword,
        vectors=indices.vectors,
        vector_state=indices.vectors,
        embedder=parts.embedder,
    )
    # Ingestion writes as it goes; what a kill between store and index took is put back before readers switch.
    return Engine(keyword=indices.keyword, vectors=indices.vectors, embedder=parts.embedder, before_publishing=reconcile)


def _reconcile(parts: EngineParts, pair: IndexPair, tenant: str) -> bool:
    reconcile = ReconcileIndices(
        knowledge=parts.knowledge,
        keyword=pair.keyword,
        keyword_state=pair.keyword,
        vectors=pair.vectors,
        vector_state=pair.vectors,
        embedder=parts.embedder,
    )
    done = reconcile(tenant)
    return any((*done.added.values(), *done.removed.values()))


_ENGINES: dict[str, Callable[[EngineParts], Engine]] = {"small": _small, "opensearch": _opensearch}
