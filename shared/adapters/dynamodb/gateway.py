"""Calls to DynamoDB: every page read, errors translated, transactions that leave out what is there already."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.adapters.dynamodb.attributes import Request, from_attributes
from shared.adapters.records.values import Record
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, VersionConflictError

NAME = "dynamodb"
# Limits of the service: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MAX_PARTS = 100
_MAX_BATCH = 100
_ROUNDS = 8
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.02, 1.0


class ConditionFailedError(Exception):
    """A conditional write was refused; `item` is what stood there, empty when nothing did."""

    def __init__(self, item: Record) -> None:
        super().__init__("the condition does not hold")
        self.item = item


class AlreadyWrittenError(Exception):
    """Raised by a part's `refused`: the whole transaction was written before, by the same owner."""


def _conflict(_: Record) -> None:
    raise VersionConflictError("item", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One action of a transaction. `refused` gets the item that failed its condition: it raises why the whole transaction
    is refused, or returns, and then the rest is written without this part.
    """

    action: Request
    refused: Callable[[Record], None] = _conflict


def keep_what_is_there(_: Record) -> None:
    """As `Part.refused`: leave this part out."""


class DynamoDB:
    """A client's calls. Retries of throttled or lost calls are the client's own; see shared/adapters/aws/session.py."""

    def __init__(self, client: Any, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def get(self, request: Request) -> Record | None:
        """Return the item, or None."""
        with translated(NAME):
            item = self._client.get_item(**request).get("Item")
        return None if item is None else from_attributes(item)

    def put(self, request: Request) -> None:
        """Raises ConditionFailedError."""
        self._write(self._client.put_item, request)

    def update(self, request: Request) -> None:
        """Raises ConditionFailedError."""
        self._write(self._client.update_item, request)

    def delete(self, request: Request) -> None:
        """Delete an item; again: no effect."""
        self._write(self._client.delete_item, request)

    def query(self, request: Request) -> Iterator[Record]:
        """Yield the items of all pages; a page is asked for when its first item is."""
        start: Request = {}
        while True:
            with translated(NAME):
                page = self._client.query(**request, **start)
            yield from (from_attributes(item) for item in page["Items"])
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def get_many(self, table: str, keys: Sequence[Request]) -> list[Record]:
        """Return the items that exist, in any order; consistent, but each by itself."""
        found: list[Record] = []
        for first in range(0, len(keys), _MAX_BATCH):
            found += self._get_batch(table, keys[first : first + _MAX_BATCH])
        return found

    def transact(self, parts: Sequence[Part]) -> None:
        """Write all parts or none, but for those that their own `refused` leaves out.

        Raises what `refused` raises, VersionConflictError when other transactions stay in the way, InvalidInputError for
        more than 100 parts.
        """
        if len(parts) > MAX_PARTS:
            raise InvalidInputError("commit", f"must have at most {MAX_PARTS} parts")
        remaining = list(parts)
        for attempt in range(_ROUNDS):
            reasons = self._try(remaining) if remaining else None
            if reasons is None:
                return
            remaining = self._without_refused(remaining, reasons, attempt)
        raise VersionConflictError("transaction", "")

    def wait(self, attempt: int) -> None:
        """Wait before trying again: exponential, with full jitter."""
        self._sleep(random.uniform(0, min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S)))  # noqa: S311 - no secret

    def _try(self, parts: Sequence[Part]) -> list[Request] | None:
        """Return None when all was written, else a reason per part."""
        actions = [part.action for part in parts]
        try:
            with translated(NAME):
                self._transact(actions)
        except _CancelledError as cancelled:
            return cancelled.reasons
        return None

    def _transact(self, actions: list[Request]) -> None:
        try:
            self._client.transact_write_items(TransactItems=actions, ClientRequestToken=request_token(actions))
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            response = cast("dict[str, Any]", error.response)
            raise _CancelledError(response.get("CancellationReasons", [])) from error

    def _without_refused(self, parts: list[Part], reasons: list[Request], attempt: int) -> list[Part]:
        refused = {number for number, reason in enumerate(reasons) if reason.get("Code") == "ConditionalCheckFailed"}
        for number in sorted(refused):
            parts[number].refused(from_attributes(reasons[number].get("Item") or {}))
        for reason in reasons:
            _raise_unless_conflict(reason.get("Code") or "None")
        if not refused:
            # Only other transactions in the way: the client does not repeat these.
            self.wait(attempt)
        return [part for number, part in enumerate(parts) if number not in refused]

    def _write(self, call: Callable[..., object], request: Request) -> None:
        with translated(NAME):
            try:
                call(**request)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                response = cast("dict[str, Any]", error.response)
                raise ConditionFailedError(from_attributes(response.get("Item") or {})) from error

    def _get_batch(self, table: str, keys: Sequence[Request]) -> list[Record]:
        found: list[Record] = []
        wanted: Mapping[str, Any] = {table: {"Keys": list(keys), "ConsistentRead": True}}
        for attempt in range(_ROUNDS):
            if attempt:
                self.wait(attempt)
            with translated(NAME):
                answer = self._client.batch_get_item(RequestItems=wanted)
            found += [from_attributes(item) for item in answer["Responses"].get(table, [])]
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return found
        raise DependencyUnavailableError(NAME, "left keys of a batch unread")


class _CancelledError(Exception):
    def __init__(self, reasons: list[Request]) -> None:
        super().__init__("transaction cancelled")
        self.reasons = reasons


def request_token(actions: Sequence[Request]) -> str:
    """Return the idempotency token: the same bytes sent again within 10 minutes are the same transaction."""
    return hashlib.sha256(repr(actions).encode()).hexdigest()[:36]


def _raise_unless_conflict(code: str) -> None:
    if code in ("None", "ConditionalCheckFailed", "TransactionConflict"):
        return
    if code == "ValidationError":
        raise InvalidInputError("item", f"{NAME} cannot store it")
    raise DependencyUnavailableError(NAME, code)
