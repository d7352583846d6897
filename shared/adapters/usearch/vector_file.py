"""The vectors of one audience of one tenant in a SQLite file: durable, atomic, readable by other processes while written."""

import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shared.domain.errors import DamagedIndexError
from shared.domain.knowledge import Chunk
from shared.ports import ChunkVectors, Vector

# Changed with the tables or the stored format: another version is rebuilt from the chunks.
VERSION = "1"
PARTS = ("title", "body")
# A day or snapshot that never comes.
NEVER = 1 << 40

_COLUMNS = "chunk_id, live, added_in, removed_in, valid_from, valid_to"
_TABLES = """
create table if not exists about (name text primary key, value text not null) without rowid;
create table if not exists chunks (
    slot integer primary key, chunk_id text not null, live integer not null, added_in integer not null,
    removed_in integer not null, valid_from integer not null, valid_to integer not null, change integer not null);
create unique index if not exists one_live_chunk on chunks (chunk_id) where live = 1;
create index if not exists by_change on chunks (change);
create table if not exists vectors (
    id integer primary key autoincrement, slot integer not null, part integer not null, data blob not null);
create index if not exists by_slot on vectors (slot);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A chunk's row: its slot never changes; a replaced chunk gets a new slot and leaves the old one dead."""

    slot: int
    chunk_id: str
    live: bool
    added_in: int
    removed_in: int
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Vectors in the order of their ids: `ids` and `slots` int64 (n,), `data` float32 (n, dimensions)."""

    ids: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]
    data: npt.NDArray[np.float32]


class VectorFile:
    """Rows in and out. `path` None keeps it in memory. One connection, used by one thread at a time."""

    def __init__(self, path: Path | None, model: str, dimensions: int) -> None:
        """Open or create. Raises DamagedIndexError when it is damaged, or of another version or model."""
        self._dimensions = dimensions
        self._lock = threading.RLock()
        with _translated():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                ":memory:" if path is None else path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._database.execute("pragma journal_mode = wal")
            self._database.executescript(_TABLES)
            self._check({"version": VERSION, "model": model, "dimensions": str(dimensions)})

    def write(self, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Replace the chunks and set removed_in of those named that are here, in one transaction."""
        with self._transaction() as change:
            for entry in added:
                self._replace(entry, removed.get(entry.chunk.chunk_id), change)
            self._database.executemany(
                "update chunks set removed_in = ?, change = ? where chunk_id = ? and live = 1",
                [(removed_in, change, chunk_id) for chunk_id, removed_in in removed.items()],
            )

    def version(self) -> tuple[int, int]:
        """A value that differs after any process has committed; reading it costs microseconds."""
        with self._lock, _translated():
            (others,) = self._database.execute("pragma data_version").fetchone()
            return others, self._database.total_changes

    def changed_slots(self, after: int) -> tuple[int, list[SlotRow]]:
        """The latest change number, and every row that changed after `after`, by slot."""
        with self._lock, _translated():
            (latest,) = self._database.execute("select coalesce(max(change), 0) from chunks").fetchone()
            rows = self._database.execute(
                f"select slot, {_COLUMNS} from chunks where change > ? order by slot",  # noqa: S608 our own constant
                (after,),
            ).fetchall()
        return latest, [
            SlotRow(
                slot=slot, chunk_id=chunk_id, live=bool(live), added_in=added, removed_in=removed, valid_from=first, valid_to=last
            )
            for slot, chunk_id, live, added, removed, first, last in rows
        ]

    def owners(self, part: str, up_to: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Ids and slots, without data, of a part's vectors with id <= `up_to`."""
        with self._lock, _translated():
            rows = self._database.execute(
                "select id, slot from vectors where part = ? and id <= ? order by id", (PARTS.index(part), up_to)
            ).fetchall()
        pairs = np.array(rows, np.int64).reshape(-1, 2)
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    def vectors(self, part: str, after: int) -> VectorRows:
        """A part's vectors with id > `after`."""
        with self._lock, _translated():
            rows = self._database.execute(
                "select id, slot, data from vectors where part = ? and id > ? order by id", (PARTS.index(part), after)
            ).fetchall()
        data = np.frombuffer(b"".join(row[2] for row in rows), np.float16).reshape(len(rows), self._dimensions)
        return VectorRows(
            ids=np.array([row[0] for row in rows], np.int64),
            slots=np.array([row[1] for row in rows], np.int64),
            data=data.astype(np.float32),
        )

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._database.close()

    def _check(self, expected: Mapping[str, str]) -> None:
        self._database.executemany("insert or ignore into about values (?, ?)", expected.items())
        stored = dict(self._database.execute("select name, value from about").fetchall())
        if stored != dict(expected):
            raise DamagedIndexError("vector index", "was written by another version or embedding model: rebuild it")

    @contextmanager
    def _transaction(self) -> Generator[int]:
        """Begin, give the next change number, commit; roll back on any error."""
        with self._lock, _translated():
            self._database.execute("begin immediate")
            try:
                (latest,) = self._database.execute("select coalesce(max(change), 0) from chunks").fetchone()
                yield latest + 1
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def _replace(self, entry: ChunkVectors, removed_in: int | None, change: int) -> None:
        chunk = entry.chunk
        self._retire(chunk.chunk_id, change)
        cursor = self._database.execute(
            f"insert into chunks ({_COLUMNS}, change) values (?, 1, ?, ?, ?, ?, ?)",  # noqa: S608 our own constant
            (chunk.chunk_id, chunk.added_in, _removal(chunk, removed_in), *_validity(chunk), change),
        )
        rows = [(0, vector) for vector in entry.titles] + [(1, vector) for vector in (entry.body, *entry.passages)]
        self._database.executemany(
            "insert into vectors (slot, part, data) values (?, ?, ?)",
            [(cursor.lastrowid, part, self._packed(vector)) for part, vector in rows],
        )

    def _retire(self, chunk_id: str, change: int) -> None:
        """The row stays, dead, so that readers of the old slot learn of it; its vectors go."""
        found = self._database.execute("select slot from chunks where chunk_id = ? and live = 1", (chunk_id,)).fetchone()
        if found is not None:
            self._database.execute("update chunks set live = 0, change = ? where slot = ?", (change, found[0]))
            self._database.execute("delete from vectors where slot = ?", found)

    def _packed(self, vector: Vector) -> bytes:
        array = np.asarray(vector, np.float16)
        if array.shape != (self._dimensions,):
            raise ValueError(f"a vector has shape {array.shape}, not ({self._dimensions},)")
        return array.tobytes()


def _removal(chunk: Chunk, removed_in: int | None) -> int:
    wanted = chunk.removed_in if removed_in is None else removed_in
    return NEVER if wanted is None else wanted


def _validity(chunk: Chunk) -> tuple[int, int]:
    return _day(chunk.valid_from, 0), _day(chunk.valid_to, NEVER)


def _day(day: date | None, absent: int) -> int:
    return absent if day is None else day.toordinal()


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DamagedIndexError("vector index", str(error)) from error
