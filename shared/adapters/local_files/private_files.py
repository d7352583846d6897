"""Small files that only their owner may read, written whole or not at all."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from shared.domain.errors import DependencyUnavailableError

NO_SUCH_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_WHAT_TO_DO = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "the disk quota is used up; free some space and try again",
    errno.EACCES: "it may not be used; check who owns the data folder",
    errno.EPERM: "it may not be used; check who owns the data folder",
    errno.EROFS: "the disk is read-only; use a data folder that can be written",
}


@contextlib.contextmanager
def disk_errors(name: str) -> Generator[None]:
    """Turn an OSError into DependencyUnavailableError with what to do; what says "no such file" comes through."""
    try:
        yield
    except NO_SUCH_FILE:
        raise
    except OSError as error:
        reason = _WHAT_TO_DO.get(error.errno or 0, f"the disk reported: {error.strerror}")
        raise DependencyUnavailableError(name, reason) from error


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(folder: Path, data: bytes) -> Path:
    """Write `data` into a new file of mode 0600 in `folder`, flushed to disk, and return its path."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path`: a reader sees the old or the new, also after a power cut."""
    with disk_errors(path.name):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = write_durably(path.parent, data)
        try:
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def create_once(path: Path, data: bytes) -> bytes:
    """Create `path` with `data` unless it exists, and return what it holds: all processes agree on one content."""
    with disk_errors(path.name):
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _link_once(path, data)
        path.chmod(0o600)
        return path.read_bytes()


def _link_once(path: Path, data: bytes) -> None:
    written = write_durably(path.parent, data)
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(written)
    finally:
        written.unlink()
    sync_folder(path.parent)
