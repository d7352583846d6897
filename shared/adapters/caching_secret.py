"""A secret in memory for some minutes, so that a rotated one counts soon and nobody waits for the store of secrets."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain.errors import DependencyUnavailableError, SupportError
from shared.ports import Clock

# Whoever rotates a key leaves the old one valid for longer than this.
KEPT_FOR = timedelta(minutes=5)
# While the store of secrets does not answer, it is asked this often.
_ASK_AGAIN_AFTER = timedelta(seconds=30)


class CachingSecret:
    """Call it for the text as it is now. Share one per process; safe to call from several threads.

    While the store does not answer, or has no such secret, what was last known counts; a call that knows nothing raises
    DependencyUnavailableError, and for half a minute so do the next ones, without asking. It holds the text in memory alone.
    """

    def __init__(self, read: Callable[[], str], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._text = ""
        self._asked_at: datetime | None = None
        self._good_for = timedelta(0)

    def __call__(self) -> str:
        with self._lock:
            if self._is_due():
                self._ask()
            if not self._text:
                raise DependencyUnavailableError("secret", "it cannot be read")
            return self._text

    def read_ahead(self) -> None:
        """Ask before anybody waits. A failure is the next call's."""
        with self._lock:
            if self._is_due():
                self._ask()

    def _is_due(self) -> bool:
        # The second half: after the clock was set back, nobody knows how old it is.
        return self._asked_at is None or not timedelta(0) <= self._clock.now() - self._asked_at < self._good_for

    def _ask(self) -> None:
        try:
            # Set by hand, it may end with a line.
            self._text = self._read().strip()
            self._good_for = KEPT_FOR
        except SupportError:
            self._good_for = _ASK_AGAIN_AFTER
        self._asked_at = self._clock.now()
