"""What `retrieval` searches in, by name: each engine behind the same two ports."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.retrieval.settings import Environment
from shared.adapters.index_archive.archives import IndexArchives
from shared.adapters.index_archive.fetched_indices import FetchedIndices
from shared.adapters.index_archive.index_pair import IndexPair, OpenPair
from shared.ports import HybridIndex, KeywordIndex, KnowledgeStore, VectorIndex
from shared.runtime.search_engines import EngineParts, open_named
from shared.use_cases.reconcile_indices import ReconcileIndices

Parts = EngineParts[Environment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`refresh(tenant, snapshot)` comes before a search: it sees to it that the indexes hold that snapshot.

    `hybrid`: where the engine answers all legs in one request.
    """

    keyword: KeywordIndex
    vectors: VectorIndex
    refresh: Callable[[str, int], None]
    hybrid: HybridIndex | None = None


def open_engine(parts: Parts) -> Engine:
    """Return the engine that the environment names. Raises ConfigurationError."""
    return open_named(_ENGINES, parts)


def _small(parts: Parts) -> Engine:
    # Imported here, in each engine: a zip has the packages of one of them.
    from shared.adapters.index_archive.small_pair import small_format, small_pairs

    indices = _fetched(parts, small_format(parts.embedder), small_pairs(parts.embedder))
    return Engine(keyword=indices.keyword, vectors=indices.vectors, refresh=indices.refresh)


def _keywords_only(knowledge: KnowledgeStore, pair: IndexPair) -> ReconcileIndices:
    """Keywords are made from the chunks in moments; vectors of many would take longer than a customer waits."""
    return ReconcileIndices(knowledge=knowledge, keyword=pair.keyword, vectors=pair.vectors, embedder=None)


def _opensearch(parts: Parts) -> Engine:
    from shared.adapters.opensearch.opening import open_deployed

    env = parts.env
    indices = open_deployed(env.search_url, env.search_index, parts.embedder, timeout_s=env.leg_timeout_s)
    # Its indexes are written before a snapshot is published: there is nothing to fetch.
    return Engine(
        keyword=indices.keyword, vectors=indices.vectors, hybrid=indices.hybrid, refresh=lambda _tenant, _snapshot: None
    )


def _pinecone(parts: Parts) -> Engine:
    from shared.adapters.pinecone.opening import open_vectors

    env = parts.env
    vectors = open_vectors(env.search_host, parts.search_key, parts.embedder, timeout_s=env.leg_timeout_s)
    if env.search_url:
        return replace(_opensearch(parts), vectors=vectors, hybrid=None)
    from shared.adapters.index_archive.keyword_pair import keyword_format, open_keyword_pair

    indices = _fetched(parts, keyword_format(), open_keyword_pair)
    return Engine(keyword=indices.keyword, vectors=vectors, refresh=indices.refresh)


def _fetched(parts: Parts, index_format: str, open_pair: OpenPair) -> FetchedIndices:
    return FetchedIndices(
        archives=IndexArchives(parts.objects, index_format),
        root=parts.env.own_index_folder,
        open_pair=open_pair,
        catch_up=lambda tenant, pair: _keywords_only(parts.knowledge, pair)(tenant),
        clock=parts.clock,
    )


_ENGINES: dict[str, Callable[[Parts], Engine]] = {"small": _small, "opensearch": _opensearch, "pinecone": _pinecone}
