"""A tenant's two embedded indexes in one folder, as both sides of the archive open them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.ports import DerivedKeywordIndex, DerivedVectorIndex


@dataclass(frozen=True, slots=True)
class IndexPair:
    """The indexes below `folder`."""

    folder: Path
    keyword: DerivedKeywordIndex
    vectors: DerivedVectorIndex


# Opens or creates the indexes below a folder.
OpenPair = Callable[[Path], IndexPair]
