"""The SQLite file below the stores: transactions, schemas, and what it says when it cannot go on."""

import sqlite3
import threading
from pathlib import Path

import pytest

from shared.adapters.sqlite.database import MEMORY, Database, Schema
from shared.domain.errors import DependencyUnavailableError, InvalidInputError
from tests.contract.concurrency import at_once

FIRST = Schema(name="things", steps=(("CREATE TABLE things (n INTEGER, text TEXT)", "INSERT INTO things VALUES (0, '')"),))
SECOND = Schema(name="things", steps=(*FIRST.steps, ("ALTER TABLE things ADD COLUMN more TEXT NOT NULL DEFAULT 'x'",)))


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    opened = Database(MEMORY if request.param == "memory" else tmp_path / "a.db")
    opened.ensure(FIRST)
    return opened


def n_of(database: Database) -> int:
    return database.fetch_one("SELECT n FROM things")[0]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute("UPDATE things SET n = 7")
        raise ZeroDivisionError
    assert n_of(database) == 0
    with database.transaction() as connection:
        connection.execute("UPDATE things SET n = 8")
    assert n_of(database) == 8


def test_transactions_of_threads_queue_up(database: Database) -> None:
    def add(_: int) -> None:
        for _ in range(10):
            with database.transaction() as connection:
                n = connection.execute("SELECT n FROM things").fetchone()[0]
                connection.execute("UPDATE things SET n = ?", (n + 1,))

    at_once(50, add)
    assert n_of(database) == 500


def test_writers_that_read_first_wait_for_each_other_across_processes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Database(path).ensure(FIRST)

    def add(_: int) -> None:
        own = Database(path, wait_s=60)  # as another process has it: nothing in memory is shared
        for _ in range(20):
            with own.transaction() as connection:
                n = connection.execute("SELECT n FROM things").fetchone()[0]
                connection.execute("UPDATE things SET n = ?", (n + 1,))

    at_once(8, add)
    assert n_of(Database(path)) == 160


def test_a_transaction_inside_another_is_a_programming_error_and_not_a_deadlock(database: Database) -> None:
    with pytest.raises(RuntimeError, match="nest"), database.transaction(), database.transaction():
        pass
    with database.transaction() as connection:
        connection.execute("UPDATE things SET n = 1")


def test_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.ensure(FIRST)
    for _ in range(30):
        thread = threading.Thread(target=n_of, args=(database,))
        thread.start()
        thread.join()
    assert len(database._opened) <= 3


def test_a_schema_is_created_once_and_brought_up_to_date_with_its_data(tmp_path: Path) -> None:
    Database(tmp_path / "a.db").ensure(FIRST)
    old = Database(tmp_path / "a.db")
    old.ensure(FIRST)
    with old.transaction() as connection:
        connection.execute("UPDATE things SET n = 5")
    new = Database(tmp_path / "a.db")
    new.ensure(SECOND)
    new.ensure(SECOND)
    assert new.fetch_all("SELECT n, more FROM things") == [(5, "x")]


def test_data_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Database(tmp_path / "a.db").ensure(SECOND)
    with pytest.raises(DependencyUnavailableError, match="newer version"):
        Database(tmp_path / "a.db").ensure(FIRST)


def test_threads_that_open_a_new_file_together_all_succeed(tmp_path: Path) -> None:
    at_once(20, lambda _: Database(tmp_path / "a.db").ensure(FIRST))
    assert Database(tmp_path / "a.db").fetch_all("SELECT n FROM things") == [(0,)]


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.ensure(FIRST)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert {path.name for path in tmp_path.iterdir()} >= {"a.db", "a.db-wal"}


def test_every_commit_is_flushed_to_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    assert database.fetch_one("PRAGMA journal_mode") == ("wal",)
    assert database.fetch_one("PRAGMA synchronous") == (2,)
    assert database.fetch_one("PRAGMA foreign_keys") == (1,)


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"garbage " * 1000)
    with pytest.raises(DependencyUnavailableError, match=r"a\.db: the file is damaged.*backup"):
        Database(tmp_path / "a.db").ensure(FIRST)


def test_a_file_that_was_cut_or_overwritten_says_what_to_do(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.ensure(FIRST)
    with database.transaction() as connection:
        connection.executemany("INSERT INTO things VALUES (?, ?)", [(n, "x" * 500) for n in range(2000)])
    database.truncate_log()
    database.close()
    damaged = bytearray((tmp_path / "a.db").read_bytes())
    damaged[8192:200_000] = b"\xa5" * (200_000 - 8192)
    (tmp_path / "a.db").write_bytes(damaged)
    with pytest.raises(DependencyUnavailableError, match=r"damaged.*backup"):
        Database(tmp_path / "a.db").check()


def test_a_full_disk_says_so_and_the_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.ensure(FIRST)
    pages = database.fetch_one("PRAGMA page_count")[0]
    database.fetch_one(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DependencyUnavailableError, match=r"disk is full.*free some space"), database.transaction() as connection:
        connection.executemany("INSERT INTO things VALUES (?, ?)", [(n, "x" * 4000) for n in range(50)])
    assert database.fetch_one("SELECT count(*) FROM things") == (1,)
    database.fetch_one(f"PRAGMA max_page_count = {pages + 1000}")
    with database.transaction() as connection:
        connection.execute("UPDATE things SET n = 1")


def test_a_folder_that_does_not_exist_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DependencyUnavailableError, match="data folder"):
        Database(tmp_path / "missing" / "a.db").ensure(FIRST)


def test_a_file_that_another_process_keeps_locked_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    Database(tmp_path / "a.db").ensure(FIRST)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DependencyUnavailableError, match="locked"), Database(tmp_path / "a.db", wait_s=0.2).transaction():
        pass
    other.execute("ROLLBACK")
    with Database(tmp_path / "a.db", wait_s=0.2).transaction() as connection:
        connection.execute("UPDATE things SET n = 1")
    other.close()


def test_readers_go_on_while_a_writer_is_busy(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.ensure(FIRST)
    with database.transaction() as connection:
        connection.execute("UPDATE things SET n = 9")
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(n_of(database)))
        reader.start()
        reader.join(timeout=2)
    assert seen == [0]


def test_text_that_no_database_can_hold_is_refused_as_input(database: Database) -> None:
    for value in ("\ud800", 2**70):
        with pytest.raises(InvalidInputError), database.transaction() as connection:
            connection.execute("UPDATE things SET text = ?", (value,))
