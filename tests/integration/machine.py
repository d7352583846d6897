"""A Kefu in a process of its own, as `make dev` starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.architecture.sources import ROOT

COMMAND = [sys.executable, "-c", "from local.cli import main; main()"]
START_S = 240


def free_port() -> int:
    """Return a port that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningKefu:
    """Started by `start`; ended by `interrupt` (Ctrl-C) or `kill` (kill -9)."""

    data: Path
    company: Path
    port: int = field(default_factory=free_port)

    def start(self) -> float:
        """Start, wait until it answers, return the seconds that took."""
        began = time.monotonic()
        self._open()
        while time.monotonic() - began < START_S:
            if self._process.poll() is not None:
                raise AssertionError(f"it ended: {self.said()}")
            if self._answers():
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"it did not answer within {START_S} s: {self.said()}")

    def start_in_background(self) -> None:
        """Start as a shell's background job, which ignores SIGINT, and return as soon as it has printed its addresses."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._open()
        finally:
            signal.signal(signal.SIGINT, before)
        end = time.monotonic() + START_S
        while "staff page" not in self.said():
            assert self._process.poll() is None and time.monotonic() < end, self.said()
            time.sleep(0.005)

    def attempt(self) -> tuple[int, str]:
        """Start one that is expected to end by itself; return its exit code and what it said."""
        done = subprocess.run(
            self._command(), cwd=ROOT, capture_output=True, text=True, env=self._environment(), timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)

    def terminate(self) -> int:
        """End it as a service manager does; return the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait(60)

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._process.poll() is None:
            self.kill()

    def said(self) -> str:
        """Return what it printed so far."""
        return self._said.read_text("utf-8")

    def staff_token(self) -> str:
        """Return the token that it printed."""
        found = re.search(r"token: (\S+)", self.said())
        assert found, self.said()
        return found[1]

    def client(self, token: str = "") -> httpx.Client:
        """Return a client, with a token if there is one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=60, trust_env=False)

    def _open(self) -> None:
        self._said = self.data.parent / f"said-{self.port}-{time.monotonic()}.txt"
        with self._said.open("w", encoding="utf-8") as out:
            self._process = subprocess.Popen(
                self._command(), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=self._environment()
            )

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def _command(self) -> list[str]:
        return [*COMMAND, "dev", "--port", str(self.port), "--data", str(self.data), "--company", str(self.company)]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
