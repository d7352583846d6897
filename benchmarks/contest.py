"""Runs the contestants: a process each, built one after the other, then rounds in turn; and what the figures come to."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import QUESTIONS, load
from benchmarks.environments import ROOT, python_of
from benchmarks.worker import WARM_UP

OURS = "kefu"
PEERS = ("llamaindex", "langchain")
CONTESTANTS = (OURS, *PEERS)

# One thread for every numeric library, and no library that reports its use to anyone.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS")
_ENVIRONMENT = {
    **dict.fromkeys(_THREADS, "1"),
    "TOKENIZERS_PARALLELISM": "false",
    "LANGSMITH_TRACING": "false",
    "DO_NOT_TRACK": "1",
    "PYTHONWARNINGS": "ignore",
}
_END_S = 30

Say = Callable[[str], None]


class ContestantFailedError(RuntimeError):
    """A contestant's process ended early; the message holds the end of what it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is asked of a contestant at a size: `seconds` and `questions` at most, spread over `rounds`."""

    seconds: float = 15.0
    rounds: int = 5
    questions: int = QUESTIONS - WARM_UP


@dataclass(slots=True, kw_only=True)
class Figures:
    """One contestant at one size: what its process said when built, and milliseconds by round and question."""

    name: str
    built: Mapping[str, Any]
    cpu_ms: list[list[float]] = field(default_factory=list)
    wall_ms: list[list[float]] = field(default_factory=list)
    hits: int = 0
    grown_mb: float = 0.0

    def add(self, said: Mapping[str, Any]) -> None:
        """Take in one round."""
        self.cpu_ms.append(said["cpu_ms"])
        self.wall_ms.append(said["wall_ms"])
        self.hits += said["hits"]
        self.grown_mb = said["grown_mb"]

    def summary(self) -> dict[str, Any]:
        """What is reported: CPU and wall in milliseconds per query, build in seconds, resident growth in MB."""
        cpu, wall = [ms for each in self.cpu_ms for ms in each], [ms for each in self.wall_ms for ms in each]
        return {
            "queries": len(cpu),
            "cpu_ms": spread(cpu),
            "wall_ms": spread(wall),
            "hit_at_10": self.hits / len(cpu),
            "grown_mb": self.grown_mb,
            "build_cpu_s": self.built["build_cpu_s"],
            "build_wall_s": self.built["build_wall_s"],
            "versions": self.built["versions"],
        }


class Contestant:
    """A contestant's process, from its start to its end; a context manager."""

    def __init__(self, name: str, size: int, corpus_folder: Path, work: Path) -> None:
        """Start it. Raises EnvironmentFailedError when the peer's environment cannot be made."""
        self.name = name
        python = sys.executable if name == OURS else str(python_of(name))
        command = [python, "-m", f"benchmarks.contestants.{name}", str(size), str(corpus_folder.resolve()), str(work / name)]
        self._complaints = work / f"{name}.txt"
        with self._complaints.open("w") as complaints:
            self._process = subprocess.Popen(  # noqa: S603 our own modules
                command,
                cwd=ROOT,
                env={**os.environ, **_ENVIRONMENT},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )

    def __enter__(self) -> "Contestant":
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._process.communicate(timeout=_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def built(self) -> Figures:
        """Wait until it has built its index."""
        return Figures(name=self.name, built=self._hear())

    def ask(self, first: int, count: int, seconds: float) -> Mapping[str, Any]:
        """Let it answer a round of questions."""
        stdin = self._process.stdin
        if stdin is not None:
            stdin.write(json.dumps({"first": first, "count": count, "seconds": seconds}) + "\n")
            stdin.flush()
        return self._hear()

    def _hear(self) -> Mapping[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise ContestantFailedError(f"{self.name}: {self._complaints.read_text(errors='replace').strip()[-800:]}")
        return json.loads(line)


def measure(
    size: int, effort: Effort, folder: Path, names: Sequence[str] = CONTESTANTS, say: Say = lambda line: None
) -> dict[str, Any]:
    """Measure the named contestants on `size` entries; `folder` keeps the corpus.

    Returns {"size", "characters", "engines": {name: summary}, "ratios": {peer: {"median", "lowest", "highest"}}}.
    Raises ContestantFailedError and EnvironmentFailedError.
    """
    entries = load(size, folder).entries
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as work, ExitStack() as running:
        contestants: list[Contestant] = []
        figures: list[Figures] = []
        for name in names:
            contestants.append(running.enter_context(Contestant(name, size, folder, Path(work))))
            figures.append(contestants[-1].built())
            say(f"{size}: {name} has built in {figures[-1].built['build_wall_s']:.1f} s")
        for number in range(effort.rounds):
            _round(contestants, figures, effort, number)
            say(f"{size}: round {number + 1} of {effort.rounds}")
    return {
        "size": size,
        "characters": sum(len(entry.title) + len(entry.text) for entry in entries) / size,
        "engines": {each.name: each.summary() for each in figures},
        "ratios": _ratios(figures),
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, mean and 99th percentile (nearest rank)."""
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "mean": statistics.fmean(ordered),
        "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
    }


def ratio_of_rounds(peer: Sequence[Sequence[float]], ours: Sequence[Sequence[float]]) -> dict[str, float]:
    """How many times the peer's CPU ours is, by round, on the questions that both answered in it."""
    ratios = [
        sum(theirs[: min(len(theirs), len(own))]) / sum(own[: min(len(theirs), len(own))])
        for theirs, own in zip(peer, ours, strict=True)
    ]
    return {"median": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)}


def _round(contestants: Sequence[Contestant], figures: Sequence[Figures], effort: Effort, number: int) -> None:
    """Each gets the same questions; who begins changes from round to round."""
    share = effort.questions // effort.rounds
    for place in range(len(contestants)):
        turn = (place + number) % len(contestants)
        figures[turn].add(contestants[turn].ask(number * share, share, effort.seconds / effort.rounds))


def _ratios(figures: Sequence[Figures]) -> dict[str, dict[str, float]]:
    by_name = {each.name: each for each in figures}
    if OURS not in by_name:
        return {}
    return {peer: ratio_of_rounds(by_name[peer].cpu_ms, by_name[OURS].cpu_ms) for peer in PEERS if peer in by_name}
