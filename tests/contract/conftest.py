"""Runs each contract suite on every engine that offers the ports it needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.engines import ENGINES, Ports


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ports" in metafunc.fixturenames:
        needs = vars(metafunc.module)["NEEDS"]
        engines = [engine for engine in ENGINES if needs <= engine.offers]
        metafunc.parametrize("ports", engines, ids=[engine.name for engine in engines], indirect=True)


@pytest.fixture
def ports(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ports]:
    with request.param.open(tmp_path) as opened:
        yield opened
