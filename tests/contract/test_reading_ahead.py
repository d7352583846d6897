"""What is read before anybody asks is read once: in this process, and by the file also after the next start."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.reranker import E5Reranker, load_centres
from shared.adapters.e5.word_file import WordFile, WordsRead
from shared.adapters.e5.word_memory import WordMemory
from tests.contract.exported_model import exported_model
from tests.contract.index_adapters import chunk

RETURNS = chunk("returns", "签收后七天内可以申请退货。退款三个工作日内原路退回。", title="退货")
HOURS = chunk("hours", "门店每天上午十点开门，晚上九点打烊。", title="营业时间")
BATTERY = chunk("battery", "Four AA cells last about ten months.", title="Batteries", language="en")
CHUNKS = (RETURNS, HOURS, BATTERY)
LONG = replace(HOURS, chunk_id="long", text="我们每天都在门口摆花。" * 20)
MODEL = "a model"


@dataclass
class Reading:
    """One process: its memory, and which passages its model has read so far."""

    memory: WordMemory
    read: list[int] = field(default_factory=list)

    def ask(self, *chunks):
        return E5Reranker(self.memory).compare("几点关门", "zh", chunks or CHUNKS)

    def count(self) -> int:
        return sum(self.read)


@pytest.fixture(scope="module")
def embedder() -> E5Embedder:
    return E5Embedder(exported_model(), load_alignment())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def start(embedder: E5Embedder, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Reading]]:
    """Start a process on the file, `model` being what reads."""
    states = embedder.states
    opened: list[WordFile] = []

    def begin(model: str = MODEL, kept_words: int = 10_000) -> Reading:
        opened.append(WordFile(path, model, embedder.dimensions))
        process = Reading(WordMemory(embedder, load_centres(), kept_words, opened[-1]))
        monkeypatch.setattr(embedder, "states", lambda role, pieces: process.read.append(1) or states(role, pieces))
        return process

    yield begin
    for file in opened:
        file.close()


def test_what_was_read_ahead_needs_no_reading_when_it_is_asked_for(start) -> None:
    process = start()
    process.memory.read_ahead(CHUNKS)
    assert process.count() == len(CHUNKS)
    process.ask()
    assert process.count() == len(CHUNKS)


def test_no_more_is_read_ahead_than_there_is_room_for(start) -> None:
    process = start(kept_words=500)
    process.memory.read_ahead([LONG, *(replace(RETURNS, chunk_id=f"{n}") for n in range(30))])
    assert 0 < process.count() < 20


def test_the_next_start_finds_it_and_compares_exactly_as_before(start) -> None:
    first = start()
    first.memory.read_ahead(CHUNKS)
    compared = first.ask()
    first.memory.close()
    second = start()
    assert second.ask() == compared
    assert second.count() == 0


def test_a_text_that_has_changed_since_is_read_anew_and_the_old_one_is_given_up(start, path: Path) -> None:
    first = start()
    first.memory.read_ahead(CHUNKS)
    first.memory.close()
    second = start()
    second.memory.read_ahead([replace(HOURS, text="工厂不对外开放。"), RETURNS])
    assert second.count() == 1
    assert _texts_in(path) == 2


def test_what_only_looks_alike_is_read_for_itself(start) -> None:
    process = start()
    process.memory.read_ahead([HOURS])
    process.ask(replace(HOURS, chunk_id="other", language="en"), replace(HOURS, chunk_id="third", heading_path=("仓库",)))
    assert process.count() == 3


def test_reading_ahead_that_is_broken_off_goes_on_at_the_next_start(start) -> None:
    many = [replace(HOURS, chunk_id=f"{n}", text=f"{n} 号店上午十点开门。") for n in range(20)]
    first = start()
    answers = iter((True, True, False))
    first.memory.read_ahead(many, lambda: next(answers))
    begun = first.count()
    assert 0 < begun < len(many)
    first.memory.close()
    second = start()
    second.memory.read_ahead(many)
    assert second.count() == len(many) - begun


def test_another_model_reads_everything_itself(start, path: Path) -> None:
    first = start()
    first.memory.read_ahead(CHUNKS)
    first.memory.close()
    second = start("another model")
    second.ask(HOURS)
    assert second.count() == 1
    assert _texts_in(path) == 0


def test_a_file_that_is_no_database_is_replaced(start, path: Path) -> None:
    path.write_bytes(b"not a database" * 400)
    first = start()
    first.memory.read_ahead(CHUNKS)
    first.memory.close()
    second = start()
    second.ask()
    assert second.count() == 0


@pytest.mark.parametrize("length", [3, 4])
def test_a_row_that_is_cut_short_is_not_believed(start, path: Path, length: int) -> None:
    first = start()
    first.memory.read_ahead([HOURS])
    whole = first.ask(HOURS)
    first.memory.close()
    _cut_rows(path, length)
    second = start()
    assert second.ask(HOURS) == whole
    assert second.count() == 1


def test_pages_that_are_damaged_are_read_over(start, path: Path) -> None:
    first = start()
    first.memory.read_ahead(CHUNKS)
    compared = first.ask()
    first.memory.close()
    data = bytearray(path.read_bytes())
    data[4096:-1] = b"\xff" * (len(data) - 4097)
    path.write_bytes(data)
    second = start()
    assert second.ask() == compared


def test_where_no_file_can_be_made_the_model_reads_as_before(start, path: Path) -> None:
    path.mkdir()
    process = start()
    process.memory.read_ahead(CHUNKS)
    process.ask()
    assert process.count() == len(CHUNKS)


def test_a_file_that_another_process_locks_keeps_nobody_from_answering(start, path: Path) -> None:
    process = start()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    process.memory.read_ahead([HOURS])
    assert len(process.ask(HOURS)) == 1
    other.execute("rollback")
    other.close()
    process.memory.read_ahead([RETURNS])
    assert _texts_in(path) == 1


def test_after_it_is_closed_the_model_goes_on_reading(start) -> None:
    process = start()
    process.memory.close()
    process.memory.read_ahead([HOURS])
    assert len(process.ask(HOURS)) == 1


def test_threads_and_processes_share_one_file(path: Path) -> None:
    files = [WordFile(path, MODEL, 4) for _ in range(3)]
    keys = [bytes([n]) * 16 for n in range(60)]

    def keep(n: int) -> None:
        rows = np.full((2, 4), n, np.float16)
        files[n % 3].write({keys[n]: WordsRead(vectors=rows, middle=rows[:1], opening=n)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(60)))
    for file in files:
        found = file.read(keys)
        assert [found[key].opening for key in keys] == list(range(60))
        assert all((found[key].vectors == n).all() for n, key in enumerate(keys))
        file.close()


def _texts_in(path: Path) -> int:
    with sqlite3.connect(path) as database:
        (count,) = database.execute("select count(*) from words").fetchone()
    database.close()
    return count


def _cut_rows(path: Path, length: int) -> None:
    with sqlite3.connect(path) as database:
        database.execute("update words set vectors = substr(vectors, 1, ?)", (length,))
    database.close()
