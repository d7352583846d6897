"""The contract of Ledger."""

from dataclasses import replace

import pytest

from shared.domain.errors import InvalidInputError, NotFoundError
from shared.domain.ledger import LedgerClosing, LedgerEntry, LedgerStatus
from shared.ports import Ledger
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import TENANT, an_entry, at

NEEDS = frozenset({"Ledger"})


def closing(seq: int, status: LedgerStatus = LedgerStatus.ANSWERED, conversation_id: str = "c") -> LedgerClosing:
    return LedgerClosing(
        conversation_id=conversation_id, seq=seq, status=status, ended_at=at(60), reply_message_id="reply", reason="because"
    )


def all_unfinished(ledger: Ledger, page: int) -> list[LedgerEntry]:
    found, cursor = [], ""
    while True:
        listing = ledger.unfinished(at(10**6), page, cursor)
        found += listing.items
        cursor = listing.cursor
        if not cursor:
            return found


def test_messages_are_numbered_from_one_in_each_conversation(ports: Ports) -> None:
    assert [ports.ledger.accept(an_entry("a", seq=99)).entry.seq for _ in range(3)] == [1, 2, 3]
    assert ports.ledger.accept(an_entry("b")).entry.seq == 1


def test_conversations_of_two_tenants_are_numbered_apart(ports: Ports) -> None:
    ports.ledger.accept(an_entry("a"))
    assert ports.ledger.accept(an_entry("a", tenant="other")).entry.seq == 1


def test_an_entry_comes_back_as_it_was_accepted(ports: Ports) -> None:
    accepted = ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert accepted.is_new
    assert ports.ledger.get(TENANT, "c", "web", "m") == accepted.entry


def test_a_duplicate_gets_the_earlier_entry(ports: Ports) -> None:
    first = ports.ledger.accept(an_entry("c", channel_message_id="m"))
    again = ports.ledger.accept(an_entry("c", channel_message_id="m", accepted_at=at(5)))
    assert (again.is_new, again.entry) == (False, first.entry)


