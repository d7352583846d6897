"""What every contestant's process does: build, say so, then answer rounds of questions when asked, and count.

One JSON object a line on standard input and output. Standard library and numpy only: imported in the peers' environments.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus, load

# Gives the numbers of the entries found for question number n, best first.
Search = Callable[[int], Sequence[int]]
Build = Callable[[Corpus, Path], Search]

TOP = 10
# The last questions are for warming up; rounds never reach them.
WARM_UP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The state after building and one warm-up question. `grown_mb` is resident memory over the loaded corpus."""

    build_cpu_s: float
    build_wall_s: float
    grown_mb: float
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Milliseconds for each question, in order: `cpu_ms` is user + system time of all threads of the process."""

    cpu_ms: list[float]
    wall_ms: list[float]
    hits: int
    grown_mb: float


def serve(build: Build, packages: Sequence[str]) -> None:
    """Run one contestant: `python -m MODULE SIZE CORPUS_FOLDER WORK_FOLDER`. Ends when standard input does."""
    size, corpus_folder, work_folder = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    answers = sys.stdout
    # A library that prints must not break the protocol.
    sys.stdout = sys.stderr
    corpus = load(size, corpus_folder)
    gc.collect()
    before_mb = _resident_mb()
    search, built = _build(build, corpus, work_folder, before_mb, packages)
    _say(answers, asdict(built))
    for line in sys.stdin:
        asked = json.loads(line)
        _say(answers, asdict(_round(search, corpus, asked["first"], asked["count"], asked["seconds"], before_mb)))


def _build(build: Build, corpus: Corpus, folder: Path, before_mb: float, packages: Sequence[str]) -> tuple[Search, Built]:
    cpu, wall = time.process_time(), time.perf_counter()
    search = build(corpus, folder)
    # What an engine puts off to its first question belongs to building.
    search(len(corpus.questions) - 1)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    for number in range(len(corpus.questions) - WARM_UP, len(corpus.questions) - 1):
        search(number)
    # As a server does that has started; and the corpus is no contestant's.
    gc.collect()
    gc.freeze()
    grown = _resident_mb() - before_mb
    return search, Built(build_cpu_s=cpu, build_wall_s=wall, grown_mb=grown, versions={name: version(name) for name in packages})


def _round(search: Search, corpus: Corpus, first: int, count: int, seconds: float, before_mb: float) -> Round:
    """Ask up to `count` questions, but none more after `seconds`."""
    cpu_ms: list[float] = []
    wall_ms: list[float] = []
    hits = 0
    end = time.perf_counter() + seconds
    for number in range(first, first + count):
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        found = search(number)
        cpu_ms.append((time.process_time_ns() - cpu) / 1e6)
        wall_ms.append((time.perf_counter_ns() - wall) / 1e6)
        hits += corpus.questions[number].gold in found[:TOP]
        if time.perf_counter() > end:
            break
    return Round(cpu_ms=cpu_ms, wall_ms=wall_ms, hits=hits, grown_mb=_resident_mb() - before_mb)


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _say(stream: Any, answer: object) -> None:
    stream.write(json.dumps(answer) + "\n")
    stream.flush()
