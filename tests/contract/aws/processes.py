"""Outside engines as processes: each started once per test run, shared by its workers, stopped by their process ids."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_RUN = "KEFU_ENGINE_RUN"
_STOP_S = 15.0
# A Popen that is forgotten while its process runs complains; the run's end stops them by id.
_started: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How to start an engine on a port; `environment` replaces what the process inherits but for PATH and HOME.

    `user`: who runs it, where that is not who we are. `start_s`: how long it may take until it listens.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    user: int | None = None
    start_s: float = 60.0


class EngineMissingError(Exception):
    """An engine is not on this machine, or does not start; the message says what to do."""


def prepare_run() -> None:
    """Make the folder in which the run's engines are known to all workers; called by the process that starts them."""
    if _RUN not in os.environ:
        os.environ[_RUN] = tempfile.mkdtemp(prefix="kefu-engines-")
        # An engine that runs as somebody else must reach its own folder in it.
        Path(os.environ[_RUN]).chmod(0o711)


def end_run() -> None:
    """Stop what the run has started."""
    folder = Path(os.environ.pop(_RUN))
    for record in folder.glob("*.json"):
        pid = json.loads(record.read_text()).get("pid")
        if pid:
            _stop(pid)
    shutil.rmtree(folder, ignore_errors=True)


def port_of(name: str, command: Callable[[int, Path], Command]) -> int:
    """Return the port of the run's engine; the first caller starts it. Raises EngineMissingError, then for every caller."""
    folder = Path(os.environ[_RUN])
    with _locked(folder / f"{name}.lock"):
        record = folder / f"{name}.json"
        if not record.exists():
            record.write_text(json.dumps(_start(name, command)))
        known = json.loads(record.read_text())
    if "problem" in known:
        raise EngineMissingError(known["problem"])
    return known["port"]


def folder_of(name: str) -> Path:
    """Return the folder in which the run's engine works."""
    return Path(os.environ[_RUN]) / name


def _start(name: str, command: Callable[[int, Path], Command]) -> dict[str, object]:
    own, port = folder_of(name), _free_port()
    own.mkdir()
    try:
        started = command(port, own)
    except EngineMissingError as error:
        return {"problem": str(error)}
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ} | dict(started.environment)
    with (own / "log").open("wb") as log:
        process = subprocess.Popen(
            started.arguments,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=own,
            user=started.user,
            group=started.user,
            extra_groups=None if started.user is None else [],
            start_new_session=True,
        )
    _started.append(process)
    if _answers(process, port, started.start_s):
        return {"pid": process.pid, "port": port}
    _stop(process.pid)
    last = (own / "log").read_text(errors="replace").strip().splitlines()[-1:]
    return {"problem": f"{name} did not start: {''.join(last)}"}


def _answers(process: "subprocess.Popen[bytes]", port: int, start_s: float) -> bool:
    deadline = time.monotonic() + start_s
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


def _stop(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_S
    while time.monotonic() < deadline and _is_alive(pid):
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):  # another worker's child
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
