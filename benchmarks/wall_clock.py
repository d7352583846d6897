"""Requests that arrive on time, and how long each took: an open loop, in which a slow answer delays nobody's arrival."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """A steady rate for so many seconds."""

    rate_per_s: float
    seconds: float

    @property
    def count(self) -> int:
        """How many requests that is."""
        return max(1, round(self.rate_per_s * self.seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One request: its HTTP status, and the milliseconds from when it was due to its answer's end."""

    status: int
    wall_ms: float


async def send_on_time(arrivals: Arrivals, send: Callable[[int], Awaitable[int]]) -> list[Took]:
    """Send request after request when it is due; `send` takes its number and returns its status."""
    began = time.perf_counter()

    async def one(number: int) -> Took:
        due = began + number / arrivals.rate_per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status = await send(number)
        return Took(status=status, wall_ms=1000 * (time.perf_counter() - due))

    return list(await asyncio.gather(*(one(number) for number in range(arrivals.count))))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` per cent of the values do not exceed (nearest rank). Not for no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
