"""Several processes on one data folder, and processes that are killed."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from shared.domain.conversation import Author
from shared.domain.errors import SubjectErasedError, VersionConflictError
from shared.domain.ledger import LedgerClosing, LedgerStatus
from tests.contract.engines import Ports, open_file
from tests.contract.samples import TENANT, a_conversation, a_turn, an_entry, an_event, at

TURNS = 40
WRITER = """
import sys
from pathlib import Path
from tests.contract.test_sqlite_processes import write_turns
write_turns(Path(sys.argv[1]))
"""


def in_processes(count: int, act: Callable[[Path, int], object], folder: Path) -> list[object]:
    """Run `act(folder, number)` in as many new processes, released together."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(count, initializer=wait_for_all, initargs=(context.Barrier(count),)) as pool:
        return pool.starmap(act, [(folder, number) for number in range(count)], chunksize=1)


def wait_for_all(barrier: Barrier) -> None:
    """Start no work before every process is there."""
    barrier.wait()


def commit_turns(folder: Path, number: int) -> int:
    with open_file(folder) as ports:
        for turn in range(TURNS):
            while True:
                try:
                    ports.conversations.commit(a_turn(ports.conversations.get(TENANT, "c"), f"{number}/{turn}"))
                    break
                except VersionConflictError:
                    continue
    return number


def accept_messages(folder: Path, _: int) -> list[tuple[str, int, bool]]:
    with open_file(folder) as ports:
        accepted = [ports.ledger.accept(an_entry("c", channel_message_id=f"m{number}")) for number in range(TURNS)]
    return [(one.entry.channel_message_id, one.entry.seq, one.is_new) for one in accepted]


def use_key(folder: Path, _: int) -> bytes:
    with open_file(folder) as ports:
        return ports.key_ring.data_key("t", "s")


def write_turns(folder: Path) -> None:
    """Accept and answer messages until killed; print each seq when its commit has returned."""
    with open_file(folder) as ports:
        while True:
            seq = ports.ledger.accept(an_entry("c")).entry.seq
            row = ports.conversations.get(TENANT, "c")
            closing = LedgerClosing(conversation_id="c", seq=seq, status=LedgerStatus.ANSWERED, ended_at=at(0))
            ports.conversations.commit(a_turn(row, f"{seq}", closings=(closing,), events=(an_event(event_id=f"e{seq}"),)))
            sys.stdout.write(f"{seq}\n")
            sys.stdout.flush()


def run_and_kill(folder: Path, seconds: float) -> list[int]:
    """Let a writer run for a while after its first turn, kill it as hard as can be, and return what it had reported."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(seconds)
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read()
    writer.stdout.close()
    writer.wait()
    return [int(line) for line in (first + rest).split("\n")[:-1]]


def test_two_processes_lose_no_turn_of_a_conversation(tmp_path: Path) -> None:
    with open_file(tmp_path) as ports:
        ports.conversations.create(a_conversation(conversation_id="c"), "mine")
    in_processes(2, commit_turns, tmp_path)
    with open_file(tmp_path) as ports:
        messages = ports.conversations.messages(TENANT, "c", 0, 1000)
    assert [message.position for message in messages] == list(range(1, 2 * 2 * TURNS + 1))
    asked = [message.text for message in messages if message.author is Author.CUSTOMER]
    assert sorted(asked) == sorted(f"{number}/{turn}" for number in range(2) for turn in range(TURNS))


def test_two_processes_accept_each_message_once_and_agree_on_its_number(tmp_path: Path) -> None:
    with open_file(tmp_path):
        pass
    one, other = in_processes(2, accept_messages, tmp_path)
    assert isinstance(one, list)
    assert isinstance(other, list)
    assert [entry[:2] for entry in one] == [entry[:2] for entry in other]
    assert sorted(entry[1] for entry in one) == list(range(1, TURNS + 1))
    assert sum(entry[2] for entry in one + other) == TURNS


def test_processes_that_start_together_agree_on_master_key_and_data_key(tmp_path: Path) -> None:
    assert len(set(in_processes(3, use_key, tmp_path))) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.13, 0.31])
def test_kill_9_loses_no_committed_turn_and_leaves_no_half_of_one(tmp_path: Path, seconds: float) -> None:
    with open_file(tmp_path) as ports:
        ports.conversations.create(a_conversation(conversation_id="c"), "mine")
    reported = run_and_kill(tmp_path, seconds) + run_and_kill(tmp_path, seconds)
    with open_file(tmp_path) as ports:
        assert_whole_turns(ports, reported)


def assert_whole_turns(ports: Ports, reported: list[int]) -> None:
    messages = ports.conversations.messages(TENANT, "c", 0, 100_000)
    asked = [int(message.text) for message in messages if message.author is Author.CUSTOMER]
    assert len(reported) >= 2
    assert set(reported) <= set(asked)
    assert len(asked) == len(set(asked)) <= len(reported) + 2
    assert [message.position for message in messages] == list(range(1, 2 * len(asked) + 1))
    assert ports.conversations.get(TENANT, "c").version == len(asked)
    assert [event.event_id for event in ports.outbox.unpublished(100_000)] == [f"e{seq}" for seq in asked]
    unfinished = {entry.seq for entry in ports.ledger.unfinished(at(1), 100).items}
    assert len(unfinished) <= 2
    assert not unfinished & set(asked)


def test_a_key_destroyed_by_another_process_fails_here_within_five_seconds(tmp_path: Path) -> None:
    with open_file(tmp_path) as here, open_file(tmp_path) as there:
        sealed = here.cipher.seal("t", "s", "f", b"secret")
        there.key_ring.destroy("t", "s")
        here.pass_time(5)
        with pytest.raises(SubjectErasedError):
            here.cipher.open("t", "s", "f", sealed)
