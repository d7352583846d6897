"""Runs each contract suite on every engine that offers the ports it needs."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.engines import ENGINES, Ports

# Thousands of flushes to a busy disk take minutes and show nothing: what must survive a crash has tests of its own.
_RAM_DISK = Path("/dev/shm")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ports" in metafunc.fixturenames:
        needs = vars(metafunc.module)["NEEDS"]
        engines = [engine for engine in ENGINES if needs <= engine.offers]
        metafunc.parametrize("ports", engines, ids=[engine.name for engine in engines], indirect=True)


@pytest.fixture
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    disk = _RAM_DISK if os.access(_RAM_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=disk) as folder, request.param.open(Path(folder)) as opened:
        yield opened
