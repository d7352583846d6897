"""The OpenSearch that the tests run on: KEFU_OPENSEARCH_URL, or one for the whole run, started by the first test that asks."""

import hashlib
import os
from functools import cache
from pathlib import Path

from shared.adapters.opensearch.client import NoAuth, open_client
from shared.adapters.opensearch.engine import OpenSearchEngine

# A test shares two cores with whatever else runs: a slow answer is no finding here.
TIMEOUT_S = 20.0


def engine_of_the_run() -> OpenSearchEngine:
    """Return it, started where it has to be. Raises EngineMissingError, which says what to install."""
    return _engine(os.environ["KEFU_OPENSEARCH_URL"])


@cache
def _engine(url: str) -> OpenSearchEngine:
    return OpenSearchEngine(open_client(url, NoAuth(), timeout_s=TIMEOUT_S))


def prefix_of(folder: Path) -> str:
    """Return the names that a test has to itself: its folder's, so that the same folder is the same data."""
    return "test-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
