"""A tenant's embedded indexes as one file, and back: what `knowledge` writes and `retrieval` opens elsewhere."""

import io
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from shared.domain.errors import DependencyUnavailableError

_DATABASE = ".sqlite"
# Locks belong to a process; what SQLite keeps beside a database is in the copy of it.
_LEFT_OUT = (".lock", ".tmp", "-wal", "-shm", "-journal")


def pack(folder: Path) -> bytes:
    """Return the folder's files, compressed. Nobody may write to it meanwhile; searching is allowed."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz", compresslevel=1) as archive, tempfile.TemporaryDirectory() as copies:
        for number, path in enumerate(sorted(one for one in folder.rglob("*") if one.is_file())):
            if not path.name.endswith(_LEFT_OUT):
                archive.add(_still(path, Path(copies) / str(number)), path.relative_to(folder).as_posix(), recursive=False)
    return held.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Write the files into a folder that appears whole or not at all. Raises DependencyUnavailableError for a damaged archive."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            archive.extractall(temporary, filter="data")
        temporary.rename(folder)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise DependencyUnavailableError("index archive", type(error).__name__) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _still(path: Path, copy: Path) -> Path:
    """A database's own backup holds every commit, also those that are still in its log."""
    if path.suffix != _DATABASE:
        return path
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
