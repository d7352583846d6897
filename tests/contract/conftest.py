"""Runs each contract suite on every engine that offers the ports it needs."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.engines import ENGINES, Engine, Ports
from tests.contract.opensearch import running

# Thousands of flushes to a busy disk take minutes and show nothing more: a killed process loses none of its writes to
# either, and that each commit asks for a flush has a test of its own.
_RAM_DISK = Path("/dev/shm")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ports" in metafunc.fixturenames:
        needs = vars(metafunc.module)["NEEDS"]
        engines = [engine for engine in ENGINES if needs <= engine.offers]
        metafunc.parametrize("ports", engines, ids=[engine.name for engine in engines], indirect=True)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Yield an empty folder, in memory where the machine has such a place."""
    disk = _RAM_DISK if os.access(_RAM_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        yield Path(folder)
        running.drop(Path(folder))


@pytest.fixture
def ports(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ports]:
    engine: Engine = request.param
    request.node.user_properties.append(("engine", engine.name))
    gap = engine.gaps.get(request.node.originalname)
    if gap is not None:
        request.applymarker(pytest.mark.xfail(reason=gap, strict=True))
    with engine.open(tmp_path) as opened:
        yield opened
