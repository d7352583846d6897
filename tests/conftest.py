"""What all tests share: the development data beside the repository, no silent skip, and no call of a model."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from shared.adapters.model_calls.permission import model_calls

# Metrics go to standard output in Lambda; a test that looks at them turns them on again.
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
pytest_plugins = ("tests.contract.aws.engine_run", "tests.integration.deployed_stage")
ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("KEFU_SHARED", ROOT.parent / "shared"))


def _strict() -> bool:
    return os.environ.get("CI", "").lower() == "true"


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The development data. Where it is absent the test skips; with CI=true that is a failure."""
    if not SHARED.is_dir():
        pytest.skip(f"the development data is not at {SHARED}; set KEFU_SHARED to run this test")
    return SHARED


@pytest.fixture(autouse=True)
def _no_model_calls() -> Generator[None, None, None]:
    """A model is called only by a test that says so."""
    with model_calls(allowed=False):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a skip is a failure."""
    report = yield
    if _strict() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped with CI=true: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself."""
    report = yield
    if _strict() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped with CI=true: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line per reason to skip."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in sorted({_reason(report) for report in skipped}):
        count = sum(_reason(report) == reason for report in skipped)
        terminalreporter.write_line(f"!!! {count} test(s) NOT RUN: {reason}", yellow=True, bold=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    place = report.longrepr
    return place[2].removeprefix("Skipped: ") if isinstance(place, tuple) else str(place)
