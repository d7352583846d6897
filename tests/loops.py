"""Asynchronous code under test, run to its end on a loop of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what the coroutine returns. In a thread: the browser's driver keeps a loop running in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def with_a_loop_of_its_own(work: Callable[[], T]) -> T:
    """Run what starts a loop by itself, with one that belongs to nobody else, as in Lambda."""

    def in_thread() -> T:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        with closing(loop):
            return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(in_thread).result()
