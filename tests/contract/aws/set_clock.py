"""A fixed clock that MiniStack shares."""

import struct
from datetime import datetime
from pathlib import Path

from shared.adapters.doubles.fixed_clock import FixedClock


class SharedClock(FixedClock):
    """Writes each new time where `ministack_on_a_set_clock` reads it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        write_time(path, self.now())

    def advance(self, seconds: float) -> datetime:
        now = super().advance(seconds)
        write_time(self._path, now)
        return now


def write_time(path: Path, at: datetime) -> None:
    """Put the time into the file, in place: the reader has it mapped."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(struct.pack("<d", at.timestamp()))
