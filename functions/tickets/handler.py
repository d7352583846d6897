"""The Lambda entry of `tickets`: three business attempts, 60 s apart, then parked in the dead-letter queue with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.contracts import TICKET_RETRY_DELAY_S
from shared.domain.errors import NotFoundError
from shared.ports import Queue, TicketStore
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueueBatch, QueuedEvent, RetryLaterError
from shared.use_cases.process_ticket import ProcessTicket, TicketOutcome

JsonObject = Mapping[str, object]
# On a parked message. One that comes back with it has been sent again on purpose, and gets new attempts.
REASON = "parked_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketConsumer:
    """`queue` is the one that the messages come from, `dead_letters` its dead-letter queue."""

    process: ProcessTicket
    tickets: TicketStore
    queue: Queue
    dead_letters: Queue
    telemetry: Telemetry

    def __call__(self, queued: QueuedEvent) -> None:
        """Consume one TicketRequested. Raises RetryLaterError after a failed attempt that is not the last."""
        event = queued.event
        ticket_id = event.ids["ticket_id"]
        redrive = REASON in queued.attributes
        try:
            outcome = self.process(event.tenant, ticket_id, event.correlation_id, event.event_id, redrive)
        except NotFoundError:
            return  # erased meanwhile
        self.telemetry.event("ticket", event.correlation_id, ticket_id=ticket_id, outcome=str(outcome))
        self.telemetry.measure("Ticket", 1, outcome=str(outcome))
        if outcome is TicketOutcome.RETRY:
            self.queue.change_visibility(queued.receipt, TICKET_RETRY_DELAY_S)
            raise RetryLaterError("a business attempt failed")
        if outcome is TicketOutcome.PARKED:
            self._park(queued, ticket_id)

    def _park(self, queued: QueuedEvent, ticket_id: str) -> None:
        reason = self.tickets.get(queued.event.tenant, ticket_id).failure or "parked"
        self.dead_letters.send(queued.body, attributes={REASON: reason[:256]})


def make_handler(consume: TicketConsumer, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""
    return QueueBatch(consume=consume, telemetry=telemetry)
