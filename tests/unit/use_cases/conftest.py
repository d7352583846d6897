from pathlib import Path

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with one open Chinese conversation, "c1"."""
    made = World(tmp_path)
    made.open("c1")
    return made
