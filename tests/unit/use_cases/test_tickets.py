"""A ticket is processed once, in three attempts at most, and the customer is told."""

from dataclasses import dataclass, field

import pytest

from shared.domain.errors import NotFoundError, TicketFailedError
from shared.domain.outbox import EventName
from shared.domain.ticket import Ticket, TicketStatus
from shared.use_cases.announce_ticket import AnnounceTicket
from shared.use_cases.process_ticket import ProcessTicket, TicketOutcome, UpdateTicket
from tests.world import TENANT, World


@dataclass
class Desk:
    """A TicketSystem that refuses the first `failures` submissions."""

    failures: int = 0
    submitted: list[str] = field(default_factory=list)

    def submit(self, ticket: Ticket) -> None:
        if self.failures:
            self.failures -= 1
            raise TicketFailedError("desk refused")
        self.submitted.append(ticket.ticket_id)


@pytest.fixture
def ticket(world: World) -> Ticket:
    world.say("提工单")
    world.say("13812345678")
    return world.tickets.for_conversation(TENANT, "c1")[0]


def process(world: World, desk: Desk) -> ProcessTicket:
    return ProcessTicket(tickets=world.tickets, system=desk, clock=world.clock, ids=world.ids)


def test_a_requested_ticket_is_handed_to_the_desk_and_opened(world: World, ticket: Ticket) -> None:
    desk = Desk()
    assert process(world, desk)(TENANT, ticket.ticket_id, "corr") is TicketOutcome.OPENED
    assert desk.submitted == [ticket.ticket_id]
    assert world.tickets.get(TENANT, ticket.ticket_id).status is TicketStatus.OPEN


def test_a_second_delivery_does_nothing(world: World, ticket: Ticket) -> None:
    desk = Desk()
    process(world, desk)(TENANT, ticket.ticket_id, "corr")
    assert process(world, desk)(TENANT, ticket.ticket_id, "corr") is TicketOutcome.ALREADY_DONE
    assert len(desk.submitted) == 1


def test_after_three_failed_attempts_a_ticket_is_parked_with_its_reason(world: World, ticket: Ticket) -> None:
    desk = Desk(failures=99)
    outcomes = [process(world, desk)(TENANT, ticket.ticket_id, "corr") for _ in range(3)]
    assert outcomes == [TicketOutcome.RETRY, TicketOutcome.RETRY, TicketOutcome.PARKED]
    parked = world.tickets.get(TENANT, ticket.ticket_id)
    assert (parked.status, parked.attempts, parked.failure) == (TicketStatus.PARKED, 3, "desk refused")


def test_a_parked_ticket_stays_parked_until_it_is_redriven(world: World, ticket: Ticket) -> None:
    desk = Desk(failures=3)
    for _ in range(4):
        outcome = process(world, desk)(TENANT, ticket.ticket_id, "corr")
    assert outcome is TicketOutcome.PARKED
    assert process(world, desk)(TENANT, ticket.ticket_id, "corr", redrive=True) is TicketOutcome.OPENED


def test_the_customer_is_told_in_the_conversation_once_per_event(world: World, ticket: Ticket) -> None:
    process(world, Desk())(TENANT, ticket.ticket_id, "corr")
    event = [e for e in world.outbox.unpublished(10) if e.name == EventName.TICKET_CHANGED][-1]
    announce = AnnounceTicket(tickets=world.tickets, speak=world.speak)
    for _ in range(2):
        announce(TENANT, event.ids["ticket_id"], event.event_id)
    notices = [m.text for m in world.conversations.messages(TENANT, "c1", 0, 100) if m.author == "system"]
    assert notices == [f"工单 {ticket.number} 有新进展：已受理。"]


def test_staff_set_status_and_note_and_the_same_again_tells_nobody(world: World, ticket: Ticket) -> None:
    update = UpdateTicket(tickets=world.tickets, clock=world.clock, ids=world.ids)
    for _ in range(2):
        after = update(TENANT, ticket.ticket_id, TicketStatus.RESOLVED, "已补发", "ann", "corr")
    assert (after.status, after.note, after.assignee) == (TicketStatus.RESOLVED, "已补发", "ann")
    assert [e.name for e in world.outbox.unpublished(10)].count(EventName.TICKET_CHANGED) == 1


def test_a_conversation_reports_only_its_own_tickets(world: World, ticket: Ticket) -> None:
    world.open("c2")
    mine, others = world.say("我的工单怎么样了").reply, world.say(f"查工单 {ticket.number} 进度", "c2").reply
    assert mine is not None and ticket.number in mine.text
    assert others is not None and "这个对话里没有编号" in others.text


def test_another_tenants_ticket_does_not_exist(world: World, ticket: Ticket) -> None:
    with pytest.raises(NotFoundError):
        process(world, Desk())("other", ticket.ticket_id, "corr")
