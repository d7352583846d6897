"""Outbox events as they travel: the JSON body on queues, and the table item that a DynamoDB stream shows."""

import json
from collections.abc import Mapping
from datetime import datetime

from shared.domain.errors import InvalidInputError
from shared.domain.outbox import EventName, OutboxEvent
from shared.use_cases.relay_outbox import event_body


def read_event(body: str) -> OutboxEvent:
    """Read the body that `event_body` wrote; unknown members of a newer version are ignored. Raises InvalidInputError."""
    try:
        raw = json.loads(body)
        return OutboxEvent(
            event_id=raw["event_id"],
            name=EventName(raw["name"]),
            tenant=raw["tenant"],
            group=raw["group"],
            occurred_at=datetime.fromisoformat(raw["occurred_at"]),
            correlation_id=raw["correlation_id"],
            causation_id=raw.get("causation_id", ""),
            release=raw.get("release", ""),
            ids={str(name): str(value) for name, value in raw.get("ids", {}).items()},
            schema=raw.get("schema", 1),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError("body", "must be an outbox event") from error


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
