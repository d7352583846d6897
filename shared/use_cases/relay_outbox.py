"""Carry committed events from the outbox to their queues: the only way from a commit to a queue (invariant 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import QUEUES, ROUTES
from shared.domain.event_body import event_body
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
