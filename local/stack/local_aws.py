"""MiniStack, a local AWS, as a process of ours: in its own environment, on this machine alone, with its state in a folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
VERSION = "1.5.33"
# It pins its own botocore; this is the boto3 that belongs to it, for the functions that it runs.
BOTO3 = "1.43.106"
# Twelve digits as an access key are the account.
ACCOUNT, REGION = "111111111111", "eu-west-1"
_WRAPPER = Path(__file__).with_name("checkpointed_ministack.py")
_START_S, _STOP_S = 30.0, 30.0


class EngineError(Exception):
    """MiniStack is not there, or does not start; the message says what to do."""


def install(environment: Path) -> None:
    """Make its environment, unless this very version is in it."""
    if any(environment.glob(f"lib/*/site-packages/ministack-{VERSION}.dist-info")):
        return
    print("installing MiniStack (once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)  # noqa: S603
    packages = [f"ministack=={VERSION}", f"boto3=={BOTO3}"]
    subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", *packages], check=True)  # noqa: S603


def engine_environment() -> Path:
    """Return where it is installed; KEFU_ENGINES names another folder than .venvs."""
    return Path(os.environ.get("KEFU_ENGINES") or ROOT / ".venvs") / "ministack"


@dataclass(slots=True, kw_only=True)
class MiniStack:
    """One MiniStack. `folder` holds its state; `more` is set in its environment. Stop it, or use it as a context manager."""

    folder: Path
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "MiniStack":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it with the state that it had. Raises EngineError."""
        temporary = self.folder / "unpacked"
        temporary.mkdir(parents=True, exist_ok=True)
        own = {
            # By default it listens on all interfaces, for HTTP and for MQTT.
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            # Whose a request without credentials is: a browser's to the API.
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "LOG_LEVEL": "WARNING",
            "TMPDIR": str(temporary),
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_DATA_DIR": str(self.folder / "s3"),
        }
        _forget_stream_positions(self.folder / "state" / "lambda.json")
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = self.command or (str(engine_environment() / "bin" / "python"), str(_WRAPPER))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own fixed command
                command, env={**inherited, **own, **self.more}, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        self._wait()

    def stop(self) -> None:
        """Ask it to save and to end; it takes its workers with it."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def client(self, service: str) -> Any:
        """Return a client of the one account."""
        session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="x", region_name=REGION)  # noqa: S106
        config = Config(retries={"total_max_attempts": 1}, read_timeout=120, s3={"addressing_style": "path"})
        return session.client(service, endpoint_url=self.url, config=config)  # type: ignore[call-overload]

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        process = self._process
        while process and process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise EngineError(f"MiniStack did not start on port {self.port}: see {self.folder / 'log'}")


def _forget_stream_positions(state: Path) -> None:
    """Have streams read from their start: MiniStack keeps how far each was read, and none of the records.

    The first events after a restart would be as many places behind what was read before, and never be delivered.
    """
    if not state.exists():
        return
    kept = json.loads(state.read_text("utf-8"))
    kept.get("payload", kept).pop("dynamodb_stream_positions", None)
    state.write_text(json.dumps(kept), "utf-8")
