"""Everything that search needs of one OpenSearch, opened together: what a composition calls."""

from dataclasses import dataclass

from opensearchpy import OpenSearch

from shared.adapters.opensearch.client import Auth, auth_of, open_client
from shared.adapters.opensearch.derived_index import SEARCH_TIMEOUT_S
from shared.adapters.opensearch.engine import OpenSearchEngine
from shared.adapters.opensearch.hybrid_index import OpenSearchHybridIndex
from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from shared.ports import Embedder


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSearchIndices:
    """Both indices, and the one object that asks them together. `client` is to be closed at the end."""

    keyword: OpenSearchKeywordIndex
    vectors: OpenSearchVectorIndex
    hybrid: OpenSearchHybridIndex
    client: OpenSearch


def signed(url: str) -> Auth:
    """Return how a function proves who it is: by its role's signature; a node on this machine, without TLS, asks for nothing."""
    return auth_of("aws" if url.startswith("https://") else "none")


def open_indices(
    url: str, auth: Auth, *, prefix: str, model: str, dimensions: int, timeout_s: float = SEARCH_TIMEOUT_S
) -> OpenSearchIndices:
    """Return them; nothing is asked yet. `prefix` begins their names, `model` is the embedder's name.

    `timeout_s` bounds a search. Raises ValueError for a prefix that index names cannot begin with.
    """
    client = open_client(url, auth)
    engine = OpenSearchEngine(client)
    keyword = OpenSearchKeywordIndex(engine, prefix=prefix, timeout_s=timeout_s)
    vectors = OpenSearchVectorIndex(engine, prefix=prefix, model=model, dimensions=dimensions, timeout_s=timeout_s)
    return OpenSearchIndices(keyword=keyword, vectors=vectors, hybrid=OpenSearchHybridIndex(keyword, vectors), client=client)


def open_deployed(url: str, prefix: str, embedder: Embedder, *, timeout_s: float = SEARCH_TIMEOUT_S) -> OpenSearchIndices:
    """Return a deployed function's indices, asked with its role's signature; raises what `open_indices` and `signed` do."""
    return open_indices(url, signed(url), prefix=prefix, model=embedder.name, dimensions=embedder.dimensions, timeout_s=timeout_s)
