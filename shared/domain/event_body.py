"""An outbox event as the JSON that queues carry: ids, version, causation, release; never text."""

import json
from datetime import datetime

from shared.domain.errors import InvalidInputError
from shared.domain.outbox import EventName, OutboxEvent


def event_body(event: OutboxEvent) -> str:
    """The JSON that queues carry: ids, version, causation, release; never text."""
    return json.dumps(
        {
            "schema": event.schema,
            "event_id": event.event_id,
            "name": str(event.name),
            "tenant": event.tenant,
            "group": event.group,
            "occurred_at": event.occurred_at.isoformat(),
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "release": event.release,
            "ids": dict(event.ids),
        },
        separators=(",", ":"),
        sort_keys=True,
    )


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
