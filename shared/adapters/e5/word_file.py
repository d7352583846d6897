"""What the model read in passages, kept on disk from one start to the next: a later start's first answers are as fast as any.

It is derived: what cannot be read or written here is read by the model again, and nobody is told of it.
"""

import sqlite3
import threading
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Halves = npt.NDArray[np.float16]

# Changed with the table, or with what its columns hold.
_FORMAT = 1
_WAIT_S = 1.0
# Primary result codes, https://www.sqlite.org/rescode.html
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists about (name text primary key, value text not null) without rowid;
create table if not exists words (key blob primary key, opening integer not null, vectors blob not null, middle blob not null);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsRead:
    """What the model read in a text: rows of `dimensions`. Which word pieces these are, its key tells."""

    vectors: Halves
    middle: Halves
    opening: int


class WordFile:
    """Safe to use from several threads and processes. Raises nothing: a damaged file, or another model's, begins anew."""

    def __init__(self, path: Path, model: str, dimensions: int) -> None:
        """Open or create. `model` names all that decides what is read in a text's word pieces."""
        self._path = path
        self._about = f"{_FORMAT}/{model}/{dimensions}"
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        with self._forgiving():
            self._database = self._opened()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, WordsRead]:
        """Return those that are here."""
        found: dict[bytes, WordsRead] = {}
        with self._forgiving():
            for key in keys:
                row = self._database.execute("select opening, vectors, middle from words where key = ?", (key,)).fetchone()
                if row is not None:
                    found[key] = WordsRead(opening=row[0], vectors=self._rows(row[1]), middle=self._rows(row[2]))
        return found

    def write(self, texts: Mapping[bytes, WordsRead]) -> None:
        """Keep them, all or none; what is here already stays as it is."""
        rows = ((key, text.opening, text.vectors.tobytes(), text.middle.tobytes()) for key, text in texts.items())
        with self._forgiving(), self._database:
            self._database.executemany("insert or ignore into words values (?, ?, ?, ?)", rows)

    def keep_only(self, keys: Collection[bytes]) -> None:
        """Give up all others. Their room is used again, but not given back to the disk."""
        with self._forgiving(), self._database:
            here = {key for (key,) in self._database.execute("select key from words")}
            self._database.executemany("delete from words where key = ?", ((key,) for key in here.difference(keys)))

    def close(self) -> None:
        """Nothing is found or kept from here on."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _forgiving(self) -> Generator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, ValueError) as error:
                # A row of the wrong length is damage, too. What else goes wrong (a full disk, a lock, a closed file) may pass.
                if isinstance(error, ValueError) or (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED:
                    self._begin_anew()

    def _begin_anew(self) -> None:
        self._database.close()
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            self._database = self._opened()
        except (sqlite3.Error, OSError):
            return

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        try:
            database.executescript(_TABLES)
            with database, closing(database.execute("select value from about where name = 'words'")) as about:
                if about.fetchone() != (self._about,):
                    database.execute("delete from words")
                    database.execute("insert or replace into about values ('words', ?)", (self._about,))
        except BaseException:
            database.close()
            raise
        return database

    def _rows(self, data: bytes) -> Halves:
        return np.frombuffer(data, np.float16).reshape(-1, self._dimensions)
