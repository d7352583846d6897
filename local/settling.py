"""How long a machine that has just started waits before it believes that no agent is there."""

from datetime import datetime

from shared.domain.presence import PRESENCE


class Settling:
    """False at first, True once the staff pages that were open all along have had the time to say that they are there."""

    def __init__(self) -> None:
        self._first: datetime | None = None

    def __call__(self, now: datetime) -> bool:
        """From the first call on, as the sweeper starts together with what the pages call."""
        if self._first is None:
            self._first = now
        return now - self._first >= PRESENCE
