"""PineconeVectorIndex on one server for all tests of a process: every folder has an index of its own there."""

from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path

from shared.adapters.pinecone.client import open_index
from shared.adapters.pinecone.vector_index import PineconeVectorIndex
from tests.contract.pinecone.server import API_KEY, PineconeServer, pinecone_server

_SERVERS = ExitStack()
_CLIENTS = ExitStack()


@cache
def running_server(dimension: int) -> PineconeServer:
    """Start it at its first use."""
    return _SERVERS.enter_context(pinecone_server(dimension))


def index_for(folder: Path, *, model: str, dimensions: int) -> PineconeVectorIndex:
    """Return the adapter on the folder's index: the same folder is the same data."""
    name = sha256(str(folder).encode()).hexdigest()[:16]
    client = open_index(running_server(dimensions).host(name), API_KEY)
    _CLIENTS.callback(client.close)
    # The server shares its process with the test: a busy machine is no outage.
    return PineconeVectorIndex(lambda: client, model=model, search_timeout_s=20.0)


def close_clients() -> None:
    """After a test."""
    _CLIENTS.close()


def stop_servers() -> None:
    """After all tests."""
    running_server.cache_clear()
    _SERVERS.close()
