"""Requests for the outbox: one item per event, whose insertion the stream shows."""

from datetime import datetime, timedelta

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import SHOW_WHAT_IS_THERE, key_of, update
from shared.adapters.dynamodb.listings import shelf
from shared.adapters.records.outbox_items import to_item
from shared.adapters.records.values import to_us
from shared.contracts import OUTBOX
from shared.domain.outbox import OutboxEvent

UNPUBLISHED = OUTBOX.index("unpublished")
UNPUBLISHED_KEY = "unpublished"
# Published events are kept this long: to answer "what happened", and so that the same event again is known.
_KEPT = timedelta(days=30)

# The same id again is the same event, also after it was published.
_IS_FREE = "attribute_not_exists(event_id)"
# Neither unknown nor published already.
_IS_UNPUBLISHED = "attribute_exists(#shelf)"


def put_event(table: str, event: OutboxEvent, placed: str) -> Request:
    """Return the put of an event; `placed` orders it among those that wait."""
    listed = {"shelf": {"S": shelf(UNPUBLISHED, UNPUBLISHED_KEY, event.event_id)}, "placed": {"S": placed}}
    return {
        "TableName": table,
        "Item": {**to_item(event), **listed},
        "ConditionExpression": _IS_FREE,
        **SHOW_WHAT_IS_THERE,
    }


def mark_published(table: str, event_id: str, at: datetime) -> Request:
    """Return the update that takes an event off the list."""
    changes = {"shelf": None, "placed": None, "published_at": to_us(at), "ttl": int((at + _KEPT).timestamp())}
    return update(table, key_of(event_id=event_id), changes, _IS_UNPUBLISHED)
