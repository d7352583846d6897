"""A clock that stands still until it is told otherwise."""

import threading
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class FixedClock:
    """Starts at `at`; `advance` and `sleep` move it, `set` puts it anywhere. Threads may share it."""

    def __init__(self, at: datetime = _START) -> None:
        self._now = at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> datetime:
        """Move forward (or back, when negative) and return the new time."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now

    def set(self, at: datetime) -> None:
        """Jump to `at`."""
        with self._lock:
            self._now = at
