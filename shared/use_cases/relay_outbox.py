"""Carry committed events from the outbox to their queues: the only way from a commit to a queue (invariant 3)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import QUEUES, ROUTES
from shared.domain.outbox import OutboxEvent
from shared.ports import Queue

_FIFO = frozenset(contract.name for contract in QUEUES if contract.fifo)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOutbox:
    """At least once and in order: a failure stops here, and the rest is relayed again. Consumers recognise `event_id`."""

    queues: Mapping[str, Queue]

    def __call__(self, events: Sequence[OutboxEvent]) -> None:
        for event in events:
            name = ROUTES[event.name]
            fifo = name in _FIFO
            self.queues[name].send(event_body(event), group=event.group if fifo else "", dedupe_id=event.event_id if fifo else "")


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
