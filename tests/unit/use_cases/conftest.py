import pytest

from tests.world import World


@pytest.fixture
def world() -> World:
    """A world with one open Chinese conversation, "c1"."""
    made = World()
    made.open("c1")
    return made
