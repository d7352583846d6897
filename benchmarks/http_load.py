"""`make bench-http`: the server of `make dev` under load over HTTP, into docs/benchmarks.md."""

import asyncio
import json
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

import click
import httpx

from benchmarks import report
from benchmarks.dev_server import DevServer, running
from benchmarks.environments import ROOT
from benchmarks.visitors import Copies, Flood, Visitor, flood, open_visitors, send_copies
from benchmarks.wall_clock import Arrivals, Took, percentile, send_on_time

COMPANY = ROOT / "samples" / "yuguang"
# One company is admitted 50 requests a second, one visitor 5: so many visitors that none of them is the limit.
VISITORS = 400
COPIES = 50
_FLOOD = 400
_IDLE_S = 5.0
_CALM_CPU_S = 0.1
_PACKAGES = ("uvicorn", "fastapi", "onnxruntime", "tantivy", "usearch")
_METHOD = """\
Requests arrive on time whether or not earlier ones were answered, and the clock of each starts when it was due. Every question is a turn with two
messages written and flushed to disk, of another visitor than the one before. CPU is user + system time of the server and its
children over the phase, divided by its requests, so background work counts too; the client's is not in it. The client shares the two cores.
A `question` is one of the exam's again and again, as most customers ask what others ask: what was found for it in the last minute
is not searched for again. A `new question` is searched for."""


class Phase:
    """One kind of request, sent at a steady rate; what came back, and what it cost the server."""

    def __init__(self, kind: str, arrivals: Arrivals, took: Sequence[Took], cpu_s: float) -> None:
        self.kind = kind
        self.arrivals = arrivals
        self.took = took
        self.cpu_ms = 1000 * cpu_s / len(took)

    def row(self) -> list[str]:
        """Return the table's row."""
        served = [one.wall_ms for one in self.took if one.status == HTTPStatus.OK]
        times = [f"{percentile(served, share):.0f}" for share in (50, 95, 99)] if served else ["-"] * 3
        others = Counter(one.status for one in self.took if one.status != HTTPStatus.OK)
        not_ok = ", ".join(f"{count} x {status or 'no answer'}" for status, count in sorted(others.items())) or "0"
        sent = [f"{self.arrivals.rate_per_s:g}", str(len(self.took)), not_ok]
        return [self.kind, *sent, *times, f"{self.cpu_ms:.1f}"]


