"""The contract of TicketStore."""

from dataclasses import replace

import pytest

from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.ticket import Ticket, TicketStatus
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import TENANT, a_ticket, a_turn, an_event, at, stored

NEEDS = frozenset({"TicketStore", "ConversationStore", "Outbox"})


def opened(ports: Ports, *changes: dict[str, object], tenant: str = TENANT) -> list[Ticket]:
    """Return tickets that a turn has created."""
    conversation = stored(ports.conversations, tenant=tenant)
    tickets = tuple(a_ticket(conversation, **change) for change in changes)
    ports.conversations.commit(a_turn(conversation, tickets=tickets))
    return list(tickets)


def all_tickets(ports: Ports, status: TicketStatus | None, page: int) -> list[Ticket]:
    found, cursor = [], ""
    while True:
        listing = ports.tickets.list(TENANT, status, page, cursor)
        found += listing.items
        cursor = listing.cursor
        if not cursor:
            return found


def test_a_ticket_comes_back_as_its_turn_wrote_it(ports: Ports) -> None:
    every_field = {
        "summary": "门锁 😀 \ud800",
        "contact": "138 0013 8000",
        "note": "客户很急",
        "failure": "timeout",
        "status": TicketStatus.PARKED,
        "kind": "handoff",
        "assignee": "a1",
        "attempts": 3,
        "version": 4,
        "promised_at": at(0.000001),
    }
    (ticket,) = opened(ports, every_field)
    assert ports.tickets.get(TENANT, ticket.ticket_id) == ticket
    assert ports.tickets.by_number(TENANT, ticket.number) == ticket


def test_a_ticket_of_300_kilobytes_comes_back_whole(ports: Ports) -> None:
    (ticket,) = opened(ports, {"summary": "汉" * 100_000})
    assert ports.tickets.get(TENANT, ticket.ticket_id) == ticket


def test_another_tenants_ticket_is_not_found(ports: Ports) -> None:
    (ticket,) = opened(ports, {})
    for call in (
        lambda: ports.tickets.get("other", ticket.ticket_id),
        lambda: ports.tickets.by_number("other", ticket.number),
        lambda: ports.tickets.get(TENANT, "unknown"),
        lambda: ports.tickets.by_number(TENANT, "00000000"),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert ports.tickets.for_conversation("other", ticket.conversation_id) == ()


def test_two_tenants_may_use_the_same_number(ports: Ports) -> None:
    (ours,) = opened(ports, {"number": "12345678"})
    (theirs,) = opened(ports, {"number": "12345678"}, tenant="other")
    assert ports.tickets.by_number(TENANT, "12345678") == ours
    assert ports.tickets.by_number("other", "12345678") == theirs


def test_an_update_writes_the_row_and_its_events_together(ports: Ports) -> None:
    (ticket,) = opened(ports, {})
    changed = ticket.advanced(status=TicketStatus.RESOLVED, note="已寄出", assignee="a1", attempts=1, updated_at=at(9), kind="k")
    event = an_event()
    ports.tickets.update(changed, ticket.version, (event,))
    assert ports.tickets.get(TENANT, ticket.ticket_id) == changed
    assert ports.outbox.unpublished(10) == (event,)


def test_an_update_on_an_old_version_writes_neither_row_nor_event(ports: Ports) -> None:
    (ticket,) = opened(ports, {})
    changed = ticket.advanced(note="first")
    ports.tickets.update(changed, 0)
    with pytest.raises(VersionConflictError):
        ports.tickets.update(ticket.advanced(note="second"), 0, (an_event(),))
    with pytest.raises(VersionConflictError):
        ports.tickets.update(replace(changed, tenant="other"), 1, (an_event(),))
    assert ports.tickets.get(TENANT, ticket.ticket_id) == changed
    assert ports.outbox.unpublished(10) == ()


def test_fifty_writers_count_without_losing_one(ports: Ports) -> None:
    (ticket,) = opened(ports, {})

    def count(_: int) -> None:
        while True:
            row = ports.tickets.get(TENANT, ticket.ticket_id)
            try:
                return ports.tickets.update(row.advanced(attempts=row.attempts + 1), row.version)
            except VersionConflictError:
                continue

    at_once(50, count)
    row = ports.tickets.get(TENANT, ticket.ticket_id)
    assert (row.attempts, row.version) == (50, 50)


def test_tickets_of_a_conversation_come_oldest_first(ports: Ports) -> None:
    late, early = opened(ports, {"created_at": at(9)}, {"created_at": at(1)})
    opened(ports, {})
    assert ports.tickets.for_conversation(TENANT, late.conversation_id) == (early, late)


def test_the_list_is_latest_first_and_can_be_narrowed_to_a_status(ports: Ports) -> None:
    a, b, c = opened(
        ports,
        {"created_at": at(1), "status": TicketStatus.OPEN},
        {"created_at": at(2)},
        {"created_at": at(3), "status": TicketStatus.OPEN},
    )
    opened(ports, {}, tenant="other")
    assert all_tickets(ports, None, 10) == [c, b, a]
    assert all_tickets(ports, TicketStatus.OPEN, 10) == [c, a]
    assert all_tickets(ports, TicketStatus.CLOSED, 10) == []


@pytest.mark.parametrize("status", [None, TicketStatus.REQUESTED])
def test_hundreds_of_tickets_with_equal_times_are_paged_once_each(ports: Ports, status: TicketStatus | None) -> None:
    for _ in range(30):
        opened(ports, *({"created_at": at(number // 5)} for number in range(10)))
    found = all_tickets(ports, status, 70)
    assert len({ticket.ticket_id for ticket in found}) == len(found) == 300
    assert [ticket.created_at for ticket in found] == sorted((ticket.created_at for ticket in found), reverse=True)


def test_a_cursor_stays_good_while_new_tickets_arrive(ports: Ports) -> None:
    opened(ports, *({"created_at": at(number)} for number in range(6)))
    first = ports.tickets.list(TENANT, None, 3)
    opened(ports, {"created_at": at(100)})
    rest = ports.tickets.list(TENANT, None, 10, first.cursor)
    assert [ticket.created_at for ticket in (*first.items, *rest.items)] == [at(n) for n in (5, 4, 3, 2, 1, 0)]