def test_the_same_id_in_another_channel_is_another_message(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert ports.ledger.accept(an_entry("c", channel="app", channel_message_id="m")).entry.seq == 2


def test_a_message_that_nobody_sent_is_not_found(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    for key in (("other", "c", "web", "m"), (TENANT, "d", "web", "m"), (TENANT, "c", "app", "m"), (TENANT, "c", "web", "n")):
        with pytest.raises(NotFoundError):
            ports.ledger.get(*key)


def test_fifty_copies_at_once_become_one_entry(ports: Ports) -> None:
    accepted = at_once(50, lambda _: ports.ledger.accept(an_entry("c", channel_message_id="m")))
    assert sum(one.is_new for one in accepted) == 1
    assert {one.entry for one in accepted} == {ports.ledger.get(TENANT, "c", "web", "m")}
    assert ports.ledger.accept(an_entry("c")).entry.seq == 2


def test_fifty_writers_get_contiguous_numbers_in_the_order_of_acceptance(ports: Ports) -> None:
    def write(_: int) -> list[int]:
        return [ports.ledger.accept(an_entry("c")).entry.seq for _ in range(4)]

    per_writer = at_once(50, write)
    assert all(numbers == sorted(numbers) for numbers in per_writer)
    assert sorted(number for numbers in per_writer for number in numbers) == list(range(1, 201))


def test_an_ending_is_kept_with_its_reply_and_reason(ports: Ports) -> None:
    entry = ports.ledger.accept(an_entry("c", channel_message_id="m")).entry
    ports.ledger.close(TENANT, closing(1))
    ended = replace(entry, status=LedgerStatus.ANSWERED, ended_at=at(60), reply_message_id="reply", reason="because")
    assert ports.ledger.get(TENANT, "c", "web", "m") == ended


def test_ending_twice_changes_nothing(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    ports.ledger.close(TENANT, closing(1, LedgerStatus.TICKETED))
    ports.ledger.close(TENANT, closing(1, LedgerStatus.REFUSED))
    assert ports.ledger.get(TENANT, "c", "web", "m").status is LedgerStatus.TICKETED


def test_another_tenant_cannot_end_an_entry(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    ports.ledger.close("other", closing(1))
    assert ports.ledger.get(TENANT, "c", "web", "m").status is LedgerStatus.ACCEPTED


@pytest.mark.parametrize("status", [status for status in LedgerStatus if status is not LedgerStatus.DEAD_LETTERED])
def test_a_message_that_has_not_failed_is_never_accepted_again(ports: Ports, status: LedgerStatus) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    if status is not LedgerStatus.ACCEPTED:
        ports.ledger.close(TENANT, closing(1, status))
    assert not ports.ledger.accept(an_entry("c", channel_message_id="m")).is_new


def test_a_dead_lettered_message_is_accepted_again_behind_the_others(ports: Ports) -> None:
    first = ports.ledger.accept(an_entry("c", channel_message_id="m")).entry
    ports.ledger.accept(an_entry("c"))
    ports.ledger.close(TENANT, closing(1, LedgerStatus.DEAD_LETTERED))
    again = ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert (again.is_new, again.entry.seq, again.entry.status) == (True, 3, LedgerStatus.ACCEPTED)
    assert ports.ledger.get(TENANT, "c", "web", "m") == again.entry
    kept = ports.ledger.between(TENANT, "c", 1, 3)
    assert [(one.seq, one.status.value) for one in kept] == [(1, "dead_lettered"), (2, "accepted"), (3, "accepted")]
    assert kept[0].message_id == first.message_id


def test_fifty_copies_of_a_dead_lettered_message_are_accepted_again_once(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    ports.ledger.close(TENANT, closing(1, LedgerStatus.DEAD_LETTERED))
    accepted = at_once(50, lambda _: ports.ledger.accept(an_entry("c", channel_message_id="m")))
    assert sum(one.is_new for one in accepted) == 1
    assert {one.entry.seq for one in accepted} == {2}


def test_between_gives_a_range_in_order(ports: Ports) -> None:
    for _ in range(6):
        ports.ledger.accept(an_entry("c"))
    ports.ledger.accept(an_entry("d"))
    assert [entry.seq for entry in ports.ledger.between(TENANT, "c", 2, 4)] == [2, 3, 4]
    assert ports.ledger.between("other", "c", 1, 9) == ()


def test_between_gives_at_most_200(ports: Ports) -> None:
    for _ in range(205):
        ports.ledger.accept(an_entry("c"))
    assert [entry.seq for entry in ports.ledger.between(TENANT, "c", 1, 205)] == list(range(1, 201))


def test_unfinished_lists_what_has_not_ended_oldest_first(ports: Ports) -> None:
    for seconds, conversation_id in ((30, "a"), (10, "b"), (20, "c"), (40, "d")):
        ports.ledger.accept(an_entry(conversation_id, accepted_at=at(seconds)))
    ports.ledger.close(TENANT, closing(1, conversation_id="c"))
    page = ports.ledger.unfinished(at(40), 10)
    assert [entry.conversation_id for entry in page.items] == ["b", "a"]
    assert page.cursor == ""


def test_unfinished_pages_through_hundreds_of_all_tenants_once_each(ports: Ports) -> None:
    for number in range(500):
        ports.ledger.accept(an_entry(f"c{number % 50}", tenant=f"t{number % 3}", accepted_at=at(number // 10)))
    found = all_unfinished(ports.ledger, 70)
    assert len({(one.tenant, one.conversation_id, one.seq) for one in found}) == len(found) == 500
    assert [one.accepted_at for one in found] == sorted(one.accepted_at for one in found)


def test_entries_that_end_while_the_list_is_read_do_not_hide_others(ports: Ports) -> None:
    for number in range(6):
        ports.ledger.accept(an_entry(f"c{number}", accepted_at=at(number)))
    first = ports.ledger.unfinished(at(100), 3)
    for entry in first.items:
        ports.ledger.close(TENANT, closing(1, conversation_id=entry.conversation_id))
    rest = ports.ledger.unfinished(at(100), 3, first.cursor)
    assert [entry.conversation_id for entry in rest.items] == ["c3", "c4", "c5"]


@pytest.mark.parametrize("cursor", ["x", "*", "W10", "eyJhIjoxfQ", "WzEsIDJd", "é", "W10" * 5000])
def test_a_cursor_that_was_made_up_is_refused(ports: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        ports.ledger.unfinished(at(0), 1, cursor)
