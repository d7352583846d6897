"""A Kefu as `make dev` starts it, in a process of its own, and what that process and its children use of the processor."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from benchmarks.environments import ROOT

_COMMAND = (sys.executable, "-c", "from local.cli import main; main()", "dev")
# A first start exports the model and reads the company's documents.
_START_S = 300.0
_STOP_S = 30.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Places in /proc/PID/stat behind the name: parent, and user, system, waited-for children's user and system ticks.
_PARENT, _TIMES = 1, slice(11, 15)


class ServerFailedError(RuntimeError):
    """It did not start; the message is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevServer:
    """A running server."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Return the seconds of processor that the process and all its descendants have used (Linux)."""
        return sum(_ticks(pid) for pid in _tree(self.pid)) / _TICKS_PER_S


@contextmanager
def running(data: Path, company: Path, environment: dict[str, str] | None = None) -> Generator[DevServer]:
    """Start on a free port, wait until it answers, and stop it as Ctrl-C would. Raises ServerFailedError."""
    port = _free_port()
    command = [*_COMMAND, "--port", str(port), "--data", str(data), "--company", str(company)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    said = data.parent / f"{data.name}.said.txt"
    with said.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=out, stderr=subprocess.STDOUT)  # noqa: S603
    server = DevServer(url=f"http://127.0.0.1:{port}", pid=process.pid)
    try:
        _wait(process, server, said)
        yield server
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], server: DevServer, said: Path) -> None:
    until = time.monotonic() + _START_S
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        while time.monotonic() < until:
            if process.poll() is not None:
                break
            with suppress(httpx.TransportError):
                if client.get("/healthz").status_code == HTTPStatus.OK:
                    return
            time.sleep(0.1)
    raise ServerFailedError(said.read_text("utf-8"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_S)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tree(root: int) -> list[int]:
    parents = {pid: int(fields[_PARENT]) for pid in _pids() if (fields := _stat(pid))}
    tree = [root]
    for pid in tree:
        tree += [child for child, parent in parents.items() if parent == pid]
    return tree


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _ticks(pid: int) -> int:
    return sum(map(int, _stat(pid)[_TIMES]))


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, which itself may hold anything; none for a process that has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []
