"""What `kefu doctor` looks at: each finding is fine, or says what to do."""

import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local.data_folder import DataFolder, running_instance
from local.settings import LocalSettings
from shared.contracts import QUEUES
from shared.domain.errors import SupportError

if TYPE_CHECKING:
    from shared.adapters.sqlite.database import Database

_LEAST_FREE_BYTES = 1_000_000_000
_LEAST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str


def examine(settings: LocalSettings) -> tuple[Finding, ...]:
    """Look at everything; changes nothing, and may run beside a running instance."""
    folder = DataFolder(settings.data)
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        lambda: _disk(folder),
        lambda: _company(settings),
        lambda: _instance(settings, folder),
        lambda: _databases(folder),
        lambda: _keys(folder),
        lambda: _model(settings),
        lambda: _pages(settings),
        lambda: _waiting(folder),
    )
    return tuple(finding for look in looks for finding in look())


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(name="python", ok=sys.version_info >= _LEAST_PYTHON, says=f"{version} (3.11 or later is needed)")


def _disk(folder: DataFolder) -> Iterator[Finding]:
    there = next(parent for parent in (folder.root, *folder.root.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    yield Finding(name="disk", ok=free >= _LEAST_FREE_BYTES, says=f"{free / 1e9:.1f} GB free (1 GB is needed)")


def _company(settings: LocalSettings) -> Iterator[Finding]:
    from local.read_company import read_company

    try:
        company = read_company(settings.company)
    except SupportError as error:
        yield Finding(name="company", ok=False, says=str(error))
    else:
        yield Finding(name="company", ok=True, says=f"{company.tenant} in {settings.company}")


def _instance(settings: LocalSettings, folder: DataFolder) -> Iterator[Finding]:
    instance = running_instance(folder)
    if instance is not None:
        yield Finding(name="server", ok=True, says=f"running on port {instance.port} (process {instance.pid})")
        return
    with closing(socket.socket()) as probe:
        taken = probe.connect_ex(("127.0.0.1", settings.port)) == 0
    says = f"port {settings.port} is in use by another program: choose another with PORT=" if taken else "not running; port free"
    yield Finding(name="server", ok=not taken, says=says)


def _databases(folder: DataFolder) -> Iterator[Finding]:
    for name in ("state.db", "queues.db", "knowledge.db"):
        path = folder.databases / name
        if not path.is_file():
            yield Finding(name=name, ok=True, says="not there yet: made at the first start")
            continue
        yield _sound(name, path)


def _sound(name: str, path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            sound = database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        sound = False
    damaged = "damaged: stop, move the data folder away, and `kefu restore` the last backup"
    return Finding(name=name, ok=sound, says="sound" if sound else damaged)


def _keys(folder: DataFolder) -> Iterator[Finding]:
    if not (folder.databases / "state.db").is_file():
        return
    path = folder.keys / "master.key"
    if not path.is_file():
        yield Finding(name="keys", ok=False, says=f"{path} is missing: put it back, or no conversation can be read")
    else:
        private = path.stat().st_mode & 0o077 == 0
        yield Finding(name="keys", ok=private, says="private" if private else f"others may read it: chmod 600 {path}")


def _model(settings: LocalSettings) -> Iterator[Finding]:
    there = (settings.models / "e5" / "model.onnx").is_file()
    yield Finding(name="model", ok=True, says="exported" if there else "not exported yet: done at the first start")


def _pages(settings: LocalSettings) -> Iterator[Finding]:
    built = (settings.web / "dist" / "index.html").is_file()
    yield Finding(name="pages", ok=built, says="built" if built else "not built: run make web")


def _waiting(folder: DataFolder) -> Iterator[Finding]:
    """Dead letters and what waits. Only the queues' own file is opened: others may be what is wrong."""
    path = folder.databases / "queues.db"
    if not path.is_file():
        return
    from shared.adapters.sqlite.database import Database

    database = Database(path)
    try:
        yield from _queues(database)
    except SupportError as error:
        yield Finding(name="queues", ok=False, says=str(error))
    finally:
        database.close()


def _queues(database: "Database") -> Iterator[Finding]:
    from shared.adapters.clock import SystemClock
    from shared.adapters.random_ids import RandomIds
    from shared.adapters.sqlite.queue import SQLiteQueue

    for contract in QUEUES:
        queue = SQLiteQueue(database, contract, SystemClock(), RandomIds())
        dead = queue.dead_letters().depth().visible
        says = f"{queue.depth().visible} waiting, {dead} dead letters"
        hint = "; see kefu tickets list --status parked" if dead else ""
        yield Finding(name=f"queue {contract.name}", ok=dead == 0, says=says + hint)
