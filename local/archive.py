"""Backup and restore of a data folder: consistent copies of the databases, objects, and (unless left out) the keys."""

import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from local.data_folder import DataFolder, StartupError, exclusive

_FORMAT = 1
_MANIFEST = "kefu-backup.json"
_DATABASES = ("databases/state.db", "databases/queues.db", "databases/knowledge.db")
_KEY_DATABASE = "keys/keys.db"
_KEY_FILES = ("keys/master.key", "keys/secrets.json")
_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds."""

    path: Path
    size_bytes: int
    files: int
    with_keys: bool


def write_backup(folder: DataFolder, target: Path, *, with_keys: bool) -> BackupReport:
    """Write `target` (tar.gz, mode 0600), also while an instance runs. Raises StartupError for an existing file or no data."""
    if not (folder.root / _DATABASES[0]).is_file():
        raise StartupError(f"there is no data in {folder.root}; nothing to back up")
    if target.exists():
        raise StartupError(f"{target} exists already; choose another name")
    partial = target.with_name(target.name + ".part")
    try:
        with _private(partial) as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            names = _add_everything(archive, folder, with_keys)
            _add_text(archive, _MANIFEST, _manifest(names, with_keys))
        partial.replace(target)
    except OSError as error:
        raise StartupError(f"the backup could not be written to {target}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return BackupReport(path=target, size_bytes=target.stat().st_size, files=len(names), with_keys=with_keys)


def read_backup(source: Path, folder: DataFolder) -> None:
    """Put a backup in the place of an empty or missing data folder. Raises StartupError; then nothing has changed.

    A backup without keys needs the old `keys/` folder to be put back beside it before the next start.
    """
    if (folder.root / _DATABASES[0]).exists():
        raise StartupError(f"{folder.root} holds data; move it away first, or restore with --data OTHER_FOLDER")
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with exclusive(folder, 0), _unpacked(source, folder.root) as unpacked:
        _check(unpacked)
        for part in ("databases", "objects", "keys"):
            _move(unpacked / part, folder.root / part)


def _add_everything(archive: tarfile.TarFile, folder: DataFolder, with_keys: bool) -> list[str]:
    databases = [*_DATABASES, *([_KEY_DATABASE] if with_keys else [])]
    names = [name for name in databases if _add_database(archive, folder.root, name)]
    files = [path for path in sorted(folder.objects.rglob("*")) if path.is_file() and not path.name.startswith(".new-")]
    files += [folder.root / name for name in _KEY_FILES if with_keys and (folder.root / name).is_file()]
    for path in files:
        name = path.relative_to(folder.root).as_posix()
        archive.add(path, arcname=name, recursive=False)
        names.append(name)
    return names


def _add_database(archive: tarfile.TarFile, root: Path, name: str) -> bool:
    """Copy by SQLite's own online backup: one consistent state, without stopping writers."""
    if not (root / name).is_file():
        return False
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        copy = Path(scratch) / "copy.db"
        with closing(sqlite3.connect(root / name)) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        archive.add(copy, arcname=name, recursive=False)
    return True


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(data), _MODE, int(datetime.now(UTC).timestamp())
    archive.addfile(entry, io.BytesIO(data))


def _manifest(names: list[str], with_keys: bool) -> str:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"format": _FORMAT, "made_at": made_at, "with_keys": with_keys, "files": names})


@contextmanager
def _unpacked(source: Path, beside: Path) -> Generator[Path]:
    with tempfile.TemporaryDirectory(dir=beside, prefix=".restore-") as scratch:
        try:
            with tarfile.open(source, "r:gz") as archive:
                for member in archive:
                    _extract(archive, member, Path(scratch))
        except (OSError, tarfile.TarError, EOFError) as error:
            raise StartupError(f"{source} is not a whole backup of ours; nothing was changed") from error
        yield Path(scratch)


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Only plain files, only below `into`: an archive that names another place is refused, not followed."""
    place = PurePosixPath(member.name)
    if not member.isfile() or place.is_absolute() or ".." in place.parts:
        raise tarfile.TarError("an entry that a backup never has")
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.TarError("an entry without content")
    target = into / place
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _private(target) as file:
        while block := content.read(1 << 20):
            file.write(block)


def _check(unpacked: Path) -> None:
    try:
        manifest = json.loads((unpacked / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartupError("the file has no list of contents; it is not a backup of ours; nothing was changed") from error
    if manifest.get("format") != _FORMAT:
        raise StartupError("the backup was written by a newer version; install that version; nothing was changed")
    missing = [name for name in manifest["files"] if not (unpacked / name).is_file()]
    damaged = [name for name in _DATABASES if (unpacked / name).is_file() and not _is_sound(unpacked / name)]
    if missing or damaged:
        raise StartupError(f"the backup is damaged ({', '.join([*missing, *damaged])}); nothing was changed")


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as database:
            return database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        return False


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    source.replace(target)


def _private(path: Path) -> BinaryIO:
    """Open a new file that nobody else may ever read, not even between its creation and a change of its mode."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb")
