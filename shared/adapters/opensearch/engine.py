"""All traffic with OpenSearch: several searches in one round trip, bulk writes with an answer for each, and the one retry layer."""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as UnreachableError
from opensearchpy.exceptions import ConnectionTimeout, TransportError

from shared.adapters.batches import in_batches
from shared.adapters.opensearch.errors import BUSY, DEPENDENCY, from_status, kind_of, status_of, translated
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, SupportError

T = TypeVar("T")
JsonObject = Mapping[str, Any]

# A write may be sent again: documents are put by id. Waits double from the first, with full jitter.
_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.25
# A search has a person waiting: once more at once, when the connection had been closed or a node was leaving.
_SEARCH_ATTEMPTS = 2
WRITE_TIMEOUT_S = 30.0
# Small nodes of the managed service refuse a request of more than 10 MB.
_BATCH_BYTES = 4_000_000
_BATCH_WRITES = 500
# Another writer's change of the same document came between.
_CONFLICTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of a round trip: the index or alias, and the body."""

    index: str
    body: JsonObject


class Action(StrEnum):
    """What is done with a document of an id."""

    PUT = "put"
    """Replace it, or make it."""
    MERGE = "merge"
    """Set its fields, or make it; where they are so already nothing is written, and no statistics of terms move."""
    CHANGE = "change"
    """Set its fields; one that is not there stays away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One document's change. `name` is the thing's own id, for errors."""

    action: Action
    document_id: str
    name: str
    body: JsonObject

    @property
    def command(self) -> str:
        """What OpenSearch calls it."""
        return "index" if self.action is Action.PUT else "update"

    def lines(self) -> str:
        """What `_bulk` reads."""
        retry = {} if self.action is Action.PUT else {"retry_on_conflict": _CONFLICTS}
        body = {
            Action.PUT: self.body,
            Action.MERGE: {"doc": self.body, "doc_as_upsert": True},
            Action.CHANGE: {"doc": self.body},
        }[self.action]
        return f"{json.dumps({self.command: {'_id': self.document_id, **retry}})}\n{json.dumps(body, ensure_ascii=False)}\n"


class OpenSearchEngine:
    """Safe to use from several threads. `pause` waits, `chance` is uniform in 0..1: tests give their own."""

    def __init__(
        self,
        client: OpenSearch,
        *,
        pause: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.client = client
        self._pause = pause
        self._chance = chance

    def search_all(self, searches: Sequence[Search], timeout_s: float) -> list[JsonObject | SupportError]:
        """Ask all of them by one `_msearch`; return for each its `hits`, or why there are none.

        A search that is cut short (a time-out, a shard that failed) is an error: half a ranking is none. Raises
        DependencyUnavailableError when nothing came back within `timeout_s`.
        """
        lines = [
            line
            for search in searches
            for line in ({"index": search.index}, {**search.body, "timeout": _milliseconds(timeout_s)})
        ]
        with translated():
            found = self._asked(lambda: self.client.msearch(body=lines, params={"request_timeout": timeout_s}))
        return [_hits(response) for response in found["responses"]]

    def search(self, search: Search, timeout_s: float) -> JsonObject:
        """Ask one; return its `hits`. Raises DependencyUnavailableError, InvalidInputError."""
        (found,) = self.search_all([search], timeout_s)
        if isinstance(found, SupportError):
            raise found
        return found

    def write(self, index: str, writes: Sequence[Write], *, through_alias: bool) -> None:
        """Send all of them, in batches; when it returns, searches see them.

        What a busy node put off is sent again, alone. Changing what is not there does nothing. Raises
        DependencyUnavailableError, or InvalidInputError for what would be refused again; the rest has been written then.
        """
        problems: list[tuple[str, SupportError]] = []
        for batch in in_batches(writes, _size, most=_BATCH_WRITES, most_bytes=_BATCH_BYTES):
            problems += self._write_batch(index, batch, through_alias)
        if problems:
            raise _worst(problems)

    def administer(self, call: Callable[[OpenSearch], T]) -> T:
        """Do something with the client that may be repeated; the client's errors come out as ours."""
        with translated():
            return self._repeated(lambda: call(self.client))

    def _write_batch(self, index: str, batch: Sequence[Write], through_alias: bool) -> list[tuple[str, SupportError]]:
        problems: list[tuple[str, SupportError]] = []
        left = batch
        for attempt in range(_ATTEMPTS):
            refused = self._sent(index, left, through_alias)
            problems += [(write.name, from_status(status, kind)) for write, status, kind in refused if status not in BUSY]
            busy = [(write, status, kind) for write, status, kind in refused if status in BUSY]
            if not busy:
                return problems
            left = [write for write, _, _ in busy]
            if attempt == _ATTEMPTS - 1:
                problems += [(write.name, from_status(status, kind)) for write, status, kind in busy]
            else:
                self._wait(attempt)
        return problems

    def _sent(self, index: str, batch: Sequence[Write], through_alias: bool) -> list[tuple[Write, int, str]]:
        """Send one request; return the writes that were refused, with status and kind."""
        body = "".join(write.lines() for write in batch)
        # Without the alias, the index must not come to life with fields that were guessed.
        options = {"refresh": "true", "require_alias": str(through_alias).lower(), "request_timeout": WRITE_TIMEOUT_S}
        answer = self.administer(lambda client: client.bulk(body=body, index=index, params=options))
        if not answer["errors"]:
            return []
        outcomes = [(write, item[write.command]) for write, item in zip(batch, answer["items"], strict=True)]
        return [
            (write, outcome["status"], kind_of(outcome.get("error")))
            for write, outcome in outcomes
            if outcome["status"] >= 300 and not _was_not_there(write, outcome)
        ]

    def _asked(self, ask: Callable[[], T]) -> T:
        for attempt in range(_SEARCH_ATTEMPTS):
            try:
                return ask()
            except TransportError as error:
                if attempt == _SEARCH_ATTEMPTS - 1 or not _is_worth_asking_again(error):
                    raise
        raise AssertionError("unreachable")

    def _repeated(self, call: Callable[[], T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                return call()
            except TransportError as error:
                if attempt == _ATTEMPTS - 1 or not (isinstance(error, UnreachableError) or status_of(error) in BUSY):
                    raise
            self._wait(attempt)
        raise AssertionError("unreachable")

    def _wait(self, attempt: int) -> None:
        self._pause(_FIRST_PAUSE_S * 2**attempt * self._chance())


def _hits(response: JsonObject) -> JsonObject | SupportError:
    if "error" in response:
        return from_status(int(response.get("status", 500)), kind_of(response["error"]))
    if response.get("timed_out") or response["_shards"]["failed"]:
        return DependencyUnavailableError(DEPENDENCY, "a search was cut short")
    return response["hits"]


def _was_not_there(write: Write, outcome: JsonObject) -> bool:
    return write.action is Action.CHANGE and kind_of(outcome.get("error")) == "document_missing_exception"


def _is_worth_asking_again(error: TransportError) -> bool:
    if isinstance(error, UnreachableError):
        return not isinstance(error, ConnectionTimeout)
    return status_of(error) in BUSY - {429}


def _size(write: Write) -> int:
    return len(write.lines().encode())


def _worst(problems: Sequence[tuple[str, SupportError]]) -> SupportError:
    """One error for all: refused for good before busy, with how many and the first one's name."""
    name, first = min(problems, key=lambda problem: problem[1].retryable)
    others = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    if isinstance(first, InvalidInputError):
        return InvalidInputError(f"{name}{others}", first.fix)
    return DependencyUnavailableError(DEPENDENCY, f"{name}{others}: {first}")


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"
