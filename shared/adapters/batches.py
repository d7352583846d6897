"""Runs of things that go into one request each: what the engines with a limit of count and bytes share."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def in_batches(things: Iterable[T], bytes_of: Callable[[T], int], *, most: int, most_bytes: int) -> Iterator[list[T]]:
    """Runs of at most `most` things and `most_bytes` bytes, in order; one that does not fit alone is a run by itself."""
    batch: list[T] = []
    size = 0
    for thing in things:
        more = bytes_of(thing)
        if batch and (len(batch) == most or size + more > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(thing)
        size += more
    if batch:
        yield batch
