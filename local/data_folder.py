"""The data folder of a single machine: what lies where, and one instance at a time."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared.domain.errors import SupportError


class StartupError(SupportError):
    """The machine cannot start. The message is one line that says what to do."""

    code = "startup_error"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Places under `root`. Everything that must survive is in databases/, objects/ and keys/; the rest can be made again."""

    root: Path

    @property
    def databases(self) -> Path:
        """SQLite files: state.db, queues.db, knowledge.db."""
        return self.root / "databases"

    @property
    def objects(self) -> Path:
        """Uploaded documents."""
        return self.root / "objects"

    @property
    def keys(self) -> Path:
        """Keys and secrets, mode 0600. Without this folder the sealed texts in a backup cannot be read."""
        return self.root / "keys"

    @property
    def indexes(self) -> Path:
        """Full text and vectors; rebuilt from knowledge.db when missing."""
        return self.root / "indexes"

    @property
    def words(self) -> Path:
        """What the reranker has read ahead; read again when missing."""
        return self.indexes / "words.db"

    @property
    def model(self) -> Path:
        """The exported embedding model."""
        return self.root / "model"

    @property
    def logs(self) -> Path:
        """JSON lines."""
        return self.root / "logs"

    def prepare(self) -> None:
        """Create the folders, private to their owner. Raises StartupError with what to do."""
        try:
            for folder in (self.root, self.databases, self.objects, self.keys, self.indexes, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._probe()
        except OSError as error:
            raise StartupError(_advice(self.root, error)) from error

    def _probe(self) -> None:
        """Write and remove a page: a full or read-only disk shows here, before anything half-started needs it."""
        probe = self.root / f".probe-{os.getpid()}"
        try:
            with probe.open("wb") as file:
                file.write(b"\0" * 65536)
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What a running instance says of itself. `company`: the folder of the company that it answers for."""

    pid: int
    port: int
    company: Path | None = None


@contextmanager
def exclusive(folder: DataFolder, port: int, company: Path | None = None) -> Generator[None]:
    """Hold the data folder; the operating system lets go of it however the process ends. Raises StartupError when it is held."""
    path = folder.root / "instance.json"
    with path.open("a+", encoding="utf-8") as file:
        if not _locked(file):
            raise StartupError(_held(folder, read_instance(folder)))
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "port": port, "company": str(company.resolve()) if company else None}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def running_instance(folder: DataFolder) -> Instance | None:
    """Return the instance that holds the folder now, or None."""
    path = folder.root / "instance.json"
    if not path.exists():
        return None
    with path.open("a+", encoding="utf-8") as file:
        return None if _locked(file) else read_instance(folder)


def read_instance(folder: DataFolder) -> Instance | None:
    """Return what the last instance wrote, whether or not it still runs."""
    try:
        raw = json.loads((folder.root / "instance.json").read_text("utf-8"))
        company = raw.get("company")
        return Instance(pid=int(raw["pid"]), port=int(raw["port"]), company=Path(company) if company else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _held(folder: DataFolder, instance: Instance | None) -> str:
    who = f" (http://127.0.0.1:{instance.port}, process {instance.pid})" if instance else ""
    return f"another instance{who} is using {folder.root}: stop it with Ctrl-C, or start with DATA=OTHER_FOLDER PORT=OTHER_PORT"


def _advice(root: Path, error: OSError) -> str:
    if error.errno == 28:
        return f"the disk that holds {root} is full: free at least 1 GB, or start with DATA=FOLDER on another disk"
    return f"the data folder {root} cannot be written ({error.strerror}): check who owns it, or start with DATA=OTHER_FOLDER"
