"""The OpenSearch that the tests run on: KEFU_OPENSEARCH_URL, or one for the whole run, started by the first test that asks."""

import hashlib
import os
import time
from functools import cache
from pathlib import Path

from local.opensearch_install import OpenSearchMissingError
from local.opensearch_node import START_S, is_up, prepare_node
from shared.adapters.opensearch.client import NoAuth, open_client
from shared.adapters.opensearch.engine import OpenSearchEngine
from tests.contract.aws.processes import Command, EngineMissingError, port_of

# A test shares two cores with whatever else runs: a slow answer is no finding here.
TIMEOUT_S = 20.0
_URL = "KEFU_OPENSEARCH_URL"
# The node lives for minutes: the first compiler is enough.
_SHORT_LIVED = {"OPENSEARCH_JAVA_OPTS": "-XX:TieredStopAtLevel=1"}
_POLL_S = 0.1


def url_of_the_run() -> str:
    """Return its address, started where it has to be. Raises EngineMissingError, which says what to install."""
    return os.environ.get(_URL) or f"http://127.0.0.1:{_port_of_the_run()}"


def engine_of_the_run() -> OpenSearchEngine:
    """Return a client of it. Raises EngineMissingError."""
    return _engine(url_of_the_run())


def prefix_of(folder: Path) -> str:
    """Return the names that a test has to itself: its folder's, so that the same folder is the same data."""
    return "test-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def drop(folder: Path) -> None:
    """Take away what a test has made in an OpenSearch that outlives the run."""
    if _URL in os.environ and _engine.cache_info().currsize:
        pattern = f"{prefix_of(folder)}-*"
        indices = engine_of_the_run().client.indices
        indices.delete(index=pattern)
        indices.delete_index_template(name=pattern, params={"ignore": 404})


@cache
def _engine(url: str) -> OpenSearchEngine:
    return OpenSearchEngine(open_client(url, NoAuth(), timeout_s=TIMEOUT_S))


@cache
def _port_of_the_run() -> int:
    port = port_of("opensearch", _command)
    deadline = time.monotonic() + START_S
    while not is_up(port) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return port


def _command(port: int, folder: Path) -> Command:
    try:
        node = prepare_node(folder, port)
    except OpenSearchMissingError as error:
        raise EngineMissingError(str(error)) from error
    return Command(arguments=node.arguments, environment={**node.environment, **_SHORT_LIVED}, user=node.user, start_s=START_S)
