"""The vector index of a deployed function, opened from its settings: what both of its compositions call."""

from collections.abc import Callable

from shared.adapters.pinecone.client import RotatedIndex
from shared.adapters.pinecone.vector_index import PineconeVectorIndex
from shared.ports import Embedder

_SEARCH_TIMEOUT_S = 1.5


def open_vectors(
    host: str, key: Callable[[], str], embedder: Embedder, *, timeout_s: float = _SEARCH_TIMEOUT_S
) -> PineconeVectorIndex:
    """Return it; nothing is asked yet, not even for the key. `timeout_s` bounds one request of a search."""
    return PineconeVectorIndex(RotatedIndex(host, key), model=embedder.name, search_timeout_s=timeout_s)
