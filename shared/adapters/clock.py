"""The machine's own clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """UTC from the operating system; `sleep` blocks the thread."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
