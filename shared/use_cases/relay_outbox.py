"""Carry committed events from the outbox to their queues: the only way from a commit to a queue (invariant 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.contracts import QUEUES, ROUTES
from shared.domain.errors import SupportError
from shared.domain.event_body import event_body
from shared.domain.outbox import OutboxEvent
from shared.ports import Clock, Outbox, Queue

_FIFO = frozenset(contract.name for contract in QUEUES if contract.fifo)
# A stream shows an event within seconds; one that still waits after this long was missed by it.
LATE_AFTER = timedelta(minutes=1)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEvents:
    """What a stream has missed: events `found` waiting, those `relayed` now, and why the first of the others was not."""

    found: int
    relayed: int
    failure: SupportError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOutbox:
    """At least once and in order: a failure stops here, and the rest is relayed again. Consumers recognise `event_id`.

    An event is marked as published after it was sent, whoever relays it: so the stream and the sweeper do not both send it.
    """

    queues: Mapping[str, Queue]
    outbox: Outbox
    clock: Clock

    def __call__(self, events: Sequence[OutboxEvent]) -> None:
        """Send and mark. Raises what a queue or the outbox raises; what was sent before is marked."""
        sent: list[str] = []
        try:
            for event in events:
                self._send(event)
                sent.append(event.event_id)
        finally:
            if sent:
                self.outbox.mark_published(sent, self.clock.now())

    def late(self) -> LateEvents:
        """Relay what waits for longer than LATE_AFTER, because the stream missed it.

        An event that can never be sent keeps back its own group, whose order would break, and nobody else's; an outage ends
        it for now. Raises what the outbox raises when it is listed.
        """
        before = self.clock.now() - LATE_AFTER
        events = [event for event in self.outbox.unpublished(_AT_ONCE) if event.occurred_at <= before]
        relayed, failure = 0, None
        kept_back: set[tuple[str, str]] = set()
        for event in events:
            group = (event.tenant, event.group)
            if group in kept_back:
                continue
            try:
                self((event,))
                relayed += 1
            except SupportError as error:
                failure = failure or error
                if error.retryable:
                    break
                kept_back.add(group)
        return LateEvents(found=len(events), relayed=relayed, failure=failure)

    def _send(self, event: OutboxEvent) -> None:
        name = ROUTES[event.name]
        fifo = name in _FIFO
        self.queues[name].send(event_body(event), group=event.group if fifo else "", dedupe_id=event.event_id if fifo else "")
