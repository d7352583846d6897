"""Blocking work beside the event loop, with a deadline: what an async route does instead of waiting itself."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from shared.domain.errors import DeadlineExceededError

T = TypeVar("T")


class Offload:
    """Runs blocking callables in at most `threads` threads; the rest wait their turn."""

    def __init__(self, threads: int) -> None:
        self._limiter = anyio.CapacityLimiter(threads)

    async def __call__(self, work: Callable[[], T], deadline_s: float) -> T:
        """Return what `work` returns. Raises DeadlineExceededError after `deadline_s`; the thread is left to end by itself."""
        try:
            with anyio.fail_after(deadline_s):
                return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)
        except TimeoutError as error:
            raise DeadlineExceededError(f"no result within {deadline_s:g} s") from error
