"""Measures the zips' sizes and cold starts beside the naive handler: `python -m benchmarks.cold_start`, `make bench-cold`.

Each start is a fresh process, and contestants take turns, so that a busy moment of the machine falls on all. CPU time is
compared: init (import and wiring) and the first request (the lightest one that goes through all of the wiring).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.aws_stub import aws_stub
from benchmarks.environments import ROOT, python_of
from benchmarks.report import COLD_START, conditions, table, write_section
from shared.contracts import FUNCTIONS

ROUNDS = int(os.environ.get("ROUNDS", "5"))
_WORKER = Path(__file__).with_name("cold_start_worker.py")
_EVENTS = ROOT / "events"
_VERSIONS = ("boto3", "aws-lambda-powertools", "fastapi", "pydantic")


@dataclass(frozen=True, slots=True)
class Contestant:
    """What is started: the interpreter, folders on its path, the module, its first event, and AWS's stand-in."""

    name: str
    python: str
    folders: str
    module: str
    event: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Start:
    """CPU seconds and peak memory of one process."""

    init_s: float
    first_s: float
    peak_mb: float

    @property
    def whole_s(self) -> float:
        """What a customer of the first request pays for."""
        return self.init_s + self.first_s


def main() -> None:
    """Measure, and write the table."""
    names = [one.name for one in FUNCTIONS if (ROOT / "functions" / one.name / "main.py").is_file()]
    with tempfile.TemporaryDirectory(prefix="kefu-cold-") as folder, ExitStack() as stack:
        work = Path(folder)
        sizes = {name: _sizes(path) for name, path in _built(names, "arm64", work / "arm64").items()}
        desk, others = (stack.enter_context(aws_stub(for_desk=flag)) for flag in (True, False))
        contestants = [_naive(others)]
        for name, path in _built(names, "host", work / "host").items():
            contestants.append(_function(name, _unpacked(path), desk if name == "desk" else others))
        write_section(COLD_START, _body(_measured(contestants), sizes))


def _built(names: list[str], arch: str, out: Path) -> Mapping[str, Path]:
    for name in names:
        command = [sys.executable, "-m", "infra_cdk.bundling", "--function", name, "--arch", arch, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return {name: out / f"{name}.zip" for name in names}


def _sizes(path: Path) -> tuple[float, float]:
    with zipfile.ZipFile(path) as archive:
        return path.stat().st_size / 1e6, sum(entry.file_size for entry in archive.infolist()) / 1e6


def _unpacked(path: Path) -> Path:
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def _naive(endpoint: str) -> Contestant:
    return Contestant("naive", str(python_of("naive")), str(ROOT), "benchmarks.contestants.naive_handler", _http(), endpoint)


def _function(name: str, folder: Path, endpoint: str) -> Contestant:
    # The environment of `naive` again, for its boto3: Lambda's runtime brings one, and ours comes before it on the path.
    event = _http() if name in ("ingress", "desk") else json.dumps(_first_event(name))
    return Contestant(name, str(python_of("naive")), str(folder), f"functions.{name}.main", event, endpoint)


def _http() -> str:
    return json.dumps({**_golden("api-gateway-post-message"), "httpMethod": "GET", "path": "/healthz", "body": None})


def _first_event(name: str) -> Mapping[str, object]:
    if name in ("dialog", "retrieval"):
        return {**_golden("envelope-search"), "op": "nothing"}
    if name == "tickets":
        return _golden("sqs-ticket-requested")
    if name == "knowledge":
        (record,) = _golden("sqs-document-uploaded")["Records"]
        return {"Records": [{**record, "body": '{"Event": "s3:TestEvent"}'}]}
    if name == "rollout":
        return _golden("rollout-tick")
    return {} if name == "sweeper" else {"Records": []}


def _golden(name: str) -> Any:
    return json.loads((_EVENTS / f"{name}.json").read_text("utf-8"))


def _measured(contestants: list[Contestant]) -> Mapping[str, list[Start]]:
    """Interleaved: a round starts each once. The first round warms the disk's cache and does not count."""
    starts: dict[str, list[Start]] = {one.name: [] for one in contestants}
    for round_number in range(ROUNDS + 1):
        for one in contestants:
            start = _start(one)
            if round_number:
                starts[one.name].append(start)
    return starts


def _start(one: Contestant) -> Start:
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    command = [one.python, str(_WORKER), one.folders, one.module, one.event, one.endpoint]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise RuntimeError(f"{one.name} did not start: {done.stderr.strip()[-800:]}")
    return Start(**json.loads(done.stderr.strip().splitlines()[-1]))


def _body(starts: Mapping[str, list[Start]], sizes: Mapping[str, tuple[float, float]]) -> str:
    naive = [start.whole_s for start in starts["naive"]]
    rows = [_row(name, found, naive, sizes.get(name)) for name, found in starts.items()]
    head = ("Function", "zip MB", "unzipped MB", "init CPU ms", "first request CPU ms", "of naive", "least to most", "peak MB")
    today = datetime.now(UTC).date().isoformat()
    measured = conditions(today, {name: version(name) for name in _VERSIONS})
    return f"{table(head, rows)}\n\n{_NOTES.format(rounds=ROUNDS)}\n\n{measured}"


def _row(name: str, starts: list[Start], naive: list[float], size: tuple[float, float] | None) -> list[str]:
    # Paired by round: what slowed a round down slowed both.
    ratios = sorted(start.whole_s / other for start, other in zip(starts, naive, strict=True))
    zipped, unzipped = (f"{part:.1f}" for part in size) if size else ("-", "-")
    init, first = (statistics.median(getattr(start, part) for start in starts) * 1000 for part in ("init_s", "first_s"))
    peak = statistics.median(start.peak_mb for start in starts)
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    return [name, zipped, unzipped, f"{init:.0f}", f"{first:.0f}", f"{statistics.median(ratios):.2f}", spread, f"{peak:.0f}"]


_NOTES = """\
Zips are those for Lambda (arm64, Python 3.13), with bytecode; `retrieval` and `knowledge` carry the embedding model.
Starts are on this machine, of the same zips built for it: the median of {rounds} fresh processes that take turns,
bytecode in place for all, CPU time beyond the bare interpreter. `naive` is benchmarks/contestants/naive_handler.py.
The first request is the lightest that goes through all of the wiring; it fetches secrets where there are any, from a
stand-in on this machine. SnapStart (`ingress`, `dialog`, `retrieval`) takes the init part away; what it leaves is measured on AWS only."""


if __name__ == "__main__":
    main()
