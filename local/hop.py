"""A function hop inside one process: the document crosses as text, within a deadline, as it would between two Lambdas."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from shared.domain.errors import DeadlineExceededError

JsonObject = Mapping[str, object]
Handler = Callable[[JsonObject, object], JsonObject]


class InProcessHop:
    """A `Transport` to one handler. `threads` is the function's concurrency; a call that is given up on runs to its end."""

    def __init__(self, name: str, handler: Handler, threads: int) -> None:
        self._name = name
        self._handler = handler
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def __call__(self, document: JsonObject, timeout_s: float) -> JsonObject:
        """Send a document, return the answer. Raises DeadlineExceededError."""
        future = self._pool.submit(self._run, json.dumps(document))
        try:
            return json.loads(future.result(timeout_s))
        except FutureTimeoutError as error:
            future.cancel()
            raise DeadlineExceededError(f"{self._name} did not answer in time") from error

    def close(self) -> None:
        """Take no more calls; those that run end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, text: str) -> str:
        return json.dumps(self._handler(json.loads(text), None))
