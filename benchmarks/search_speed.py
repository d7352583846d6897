"""`make bench`: our search beside LlamaIndex's and LangChain's on the same documents and questions, in one run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.contest import OURS, ContestantFailedError, Effort, measure
from benchmarks.environments import ROOT, EnvironmentFailedError

RESULTS = ROOT / "var" / "bench"

_TITLES = {
    "kefu": "**Kefu: SearchKnowledge**",
    "llamaindex": "LlamaIndex: QueryFusionRetriever, bm25s + FAISS",
    "langchain": "LangChain: EnsembleRetriever, BM25Retriever + FAISS",
}
_HEAD = (
    "Documents; engine",
    "CPU ms per query: median",
    "mean",
    "p99",
    "wall ms: median",
    "p99",
    "queries",
    "hit@10",
    "build CPU s",
    "memory MB",
    "CPU, times ours",
)
_METHOD = """\
Synthetic FAQ entries, half Chinese, half English, {characters:.0f} characters each; 384-dimensional vectors read, not computed.
A process for each engine; all get the same questions in {rounds} interleaved rounds, one thread for numeric libraries.
CPU is user + system time of the whole process. "Times ours" is the median over rounds of the CPU ratio on the questions that
both answered in that round (lowest to highest). Memory is what the process grew by after the documents and vectors were loaded.

What is timed is not equal, and not in our favour: Kefu is the whole use case on disk (three legs in threads with time-outs,
title and body vectors, filters by tenant, audience, snapshot and day among hidden copies, fusion, a closer look at the best
candidates, removal of duplicates, and the chunks read from SQLite), and cuts Chinese into terms itself; the peers search one vector and words that
were cut before, in memory, unfiltered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure that was asked for: `limit` is the most, or with `at_least` the least."""

    text: str
    limit: float
    at_least: bool = False

    def verdict(self, measured: float | None) -> tuple[str, str, str]:
        """The goal's row: text, figure, whether it is met."""
        if measured is None:
            return self.text, "not measured", "-"
        met = measured >= self.limit if self.at_least else measured <= self.limit
        return self.text, f"{measured:.3g}", "met" if met else "**missed**"


def goals(sizes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """The goals for 1,000 and 100,000 documents with what was measured; those sizes may be absent."""
    by_size = {each["size"]: each for each in sizes}
    most, least = by_size.get(100_000), by_size.get(1_000)
    cpu = {size: each["engines"][OURS]["cpu_ms"]["mean"] for size, each in by_size.items() if OURS in each["engines"]}
    growth = cpu[100_000] / cpu[1_000] if 100_000 in cpu and 1_000 in cpu else None
    ratios = most["ratios"] if most else {}
    return [
        Goal(text="CPU ms per query at 100,000 (mean), at most 5", limit=5).verdict(cpu.get(100_000)),
        Goal(text="times faster than LlamaIndex at 100,000, at least 4", limit=4, at_least=True).verdict(
            _median(ratios, "llamaindex")
        ),
        Goal(text="times faster than LangChain at 100,000, at least 50", limit=50, at_least=True).verdict(
            _median(ratios, "langchain")
        ),
        Goal(text="growth of CPU from 1,000 to 100,000, at most 25", limit=25).verdict(growth if least else None),
    ]


def body(result: Mapping[str, Any]) -> str:
    """The section of the page for a result as `run` returns it."""
    sizes: Sequence[Mapping[str, Any]] = result["sizes"]
    rows = [_row(each, name) for each in sizes for name in each["engines"]]
    parts = [
        report.table(_HEAD, rows),
        report.table(("Goal", "Measured", "Verdict"), goals(sizes)),
        _METHOD.format(characters=sizes[-1]["characters"], rounds=result["rounds"]),
        report.conditions(result["date"], result["versions"]),
    ]
    return "\n\n".join(parts)


def run(sizes: Sequence[int], effort: Effort, date: str) -> dict[str, Any]:
    """Measure every size and return all figures, with date, machine and versions."""
    measured = [measure(size, effort, RESULTS, say=lambda line: click.echo(line, err=True)) for size in sizes]
    versions = {
        name: number for each in measured for engine in each["engines"].values() for name, number in engine["versions"].items()
    }
    return {
        "date": date,
        "machine": report.machine(),
        "versions": {**versions, "numpy": version("numpy")},
        "seconds": effort.seconds,
        "rounds": effort.rounds,
        "sizes": measured,
    }


def _row(measured: Mapping[str, Any], name: str) -> list[str]:
    engine, ratio = measured["engines"][name], measured["ratios"].get(name)
    times = f"{ratio['median']:.1f} ({ratio['lowest']:.1f}-{ratio['highest']:.1f})" if ratio else "1"
    return [
        f"{measured['size']:,}; {_TITLES[name]}",
        *(f"{engine['cpu_ms'][key]:.2f}" for key in ("median", "mean", "p99")),
        *(f"{engine['wall_ms'][key]:.2f}" for key in ("median", "p99")),
        f"{engine['queries']}",
        f"{engine['hit_at_10']:.3f}",
        f"{engine['build_cpu_s']:.1f}",
        f"{engine['grown_mb']:.0f}",
        times,
    ]


def _median(ratios: Mapping[str, Mapping[str, float]], peer: str) -> float | None:
    return ratios[peer]["median"] if peer in ratios else None


def _sizes(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    try:
        return [int(size) for size in value.split(",")]
    except ValueError:
        raise click.BadParameter("numbers separated by commas, as 1000,10000") from None


@click.command()
@click.option("--sizes", default="1000,10000,100000", show_default=True, callback=_sizes, help="Numbers of documents.")
@click.option("--seconds", default=15.0, show_default=True, help="At most this long of questions for each engine at each size.")
@click.option("--date", default="", help="Date to print; default: today.")
@click.option("--page", type=click.Path(path_type=Path), default=report.PAGE, help="Markdown page that gets the table.")
def main(sizes: list[int], seconds: float, date: str, page: Path) -> None:
    """Measure search speed beside other libraries; write the table and var/bench/search_speed.json."""
    try:
        result = run(sizes, Effort(seconds=seconds), date or datetime.now(UTC).date().isoformat())
    except (ContestantFailedError, EnvironmentFailedError) as error:
        raise click.ClickException(str(error)) from error
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "search_speed.json").write_text(json.dumps(result, indent=2, ensure_ascii=False), encoding="utf-8")
    written = body(result)
    report.write_section(report.SEARCH_SPEED, written, page)
    click.echo(written)


if __name__ == "__main__":
    main()
