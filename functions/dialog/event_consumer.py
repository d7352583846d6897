"""What `dialog` does with events from its FIFO queue: take up parked turns, tell a customer about a ticket."""

from dataclasses import dataclass

from shared.domain.errors import NotFoundError, SupportError
from shared.domain.outbox import EventName, OutboxEvent
from shared.ports import Queue
from shared.runtime.queue_batch import QueuedEvent, RetryLaterError
from shared.use_cases.announce_ticket import AnnounceTicket
from shared.use_cases.hand_over_turns import HandOverTurns
from shared.use_cases.resume_turns import ResumeTurns

LONGEST_DELAY_S = 60.0


def pause_s(receive_count: int) -> float:
    """Return how long a message waits that has failed for the so many-th time."""
    return min(2.0**receive_count, LONGEST_DELAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConsumer:
    """Idempotent, as all three use cases are. `hand_over` None: there is one release."""

    resume: ResumeTurns
    announce: AnnounceTicket
    queue: Queue
    hand_over: HandOverTurns | None = None

    def __call__(self, queued: QueuedEvent) -> None:
        """Consume one event; after a failure it comes again soon, then less and less often.

        Raises RetryLaterError where the failure may pass, else what was raised.
        """
        try:
            self._handle(queued)
        except Exception as error:  # the edge: raised again
            # A customer waits behind this message, so the queue's own long lease would be the wrong delay.
            self.queue.change_visibility(queued.receipt, pause_s(queued.receive_count))
            if isinstance(error, SupportError) and error.retryable:
                raise RetryLaterError("not yet") from error
            raise

    def _handle(self, queued: QueuedEvent) -> None:
        event = queued.event
        if event.name is EventName.TURN_PARKED:
            self._resume(event)
        elif event.name is EventName.TICKET_CHANGED:
            self._announce(event.tenant, event.ids["ticket_id"], event.event_id)

    def _resume(self, event: OutboxEvent) -> None:
        release = self.hand_over.release_of_event(event) if self.hand_over else event.release
        elsewhere = self.hand_over is not None and release != self.hand_over.own
        take = self.hand_over if self.hand_over and elsewhere else self.resume
        take(event.tenant, event.ids["conversation_id"], release, event.correlation_id)

    def _announce(self, tenant: str, ticket_id: str, event_id: str) -> None:
        try:
            self.announce(tenant, ticket_id, event_id)
        except NotFoundError:
            return  # the ticket or its conversation was erased meanwhile: nobody is left to be told
