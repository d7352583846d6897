"""Process a requested ticket: hand it to the ticket system, once; park it after the last failed attempt."""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.contracts import TICKET_ATTEMPTS
from shared.domain.errors import TicketFailedError, VersionConflictError
from shared.domain.outbox import EventName, OutboxEvent
from shared.domain.ticket import Ticket, TicketStatus
from shared.ports import Clock, IdSource, TicketStore, TicketSystem

_CONFLICTS = 10


class TicketOutcome(StrEnum):
    """RETRY: a business attempt failed, try again after the delay. PARKED: it was the last one."""

    OPENED = "opened"
    ALREADY_DONE = "already_done"
    RETRY = "retry"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessTicket:
    """Idempotent by ticket id: a ticket that is past REQUESTED is left alone. `redrive` gives a parked one new attempts.

    Raises NotFoundError for an unknown ticket and what the store raises; a failed business attempt is an outcome.
    """

    tickets: TicketStore
    system: TicketSystem
    clock: Clock
    ids: IdSource

    def __call__(
        self, tenant: str, ticket_id: str, correlation_id: str, causation_id: str = "", redrive: bool = False
    ) -> TicketOutcome:
        ticket = self.tickets.get(tenant, ticket_id)
        if ticket.status is TicketStatus.PARKED and redrive:
            ticket = self._write(ticket, (), status=TicketStatus.REQUESTED, attempts=0, failure="")
        if ticket.status is TicketStatus.PARKED:
            return TicketOutcome.PARKED
        if ticket.status is not TicketStatus.REQUESTED:
            return TicketOutcome.ALREADY_DONE
        try:
            self.system.submit(ticket)
        except TicketFailedError as error:
            return self._failed(ticket, error, correlation_id, causation_id)
        self._write(ticket, (self._changed(ticket, correlation_id, causation_id),), status=TicketStatus.OPEN, failure="")
        return TicketOutcome.OPENED

    def _failed(self, ticket: Ticket, error: TicketFailedError, correlation_id: str, causation_id: str) -> TicketOutcome:
        attempts = ticket.attempts + 1
        if attempts < TICKET_ATTEMPTS:
            self._write(ticket, (), attempts=attempts, failure=str(error))
            return TicketOutcome.RETRY
        event = self._changed(ticket, correlation_id, causation_id)
        self._write(ticket, (event,), attempts=attempts, failure=str(error), status=TicketStatus.PARKED)
        return TicketOutcome.PARKED

    def _write(self, ticket: Ticket, events: tuple[OutboxEvent, ...], **changes: object) -> Ticket:
        after = ticket.advanced(updated_at=self.clock.now(), **changes)
        self.tickets.update(after, ticket.version, events)
        return after

    def _changed(self, ticket: Ticket, correlation_id: str, causation_id: str) -> OutboxEvent:
        return ticket_changed(ticket, self.ids.new_id(), self.clock, correlation_id, causation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTicket:
    """Staff set a ticket's status and note; the customer is told in the conversation. Setting the same again changes nothing."""

    tickets: TicketStore
    clock: Clock
    ids: IdSource

    def __call__(
        self, tenant: str, ticket_id: str, status: TicketStatus, note: str | None, assignee: str, correlation_id: str
    ) -> Ticket:
        for _ in range(_CONFLICTS):
            ticket = self.tickets.get(tenant, ticket_id)
            wanted = replace(
                ticket, status=status, note=ticket.note if note is None else note, assignee=assignee or ticket.assignee
            )
            if wanted == ticket:
                return ticket
            after = wanted.advanced(updated_at=self.clock.now())
            event = ticket_changed(after, self.ids.new_id(), self.clock, correlation_id, "")
            try:
                self.tickets.update(after, ticket.version, (event,))
            except VersionConflictError:
                continue
            return after
        raise VersionConflictError("ticket", ticket_id)


def ticket_changed(ticket: Ticket, event_id: str, clock: Clock, correlation_id: str, causation_id: str) -> OutboxEvent:
    """The event after which the customer is told about a ticket's new status."""
    return OutboxEvent(
        event_id=event_id,
        name=EventName.TICKET_CHANGED,
        tenant=ticket.tenant,
        group=ticket.conversation_id,
        occurred_at=clock.now(),
        correlation_id=correlation_id,
        causation_id=causation_id,
        ids={"conversation_id": ticket.conversation_id, "ticket_id": ticket.ticket_id},
    )
