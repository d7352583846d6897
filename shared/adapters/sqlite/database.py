"""One SQLite file: connections per thread, durable transactions, schemas, and errors that say what to do."""

import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.domain.errors import DependencyUnavailableError, InvalidInputError

MEMORY = ":memory:"
_RETRY_MAX_S = 0.02
# SQLite's own wait covers the rare busy read (recovery after a crash); writers wait in `transaction`.
_BUSY_TIMEOUT_MS = 100
_SCHEMA_TABLE = "CREATE TABLE IF NOT EXISTS kefu_schema (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID"
_SCHEMA_VERSION = "SELECT version FROM kefu_schema WHERE name = ?"

# Primary result codes, https://www.sqlite.org/rescode.html
_WHAT_TO_DO = {
    sqlite3.SQLITE_CORRUPT: "the file is damaged; stop, move it away and restore the last backup",
    sqlite3.SQLITE_NOTADB: "the file is damaged or is no database; stop, move it away and restore the last backup",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk could not be read or written; check it, and that it is not full",
    sqlite3.SQLITE_READONLY: "the file cannot be written; check who owns the data folder",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; check that the data folder exists and who owns it",
    sqlite3.SQLITE_PERM: "the file cannot be used; check who owns the data folder",
    sqlite3.SQLITE_BUSY: "another process keeps it locked; try again, or stop the other process",
    sqlite3.SQLITE_LOCKED: "another reader keeps it locked; try again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What one store keeps in a file. `steps[n]` holds the statements from version n to n + 1: append, never change."""

    name: str
    steps: tuple[tuple[str, ...], ...]


class Database:
    """A SQLite file (or ":memory:", then private to this object) that any number of threads may use.

    Writers of this process queue up in order; other processes are waited for within `wait_s`. A commit that returned
    survives `kill -9` and a power cut (WAL, synchronous=FULL); `durable=False` gives up the second for speed.
    Do not carry one through `fork`.
    """

    def __init__(self, path: Path | str, *, wait_s: float = 5.0, secure_delete: bool = False, durable: bool = True) -> None:
        self._path = MEMORY if str(path) == MEMORY else str(Path(path))
        self._wait_s = wait_s
        self._secure_delete = secure_delete
        self._durable = durable
        self._writer = threading.Lock()
        self._local = threading.local()
        self._registry = threading.Lock()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        weakref.finalize(self, _close_all, self._opened)
        self._memory_lock = threading.RLock()
        self._memory = self._open() if self.in_memory else None

    @property
    def in_memory(self) -> bool:
        """Whether nothing is kept on disk."""
        return self._path == MEMORY

    @property
    def name(self) -> str:
        """The file's name, as errors give it."""
        return MEMORY if self.in_memory else Path(self._path).name

    def ensure(self, *schemas: Schema) -> None:
        """Create the tables, or bring them up to date; again: only a read. Raises DependencyUnavailableError."""
        if all(self._version(schema) == len(schema.steps) for schema in schemas):
            return
        with self.transaction() as connection:
            connection.execute(_SCHEMA_TABLE)
            for schema in schemas:
                self._migrate(connection, schema)

    def _version(self, schema: Schema) -> int:
        if self.fetch_one("SELECT 1 FROM sqlite_schema WHERE name = 'kefu_schema'") is None:
            return 0
        row = self.fetch_one(_SCHEMA_VERSION, (schema.name,))
        return row[0] if row else 0

    def _migrate(self, connection: sqlite3.Connection, schema: Schema) -> None:
        row = connection.execute(_SCHEMA_VERSION, (schema.name,)).fetchone()
        version = row[0] if row else 0
        if version > len(schema.steps):
            raise DependencyUnavailableError(self.name, "it was written by a newer version; install that version")
        for statement in (statement for step in schema.steps[version:] for statement in step):
            connection.execute(statement)
        connection.execute("INSERT OR REPLACE INTO kefu_schema VALUES (?, ?)", (schema.name, len(schema.steps)))

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Yield a connection inside BEGIN IMMEDIATE; commit at the end, roll back on any error.

        Transactions do not nest. Raises DependencyUnavailableError when the file stays locked, is damaged or full.
        sqlite3.IntegrityError comes through, for the store to say what it means.
        """
        deadline = time.monotonic() + self._wait_s
        with self._exclusive(deadline), self._translated():
            connection = self._connection()
            self._begin(connection, deadline)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Yield a connection on which several SELECTs see one consistent state."""
        with self._shared(), self._translated():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def fetch_one(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> Any:
        """Return the first row of one SELECT, or None."""
        with self._shared(), self._translated():
            return self._connection().execute(sql, parameters).fetchone()

    def fetch_all(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        """Return all rows of one SELECT."""
        with self._shared(), self._translated():
            return self._connection().execute(sql, parameters).fetchall()

    def check(self) -> None:
        """Read the whole structure of the file. Raises DependencyUnavailableError when it is damaged."""
        problems = [row[0] for row in self.fetch_all("PRAGMA quick_check(1)")]
        if problems != ["ok"]:
            raise DependencyUnavailableError(self.name, _WHAT_TO_DO[sqlite3.SQLITE_CORRUPT])

    def truncate_log(self) -> bool:
        """Move the write-ahead log into the file and cut it to zero bytes; False when a reader stood in the way."""
        if self.in_memory:
            return True
        with self._exclusive(time.monotonic() + self._wait_s), self._translated():
            return self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    def close(self) -> None:
        """Close all connections; call it when the threads that used them have ended."""
        with self._registry:
            _close_all(self._opened)
            self._local = threading.local()

    @contextmanager
    def _exclusive(self, deadline: float) -> Generator[None]:
        if getattr(self._local, "writing", False):
            raise RuntimeError("transactions do not nest")
        if not self._writer.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise DependencyUnavailableError(self.name, _WHAT_TO_DO[sqlite3.SQLITE_BUSY])
        local = self._local
        local.writing = True
        try:
            with self._shared():
                yield
        finally:
            local.writing = False
            self._writer.release()

    @contextmanager
    def _shared(self) -> Generator[None]:
        if self.in_memory:
            with self._memory_lock:
                yield
        else:
            yield

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except (UnicodeEncodeError, OverflowError) as error:
            raise InvalidInputError("value", "holds half a surrogate pair, or a number beyond 64 bits") from error
        except sqlite3.DatabaseError as error:
            reason = _WHAT_TO_DO.get(_primary_code(error))
            if reason is None:
                raise
            raise DependencyUnavailableError(self.name, reason) from error

    def _begin(self, connection: sqlite3.Connection, deadline: float) -> None:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
            time.sleep(random.uniform(0, _RETRY_MAX_S))  # noqa: S311 - jitter between processes, no secret

    def _connection(self) -> sqlite3.Connection:
        if self._memory is not None:
            return self._memory
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        if not self.in_memory:
            self._make_private()
        with self._translated():
            # Any thread may close it; only the thread that opened it uses it (":memory:" is behind a lock).
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=256)
            self._configure(connection)
        self._register(connection)
        return connection

    def _make_private(self) -> None:
        """Create the file for its owner alone; SQLite gives its log files the same mode."""
        try:
            Path(self._path).touch(mode=0o600, exist_ok=True)
        except OSError as error:
            reason = "the disk is full; free some space" if error.errno == 28 else _WHAT_TO_DO[sqlite3.SQLITE_CANTOPEN]
            raise DependencyUnavailableError(self.name, reason) from error

    def _configure(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        if self._secure_delete:
            connection.execute("PRAGMA secure_delete = ON")
        self._set_wal(connection)
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA journal_size_limit = 67108864")

    def _set_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to WAL; SQLite does not wait for itself when several processes open a new file at once."""
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
            time.sleep(random.uniform(0, _RETRY_MAX_S))  # noqa: S311 - jitter between processes, no secret

    def _register(self, connection: sqlite3.Connection) -> None:
        """Remember it for `close`, and close those whose threads have ended."""
        with self._registry:
            for thread, old in self._opened:
                if not thread.is_alive():
                    old.close()
            self._opened[:] = [pair for pair in self._opened if pair[0].is_alive()]
            self._opened.append((threading.current_thread(), connection))


def _close_all(opened: list[tuple[threading.Thread, sqlite3.Connection]]) -> None:
    for _, connection in opened:
        connection.close()
    opened.clear()


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
