"""The client of one Pinecone index: JSON over HTTPS, one key, one layer of retries with an end."""

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
