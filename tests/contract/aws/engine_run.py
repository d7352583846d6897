"""A pytest plugin: stops the outside engines at the end of a run, and prints which suite ran on which engine."""

from collections import Counter, defaultdict
from pathlib import PurePath

import pytest

from tests.contract.aws.processes import end_run, prepare_run


class EngineTable:
    """Counts the tests of each contract suite by engine."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test counts once: when it was called, or when it ended before."""
        engine = dict(report.user_properties).get("engine")
        if engine and (report.when == "call" or (report.when == "setup" and not report.passed)):
            suite = PurePath(report.nodeid.partition("::")[0]).stem.removeprefix("test_")
            outcome = "gap" if hasattr(report, "wasxfail") and report.skipped else report.outcome
            self._counts[suite][str(engine)][outcome] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a row per suite and a column per engine."""
        if not self._counts:
            return
        engines = sorted({engine for by_engine in self._counts.values() for engine in by_engine})
        terminalreporter.section("contract suites x engines (tests passed)")
        terminalreporter.write_line("".join([f"{'':22}", *(f"{engine:>18}" for engine in engines)]))
        for suite, by_engine in sorted(self._counts.items()):
            cells = [f"{_cell(by_engine[engine]) if engine in by_engine else '-':>18}" for engine in engines]
            terminalreporter.write_line(f"{suite:22}" + "".join(cells))


def _cell(counts: Counter[str]) -> str:
    others = [f"{count} {name}" for name, count in sorted(counts.items()) if name != "passed"]
    return ", ".join([str(counts["passed"]), *others])


def pytest_configure(config: pytest.Config) -> None:
    """In the process that starts the workers, or that has none."""
    if not hasattr(config, "workerinput"):
        prepare_run()
        config.pluginmanager.register(EngineTable(), "contract-engine-table")


def pytest_unconfigure(config: pytest.Config) -> None:
    """When all workers have ended."""
    if not hasattr(config, "workerinput"):
        end_run()
