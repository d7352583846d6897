"""Who may import whom (docs/architecture.md). There is no list of exceptions."""

import re
import sys

import pytest

from tests.architecture.sources import OURS, ROOT, sources, tracked

ALL = sources()
# What each place may import of ours; the longest prefix that fits a file counts.
ALLOWED = {
    "shared/domain/": ("shared.domain",),
    "shared/contracts.py": (),
    "shared/ports.py": ("shared.domain",),
    "shared/use_cases/": ("shared.domain", "shared.ports", "shared.use_cases", "shared.contracts"),
    "shared/adapters/": ("shared.domain", "shared.ports", "shared.adapters", "shared.contracts", "shared.prompts"),
    "shared/prompts/": ("shared.domain",),
    "shared/runtime/": ("shared.domain", "shared.ports", "shared.use_cases", "shared.contracts", "shared.runtime"),
    "shared/": ("shared",),
    "infra_cdk/": ("shared.contracts", "infra_cdk"),
    "local/": ("shared", "functions", "local"),
    "benchmarks/": ("shared", "local", "benchmarks"),
    "training/": ("shared", "training"),
    "tests/": ("shared", "functions", "local", "infra_cdk", "benchmarks", "training", "tests"),
}
STDLIB = frozenset(sys.stdlib_module_names)

LONGEST = 400


def _allowed(path: str) -> tuple[str, ...]:
    if path.startswith("functions/") and path.count("/") > 1:
        return ("shared", f"functions.{path.split('/')[1]}")
    prefix = max((place for place in ALLOWED if path.startswith(place)), key=len, default="")
    return ALLOWED.get(prefix, ())


def _is_under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_imports_follow_the_arrows() -> None:
    astray = [
        f"{source.path} imports {name}"
        for source in ALL
        for name in source.imports
        if name.split(".")[0] in OURS and not any(_is_under(name, package) for package in _allowed(source.path))
    ]
    assert astray == []


def test_the_inside_knows_no_vendor() -> None:
    inside = ("shared/domain/", "shared/use_cases/", "shared/contracts.py", "shared/ports.py")
    assert _imports_outside(inside, STDLIB | {"shared"}) == []


def test_the_domain_asks_no_clock_no_chance_and_no_file() -> None:
    effects = {"random", "secrets", "time", "uuid", "socket", "subprocess", "threading", "sqlite3", "os", "pathlib", "logging"}
    assert _imports_outside(("shared/domain/",), STDLIB - effects | {"shared"}) == []


def test_a_file_has_one_subject() -> None:
    """The ports alone are one list by design: one Protocol after the other."""
    assert [source.path for source in ALL if source.lines > LONGEST and source.path != "shared/ports.py"] == []


def _imports_outside(places: tuple[str, ...], known: frozenset[str]) -> list[str]:
    return [
        f"{source.path} imports {name}"
        for source in ALL
        if source.path.startswith(places)
        for name in source.imports
        if name.split(".")[0] not in known
    ]


def test_no_module_is_named_for_having_no_subject() -> None:
    vague = re.compile(r"(?:^|/)\w*(?:utils?|helpers?|commons?|managers?)(?:\.py$|/)")
    assert [source.path for source in ALL if vague.search(source.path)] == []


def test_package_files_are_empty() -> None:
    assert [path.name for path in tracked("__init__.py") if path.read_text("utf-8").strip()] == []


def test_events_hold_data_only() -> None:
    """opensearch-py depends on a package whose module is `events`: a Python file here would shadow it."""
    assert [path.name for path in (ROOT / "events").rglob("*.py")] == []


@pytest.mark.parametrize(
    "function", sorted(p.name for p in (ROOT / "functions").iterdir() if p.is_dir() and p.name != "__pycache__")
)
def test_a_function_has_a_handler_and_settings(function: str) -> None:
    handler = (ROOT / "functions" / function / "handler.py").read_text("utf-8")
    assert "def make_handler(" in handler
    assert (ROOT / "functions" / function / "settings.py").is_file()
