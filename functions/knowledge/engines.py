"""What `knowledge` writes indexes with, by name: the other side of what `retrieval` searches in."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.knowledge.settings import Environment
from shared.adapters.index_archive.archived_indices import ArchivedIndices, KeywordsLater, Reconcile, VectorsLater
from shared.adapters.index_archive.archives import IndexArchives
from shared.adapters.index_archive.index_pair import IndexPair, OpenPair
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

    def reconcile(tenant: str, pair: IndexPair) -> bool:
        return _reconciling(parts, pair.keyword, pair.vectors)(tenant).changed

    indices = _archived(parts, small_format(parts.embedder), small_pairs(parts.embedder), reconcile)
    return Engine(keyword=KeywordsLater(), vectors=VectorsLater(), embedder=None, before_publishing=indices)


def _opensearch(parts: Parts) -> Engine:
    from shared.adapters.opensearch.opening import open_deployed

    indices = open_deployed(parts.env.search_url, parts.env.search_index, parts.embedder)
    return _written_at_once(parts, indices.keyword, indices.vectors)


def _pinecone(parts: Parts) -> Engine:
    from shared.adapters.pinecone.opening import open_vectors

    vectors = open_vectors(parts.env.search_host, parts.search_key, parts.embedder)
    if parts.env.search_url:
        from shared.adapters.opensearch.opening import open_deployed

        keyword = open_deployed(parts.env.search_url, parts.env.search_index, parts.embedder).keyword
        return _written_at_once(parts, keyword, vectors)
    from shared.adapters.index_archive.keyword_pair import keyword_format, open_keyword_pair

    def reconcile(tenant: str, pair: IndexPair) -> bool:
        done = _reconciling(parts, pair.keyword, vectors)(tenant)
        # What was changed in Pinecone makes no new archive.
        return bool(done.added[pair.keyword.name] or done.removed[pair.keyword.name])

    archived = _archived(parts, keyword_format(), open_keyword_pair, reconcile)
    return Engine(keyword=KeywordsLater(), vectors=vectors, embedder=parts.embedder, before_publishing=archived)


def _written_at_once(parts: Parts, keyword: DerivedKeywordIndex, vectors: DerivedVectorIndex) -> Engine:
    """Ingestion writes as it goes; what a kill between store and index took is put back before readers switch."""
    reconcile = _reconciling(parts, keyword, vectors)
    return Engine(keyword=keyword, vectors=vectors, embedder=parts.embedder, before_publishing=reconcile)


def _archived(parts: Parts, index_format: str, open_pair: OpenPair, reconcile: Reconcile) -> ArchivedIndices:
    return ArchivedIndices(
        archives=IndexArchives(parts.objects, index_format),
        root=parts.env.own_index_folder,
        open_pair=open_pair,
        reconcile=reconcile,
        knowledge=parts.knowledge,
        clock=parts.clock,
    )


def _reconciling(parts: Parts, keyword: DerivedKeywordIndex, vectors: DerivedVectorIndex) -> ReconcileIndices:
    return ReconcileIndices(knowledge=parts.knowledge, keyword=keyword, vectors=vectors, embedder=parts.embedder)


_ENGINES: dict[str, Callable[[Parts], Engine]] = {"small": _small, "opensearch": _opensearch, "pinecone": _pinecone}
