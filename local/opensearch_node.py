"""One OpenSearch node on 127.0.0.1: its folder, its command, and its life while something needs it."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from local.opensearch_install import NOBODY, OpenSearchMissingError, find_java, install

HOST = "127.0.0.1"
START_S = 180.0
_LAST_WORDS = 300
_STOP_S = 30.0
_POLL_S = 0.25
_HEAP = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
# The distribution's own options but for the heap, the collector, and files in a folder that is not ours to write.
_NOT_TAKEN = ("-Xm", "GC", "G1", "logs/", "HeapDump", "CMS", "HeapOccupancy", "PrintTenuring", "Stopped")
_FOLDERS = ("config", "data", "logs", "tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCommand:
    """How to start a node in the foreground. `user` None: as who we are."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    user: int | None


def prepare_node(folder: Path, port: int) -> NodeCommand:
    """Make or renew the node's folder, data kept, and return its command. Raises OpenSearchMissingError."""
    folder = folder.resolve()
    home, java = install(), find_java()
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(home / "config" / "log4j2.properties", folder / "config" / "log4j2.properties")
    (folder / "config" / "jvm.options").write_text(_jvm_options(home), "utf-8")
    # JSON is YAML.
    (folder / "config" / "opensearch.yml").write_text(json.dumps(_configuration(folder, port), indent=2), "utf-8")
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, user)
    environment = {
        "OPENSEARCH_JAVA_HOME": str(java),
        "OPENSEARCH_PATH_CONF": str(folder / "config"),
        "OPENSEARCH_TMPDIR": str(folder / "tmp"),
        "HOME": str(folder),
    }
    return NodeCommand(arguments=(str(home / "bin" / "opensearch"),), environment=environment, user=user)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A node that runs: its port, its process, and the process that will end it."""

    port: int
    pid: int
    owner: int


@contextmanager
def running_node(folder: Path, port: int = 0) -> Generator[str]:
    """Yield the address of a node with its data in `folder`: the one that runs there already, or one of our own until the end.

    One whose starter was killed is taken over: it ends with us. `port` is for one of our own; 0 is any that is free.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    already = _running_in(folder)
    node = already or _start(folder, port or free_port())
    ours = already is None or not _is_alive(already.owner)
    try:
        if ours:
            _record(folder).write_text(json.dumps({**asdict(node), "owner": os.getpid()}), "utf-8")
        yield f"http://{HOST}:{node.port}"
    finally:
        if ours:
            _record(folder).unlink(missing_ok=True)
            _stop(node.pid)


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_up(port: int) -> bool:
    """Whether a node answers there and has found itself."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _configuration(folder: Path, port: int) -> dict[str, object]:
    return {
        "cluster.name": "kefu-local",
        "network.host": HOST,
        "http.port": port,
        "transport.port": free_port(),
        "discovery.type": "single-node",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        # A developer's disk is often nearly full, and what is here can be made again.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }


def _jvm_options(home: Path) -> str:
    lines = (home / "config" / "jvm.options").read_text("utf-8").splitlines()
    taken = [line for line in lines if line and not line.startswith("#") and not any(part in line for part in _NOT_TAKEN)]
    return "\n".join([*_HEAP, *taken, ""])


def _start(folder: Path, port: int) -> "_Node":
    command = prepare_node(folder, port)
    environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ} | dict(command.environment)
    with (folder / "logs" / "console.log").open("wb") as log:
        # A session of its own: Ctrl-C ends it when we have closed what uses it, not before.
        process = subprocess.Popen(  # noqa: S603 - our own command
            command.arguments,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
            user=command.user,
            group=command.user,
            extra_groups=None if command.user is None else [],
            start_new_session=True,
        )
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        if is_up(port):
            return _Node(port=port, pid=process.pid, owner=os.getpid())
        time.sleep(_POLL_S)
    _stop(process.pid)
    console = folder / "logs" / "console.log"
    last = console.read_text("utf-8", "replace").strip().rpartition("\n")[2][:_LAST_WORDS]
    raise OpenSearchMissingError(f"OpenSearch did not start: {last or 'it said nothing'}; see {console}")


def _stop(pid: int) -> None:
    """Ask it to end, and make it end if it does not."""
    for number, patience_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, _POLL_S)):
        if not _is_alive(pid):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience_s
        while _is_alive(pid) and time.monotonic() < deadline:
            time.sleep(_POLL_S)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):  # not ours to reap
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _record(folder: Path) -> Path:
    return folder / "running.json"


def _running_in(folder: Path) -> "_Node | None":
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        node = _Node(**json.loads(_record(folder).read_text("utf-8")))
        if _is_alive(node.pid) and is_up(node.port):
            return node
    return None
