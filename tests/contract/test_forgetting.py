"""The contract of Forgetful: what has ended long ago is forgotten, and nothing else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.ledger import SCHEMA, SQLiteLedger
from shared.contracts import QueueContract
from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.ledger import KEPT_AFTER_END, LedgerClosing, LedgerStatus
from shared.use_cases.forget_ended import ForgetEnded
from shared.use_cases.open_conversation import SESSION_LIFE
from tests.contract.engines import Ports
from tests.contract.samples import TENANT, a_conversation, a_turn, an_entry, at

NEEDS = frozenset({"Ledger", "ConversationStore", "Queue", "Forgetful"})


def ended(ports: Ports, message_id: str, ended_s: float, status: LedgerStatus = LedgerStatus.ANSWERED) -> int:
    """Accept a message of conversation "c" and end it; return its number."""
    entry = ports.ledger.accept(an_entry("c", channel_message_id=message_id)).entry
    ports.ledger.close(TENANT, LedgerClosing(conversation_id="c", seq=entry.seq, status=status, ended_at=at(ended_s)))
    return entry.seq


def forget(store: Any, before_s: float, limit: int = 100) -> int:
    return store.forget(at(before_s), limit)


def test_entries_that_ended_before_are_forgotten_oldest_first_and_so_many_at_a_time(ports: Ports) -> None:
    for number, seconds in enumerate((30, 10, 20, 40)):
        ended(ports, f"m{number}", seconds)
    assert forget(ports.ledger, 40, limit=2) == 2
    assert [entry.seq for entry in ports.ledger.between(TENANT, "c", 1, 9)] == [1, 4]
    assert (forget(ports.ledger, 40), forget(ports.ledger, 40)) == (1, 0)


def test_what_has_not_ended_stays_however_old(ports: Ports) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert forget(ports.ledger, 10**9) == 0
    assert ports.ledger.get(TENANT, "c", "web", "m").status is LedgerStatus.ACCEPTED


def test_a_repeat_within_the_window_still_gets_the_first_entry(ports: Ports) -> None:
    ended(ports, "old", 10)
    seq = ended(ports, "m", 50)
    forget(ports.ledger, 50)
    again = ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert (again.is_new, again.entry.seq) == (False, seq)


def test_no_number_is_given_twice_although_all_are_forgotten(ports: Ports) -> None:
    for number in range(3):
        ended(ports, f"m{number}", 10)
    ended(ports, "dead", 10, LedgerStatus.DEAD_LETTERED)
    assert forget(ports.ledger, 11) == 4
    with pytest.raises(NotFoundError):
        ports.ledger.get(TENANT, "c", "web", "m0")
    again = ports.ledger.accept(an_entry("c", channel_message_id="m0"))
    assert (again.is_new, again.entry.seq) == (True, 5)


def test_a_commit_recognises_its_repeat_until_it_is_forgotten_and_the_conversation_stays(ports: Ports) -> None:
    conversation = ports.conversations.create(a_conversation(), "creator")
    commit = a_turn(conversation)
    ports.conversations.commit(commit)
    forget(ports.conversations, 2)
    ports.conversations.commit(commit)
    assert forget(ports.conversations, 3) == 1
    with pytest.raises(VersionConflictError):
        ports.conversations.commit(commit)
    assert ports.conversations.messages(TENANT, conversation.conversation_id, 0, 9) == commit.messages


def test_the_sweep_forgets_what_is_older_than_is_set_in_all_stores(ports: Ports) -> None:
    ended(ports, "old", 0)
    conversation = ports.conversations.create(a_conversation(), "creator")
    ports.conversations.commit(a_turn(conversation))
    stores: Any = (ports.ledger, ports.conversations)
    sweep = ForgetEnded(stores=stores, clock=ports.clock, kept=timedelta(days=31))
    ports.pass_time(timedelta(days=30).total_seconds())
    assert sweep() == 0
    ports.pass_time(timedelta(days=1, seconds=10).total_seconds())
    assert (sweep(), sweep()) == (2, 0)


@pytest.mark.parametrize(("consumer", "kept"), [("", ["new"]), ("worker", ["old", "new"])])
def test_only_a_queue_that_nobody_reads_forgets_what_was_sent_long_ago(ports: Ports, consumer: str, kept: list[str]) -> None:
    contract = QueueContract(name="events", consumer=consumer)
    queue = ports.queue(contract)
    queue.send("old")
    ports.pass_time(contract.retention_s)
    queue.send("new")
    assert [message.body for message in queue.receive(10)] == kept


def test_entries_are_kept_for_longer_than_anybody_may_repeat_a_message() -> None:
    assert KEPT_AFTER_END > SESSION_LIFE


def test_a_ledger_of_the_version_before_goes_on_counting_where_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "old.db")
    database.ensure(Schema(name=SCHEMA.name, steps=SCHEMA.steps[:1]))
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO ledger VALUES (?, 'c', 'web', 'm', 'id', 7, 'cd', 0, 'answered', '', '', 1, 1)", (TENANT,)
        )
    assert SQLiteLedger(database).accept(an_entry("c")).entry.seq == 8
    database.close()
