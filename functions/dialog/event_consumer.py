"""What `dialog` does with events from its FIFO queue: take up parked turns, tell a customer about a ticket."""

from dataclasses import dataclass

from shared.domain.errors import NotFoundError
from shared.domain.outbox import EventName
from shared.runtime.queue_batch import QueuedEvent
from shared.use_cases.announce_ticket import AnnounceTicket
from shared.use_cases.resume_turns import ResumeTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConsumer:
    """Idempotent, as both use cases are. Raises what they raise: the queue delivers again."""

    resume: ResumeTurns
    announce: AnnounceTicket

    def __call__(self, queued: QueuedEvent) -> None:
        """Consume one event; one that is not ours to handle is done."""
        event = queued.event
        if event.name is EventName.TURN_PARKED:
            self.resume(event.tenant, event.ids["conversation_id"], event.release, event.correlation_id)
        elif event.name is EventName.TICKET_CHANGED:
            self._announce(event.tenant, event.ids["ticket_id"], event.event_id)

    def _announce(self, tenant: str, ticket_id: str, event_id: str) -> None:
        try:
            self.announce(tenant, ticket_id, event_id)
        except NotFoundError:
            return  # the ticket or its conversation was erased meanwhile: nobody is left to be told
