"""An outbox event as a table item: what a DynamoDB stream shows, and what the single machine shapes its events like."""

from collections.abc import Mapping

from shared.domain.errors import InvalidInputError
from shared.domain.event_body import event_body, read_event
from shared.domain.outbox import OutboxEvent


def to_item(event: OutboxEvent) -> dict[str, object]:
    """Return the outbox item in DynamoDB's own notation: the event as one JSON attribute beside its id."""
    return {"event_id": {"S": event.event_id}, "body": {"S": event_body(event)}}


def from_item(item: Mapping[str, object]) -> OutboxEvent:
    """Read an item of a stream's NewImage. Raises InvalidInputError."""
    body = item.get("body")
    text = body.get("S") if isinstance(body, Mapping) else None
    if not isinstance(text, str):
        raise InvalidInputError("NewImage", "must be an outbox item")
    return read_event(text)
