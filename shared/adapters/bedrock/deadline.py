"""A call of the SDK that is left alone at its deadline: its own time-outs are per read, and a drip outlasts them."""

import threading
import time
from collections.abc import Callable, Generator, Iterable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from shared.domain.errors import DeadlineExceededError

T = TypeVar("T")


class _Worker(Generic[T]):
    """Runs in a thread of its own. Once it is left, it ends at the next item or time-out, and closes what it opened."""

    def __init__(self, items: Callable[[Callable[[], bool]], Iterable[T]]) -> None:
        self._items = items
        self.told: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self.left = threading.Event()

    def run(self) -> None:
        failure: BaseException = StopIteration()
        try:
            for item in self._items(self.left.is_set):
                self.told.put((item, None))
        except BaseException as error:
            failure = error
        self.told.put((None, failure))


def items_until(ends_at: float, items: Callable[[Callable[[], bool]], Iterable[T]]) -> Generator[T]:
    """Yield what `items(is_left)` yields, until `ends_at` on the monotonic clock; raise what it raises.

    `is_left` says that nobody listens any more. Raises DeadlineExceededError.
    """
    worker = _Worker(items)
    threading.Thread(target=worker.run, name="model-call", daemon=True).start()
    try:
        while True:
            item, failure = _next(worker.told, ends_at)
            if isinstance(failure, StopIteration):
                return
            if failure is not None:
                raise failure
            yield item  # type: ignore[misc]
    finally:
        worker.left.set()


def _next(told: "SimpleQueue[tuple[T | None, BaseException | None]]", ends_at: float) -> tuple[T | None, BaseException | None]:
    try:
        return told.get(timeout=max(0.0, ends_at - time.monotonic()))
    except Empty:
        raise DeadlineExceededError("the model did not finish in time") from None