async def measure(server: DevServer, questions: Sequence[str], arrivals: Arrivals) -> str:
    """Run all phases and return the section's body."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False, limits=limits) as client:
        visitors = await open_visitors(client, VISITORS, arrivals.rate_per_s * 0.8)
        idle_ms = await _idle(server)
        first_ms = await _first(server, client, visitors, questions)
        calm = Arrivals(rate_per_s=arrivals.rate_per_s / 5, seconds=min(30.0, arrivals.seconds))
        short = Arrivals(rate_per_s=arrivals.rate_per_s, seconds=min(20.0, arrivals.seconds))
        phases = [
            await _phase(server, "greeting", short, _asking(client, visitors, ["你好", "Hello"])),
            await _phase(server, "list messages", short, _listing(client, visitors)),
            await _phase(server, "new question", calm, _asking(client, visitors, _in_new_words(questions, calm.count))),
            await _phase(server, "question", calm, _asking(client, visitors, questions)),
            await _phase(server, "question", arrivals, _asking(client, visitors, questions)),
        ]
        await _rest(server)
        copies = await send_copies(client, visitors[0], questions[0], COPIES)
        await asyncio.sleep(_IDLE_S)
        refused = await flood(client, visitors, _FLOOD)
    return _body(phases, (idle_ms, first_ms), copies, refused)


async def _phase(server: DevServer, kind: str, arrivals: Arrivals, send: Callable[[int], "asyncio.Future[int]"]) -> Phase:
    click.echo(f"{kind} ...", err=True)
    await _rest(server)
    before = server.cpu_s()
    took = await send_on_time(arrivals, send)
    return Phase(kind, arrivals, took, server.cpu_s() - before)


def _asking(
    client: httpx.AsyncClient, visitors: Sequence[Visitor], texts: Sequence[str]
) -> Callable[[int], "asyncio.Future[int]"]:
    async def ask(number: int) -> int:
        return await _status(visitors[number % len(visitors)].ask(client, texts[number % len(texts)]))

    return lambda number: asyncio.ensure_future(ask(number))


def _in_new_words(questions: Sequence[str], count: int) -> list[str]:
    """So many questions that nobody asked in these words before: what was found lately is not found again."""
    return [f"{questions[number % len(questions)]} {number}" for number in range(count)]


def _listing(client: httpx.AsyncClient, visitors: Sequence[Visitor]) -> Callable[[int], "asyncio.Future[int]"]:
    async def read(number: int) -> int:
        return await _status(visitors[number % len(visitors)].read(client))

    return lambda number: asyncio.ensure_future(read(number))


async def _status(answer: Awaitable[httpx.Response]) -> int:
    """Return what came back; 0 for a connection that was lost."""
    try:
        return (await answer).status_code
    except httpx.TransportError:
        return 0


async def _rest(server: DevServer) -> None:
    """Let the bucket fill up again, and what the phase before has left to do be done."""
    await asyncio.sleep(2)
    for _ in range(60):
        before = server.cpu_s()
        await asyncio.sleep(1)
        if server.cpu_s() - before < _CALM_CPU_S:
            return


async def _idle(server: DevServer) -> float:
    before = server.cpu_s()
    await asyncio.sleep(_IDLE_S)
    return 1000 * (server.cpu_s() - before) / _IDLE_S


async def _first(server: DevServer, client: httpx.AsyncClient, visitors: Sequence[Visitor], questions: Sequence[str]) -> float:
    """Ask every question once, one after the other; return the CPU ms of each: passages are read for the first time."""
    click.echo("first questions ...", err=True)
    await _rest(server)
    before = server.cpu_s()
    for visitor, question in zip(visitors, questions, strict=False):
        await visitor.ask(client, question)
    return 1000 * (server.cpu_s() - before) / len(questions)


def _body(phases: Sequence[Phase], idle_and_first_ms: tuple[float, float], copies: Copies, refused: Flood) -> str:
    idle_ms, first_ms = idle_and_first_ms
    head = ("Kind", "requests/s", "sent", "not 200", "wall ms: p50", "p95", "p99", "CPU ms per request")
    # The last fifteen minutes, most of them before our own load: what else the machine was doing.
    others, _, load = os.getloadavg()[::-1]
    checks = [
        [f"{copies.sent} copies of one message at once: turns taken", str(copies.turns)],
        ["different answers among the copies", str(len(copies.answers))],
        ["copies that were told to wait (429) and came again", str(copies.told_to_wait)],
        [f"{refused.sent} requests at once: admitted", str(refused.admitted)],
        ["refused with 429, each with Retry-After", f"{refused.refused}, {refused.with_retry_after}"],
        ["admitted after waiting as long as the longest Retry-After said", "yes" if refused.admitted_later else "**no**"],
    ]
    parts = [
        report.table(head, [phase.row() for phase in phases]),
        report.table(("Check", "Measured"), checks),
        _METHOD,
        f"Asked for the first time after a start, each question took {first_ms:.0f} ms of CPU: passages are read word by word once.\n"
        f"Idle, the server uses {idle_ms:.0f} ms of CPU a second. Load average of the machine, over 15 minutes and over the last one: {others:.1f}, {load:.1f}.",
        report.conditions(datetime.now(UTC).date().isoformat(), {name: version(name) for name in _PACKAGES}),
    ]
    return "\n\n".join(parts)


def questions_of(company: Path) -> list[str]:
    """Return the questions of a company's exam, those to answer and those to refuse."""
    lines = [line for path in sorted((company / "evaluation").glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["question"] for line in lines if line.strip()]


@click.command()
@click.option("--rate", default=50.0, show_default=True, help="Requests a second.")
@click.option("--seconds", default=60.0, show_default=True, help="How long questions are sent.")
@click.option("--page", type=click.Path(path_type=Path), default=report.PAGE, help="Markdown page that gets the table.")
def main(rate: float, seconds: float, page: Path) -> None:
    """Start a server of its own with the sample company, and measure it."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data", COMPANY) as server:
        body = asyncio.run(measure(server, questions_of(COMPANY), Arrivals(rate_per_s=rate, seconds=seconds)))
    report.write_section(report.HTTP, body, page)


if __name__ == "__main__":
    main()
