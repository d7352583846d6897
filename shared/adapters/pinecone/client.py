"""The client of one Pinecone index: JSON over HTTPS, one key at a time, one layer of retries with an end."""

import threading
from collections.abc import Callable
from dataclasses import replace

from pinecone import RetryConfig
from pinecone._internal.constants import DATA_PLANE_API_VERSION
from pinecone._internal.http_client import HTTPClient
from pinecone.index import Index

from shared.adapters.pinecone.errors import translated

# The one layer of retries, and it is the SDK's. Its own setting for an index is 4 attempts with up to 90 s between two of
# them, which would outlive whoever asked; a search's leg has given up after 2 s, and a queue repeats a document's write.
RETRIES = RetryConfig(max_retries=1, backoff_factor=0.1, max_wait=0.5)


def open_index(host: str, api_key: str, *, timeout_s: float = 10.0) -> Index:
    """Return the client of the index at `host` (the console shows it); nothing is sent yet. Threads may share it.

    The key goes into a header and nowhere else. Raises InvalidInputError for a host or key that cannot be one.
    """
    with translated():
        index = Index(host=host, api_key=api_key, timeout=timeout_s)
        config = replace(index._config, retry_config=RETRIES)
        index._http.close()
        # 10.2.0 passes a client's retry_config to the control plane and to gRPC, but not to an index over HTTPS.
        index._http = HTTPClient(config, DATA_PLANE_API_VERSION)
    return index


class RotatedIndex:
    """The client of an index whose key changes: call it before each request. Threads may share it.

    `key` tells the key as it is now, and is asked each time; raises what it raises, and what `open_index` raises.
    """

    def __init__(self, host: str, key: Callable[[], str], *, timeout_s: float = 10.0) -> None:
        self._host = host
        self._key = key
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._open: tuple[str, Index] | None = None
        self._retired: Index | None = None

    def __call__(self) -> Index:
        key = self._key()
        with self._lock:
            if self._open is None or self._open[0] != key:
                self._replace(key)
            assert self._open is not None  # noqa: S101 - just made
            return self._open[1]

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._lock:
            clients = [self._retired, self._open[1] if self._open else None]
            self._open = self._retired = None
        for client in clients:
            if client is not None:
                client.close()

    def _replace(self, key: str) -> None:
        """Another thread may be in the middle of a request: its client is closed at the next rotation, not at this one."""
        fresh = open_index(self._host, key, timeout_s=self._timeout_s)
        if self._retired is not None:
            self._retired.close()
        self._retired = self._open[1] if self._open else None
        self._open = (key, fresh)
