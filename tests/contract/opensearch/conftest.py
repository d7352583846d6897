"""Indices on the run's OpenSearch, each test with names of its own."""

from pathlib import Path

import pytest

from shared.adapters.opensearch.engine import OpenSearchEngine
from shared.adapters.opensearch.hybrid_index import OpenSearchHybridIndex
from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from tests.contract.aws.processes import EngineMissingError
from tests.contract.index_adapters import EMBEDDER
from tests.contract.opensearch.running import TIMEOUT_S, engine_of_the_run, prefix_of


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> OpenSearchEngine:
    request.node.user_properties.append(("engine", "opensearch"))
    try:
        return engine_of_the_run()
    except EngineMissingError as error:
        pytest.skip(str(error))


@pytest.fixture
def keyword(engine: OpenSearchEngine, tmp_path: Path) -> OpenSearchKeywordIndex:
    return OpenSearchKeywordIndex(engine, prefix=prefix_of(tmp_path), timeout_s=TIMEOUT_S)


@pytest.fixture
def vectors(engine: OpenSearchEngine, tmp_path: Path) -> OpenSearchVectorIndex:
    return OpenSearchVectorIndex(
        engine, prefix=prefix_of(tmp_path), model=EMBEDDER.name, dimensions=EMBEDDER.dimensions, timeout_s=TIMEOUT_S
    )


@pytest.fixture
def hybrid(keyword: OpenSearchKeywordIndex, vectors: OpenSearchVectorIndex) -> OpenSearchHybridIndex:
    return OpenSearchHybridIndex(keyword, vectors)
