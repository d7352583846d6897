"""Waiting after a lost compare-and-set, so that many writers of one row do not keep each other from it."""

import threading

from shared.adapters.dynamodb.gateway import DynamoDB


class Races:
    """Counts, per thread, lost writes against won ones; each loss waits longer, with full jitter.

    Without it 50 writers of one row need 19 attempts each; the conflict is still the caller's, who must read again.
    """

    def __init__(self, database: DynamoDB) -> None:
        self._database = database
        self._local = threading.local()

    def lost(self) -> None:
        """Wait before the loss is reported."""
        losses = getattr(self._local, "losses", 0)
        self._local.losses = min(losses + 1, 6)
        self._database.wait(losses)

    def won(self) -> None:
        """Take one loss off: where many write, the next write will meet them too."""
        self._local.losses = max(getattr(self._local, "losses", 0) - 1, 0)
