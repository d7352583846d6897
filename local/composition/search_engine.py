"""What a single machine searches with: indices on disk, an OpenSearch, or vectors in Pinecone beside keywords on disk."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.settings import LocalSettings
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.ports import DerivedKeywordIndex, DerivedVectorIndex, HybridIndex
from shared.runtime.opensearch_settings import OpenSearchSettings

_SEARCH_TIMEOUT_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEngine:
    """Both indices, and one object for both where the engine answers all legs at once.

    `rebuilding` yields the same, empty, to take the place of this one when the block ends; None where there is no such way.
    `drop` takes both away for good, of all tenants; an engine whose files go with their folder needs none.
    """

    keyword: DerivedKeywordIndex
    vectors: DerivedVectorIndex
    hybrid: HybridIndex | None = None
    rebuilding: "Rebuilding | None" = None
    close: Callable[[], object] = lambda: None
    drop: Callable[[], object] = lambda: None


Rebuilding = Callable[[], AbstractContextManager[SearchEngine]]


def open_search_engine(settings: LocalSettings, indexes: Path, *, model: str, dimensions: int) -> SearchEngine:
    """Return the one that the settings name. Nothing is asked of it yet."""
    if settings.search == "opensearch":
        return opensearch_engine(settings, model=model, dimensions=dimensions)
    if settings.search == "pinecone":
        return _pinecone_engine(settings, indexes, model=model)
    return embedded_engine(indexes, model=model, dimensions=dimensions)


def _pinecone_engine(settings: LocalSettings, indexes: Path, *, model: str) -> SearchEngine:
    # A machine that does not use it does not load it.
    from shared.adapters.pinecone.client import RotatedIndex
    from shared.adapters.pinecone.vector_index import PineconeVectorIndex

    key = settings.pinecone_key.get_secret_value() if settings.pinecone_key else ""
    clients = RotatedIndex(settings.pinecone_host, lambda: key)
    vectors = PineconeVectorIndex(clients, model=model, search_timeout_s=_SEARCH_TIMEOUT_S)
    return SearchEngine(keyword=TantivyKeywordIndex(indexes / "keyword"), vectors=vectors, close=clients.close)


def embedded_engine(indexes: Path, *, model: str, dimensions: int) -> SearchEngine:
    """Return tantivy and usearch in that folder."""
    return SearchEngine(
        keyword=TantivyKeywordIndex(indexes / "keyword"),
        vectors=UsearchVectorIndex(indexes / "vectors", model=model, dimensions=dimensions),
    )


def opensearch_engine(
    settings: OpenSearchSettings, *, model: str, dimensions: int, timeout_s: float = _SEARCH_TIMEOUT_S
) -> SearchEngine:
    """Return the indices on `settings.opensearch_url`. `timeout_s` bounds a search. Raises DependencyUnavailableError."""
    # A machine that does not use it does not load it.
    from shared.adapters.opensearch.client import auth_of
    from shared.adapters.opensearch.opening import open_indices

    password = settings.opensearch_password.get_secret_value() if settings.opensearch_password else ""
    indices = open_indices(
        settings.opensearch_url,
        auth_of(settings.opensearch_auth, user=settings.opensearch_user, password=password, region=settings.opensearch_region),
        prefix=settings.opensearch_prefix,
        model=model,
        dimensions=dimensions,
        timeout_s=timeout_s,
    )
    keyword, vectors = indices.keyword, indices.vectors

    @contextmanager
    def rebuilding() -> Generator[SearchEngine]:
        with keyword.rebuilding() as fresh_keyword, vectors.rebuilding() as fresh_vectors:
            yield SearchEngine(keyword=fresh_keyword, vectors=fresh_vectors)

    def drop() -> None:
        keyword.drop()
        vectors.drop()

    return SearchEngine(
        keyword=keyword,
        vectors=vectors,
        hybrid=indices.hybrid,
        rebuilding=rebuilding,
        close=indices.client.close,
        drop=drop,
    )
