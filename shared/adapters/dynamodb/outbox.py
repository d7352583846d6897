"""The outbox in DynamoDB: written by commits, published by the table's stream, and listed for whatever the stream missed."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from shared.adapters.dynamodb.attributes import to_attributes
from shared.adapters.dynamodb.gateway import MAX_PARTS, DynamoDB, Part, keep_what_is_there
from shared.adapters.dynamodb.listings import IndexRange, first_keys, rows_of
from shared.adapters.dynamodb.requests.outbox import UNPUBLISHED, UNPUBLISHED_KEY, mark_published, put_event
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.outbox_items import from_item
from shared.adapters.records.values import Record
from shared.contracts import OUTBOX
from shared.domain.errors import InvalidInputError
from shared.domain.outbox import OutboxEvent


class _Places:
    """Wall-clock nanoseconds as places in the list, never the same twice: the order of commits as this process saw it."""

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, self._now_ns())
            return f"{self._last:020d}"


_places = _Places()


def event_parts(table: str, events: Iterable[OutboxEvent]) -> list[Part]:
    """Return the parts that write events with the transaction that causes them; one that is there keeps its place."""
    return [
        Part(action={"Put": put_event(table, event, _places.next())}, refused=keep_what_is_there)
        for event in {event.event_id: event for event in events}.values()
    ]


def readable_events(rows: Iterable[Record]) -> Iterator[OutboxEvent]:
    """Yield the events of rows. Those of a newer release wait until there is one again that knows them, and hold up nobody."""
    for row in rows:
        with suppress(InvalidInputError):
            yield from_item(to_attributes({"body": row["body"]}))


class DynamoDBOutbox:
    """Events of commits by one process are in order; those of several are as near as their clocks."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(OUTBOX)

    def unpublished(self, limit: int) -> tuple[OutboxEvent, ...]:
        wanted = IndexRange(table=self._table, index=UNPUBLISHED, key=UNPUBLISHED_KEY)
        keys = first_keys(self._database, [wanted], limit)
        rows = rows_of(self._database, self._table, OUTBOX, keys)
        return tuple(readable_events(row for row in rows if "shelf" in row))

    def mark_published(self, event_ids: Sequence[str], at: datetime) -> None:
        """Again: no effect; unknown ids too."""
        ids = list(dict.fromkeys(event_ids))
        for first in range(0, len(ids), MAX_PARTS):
            updates = [mark_published(self._table, event_id, at) for event_id in ids[first : first + MAX_PARTS]]
            self._database.transact([Part(action={"Update": request}, refused=keep_what_is_there) for request in updates])
