"""Forget what has ended so long ago that nobody repeats it: the records by which repeats are recognised, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.ports import Clock, Forgetful

# One transaction each: writers wait no longer than for a turn.
_BATCH = 500
_BATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetEnded:
    """Removes what ended longer than `kept` ago; a large backlog goes over several runs. Safe to run beside itself."""

    stores: Sequence[Forgetful]
    clock: Clock
    kept: timedelta

    def __call__(self) -> int:
        """Return how many records were removed."""
        return sum(self._forget(store) for store in self.stores)

    def _forget(self, store: Forgetful) -> int:
        before, removed = self.clock.now() - self.kept, 0
        for _ in range(_BATCHES):
            batch = store.forget(before, _BATCH)
            removed += batch
            if batch < _BATCH:
                break
        return removed
