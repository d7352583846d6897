"""The applications on the test world."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.front import Front


@pytest.fixture
def front(tmp_path: Path) -> Generator[Front]:
    """A fresh machine."""
    made = Front(tmp_path)
    yield made
    made.close()
