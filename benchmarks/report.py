"""Puts measured tables into docs/benchmarks.md, each between its own marks, and leaves the rest of the page alone."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

HEADING = (
    "# Benchmarks\n\n"
    "Every table is written by the command above it; nothing between the marks is edited by hand. "
    "Times move with the machine, ratios hardly: compare inside one run.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page. `name` is in its marks, `command` writes it."""

    name: str
    title: str
    command: str


SEARCH_SPEED = Section(name="search-speed", title="Search speed", command="make bench")
RETRIEVAL = Section(name="retrieval-quality", title="Retrieval quality", command="make bench-quality")
ANSWERS = Section(name="answers", title="Answers", command="make bench-quality")
COLD_START = Section(name="cold-start", title="Sizes and cold starts", command="make bench-cold")
HTTP = Section(name="http", title="Over HTTP", command="make bench-http")
INFRA = Section(name="infra", title="Checks of the stacks", command="make bench-infra")
SECTIONS = (RETRIEVAL, SEARCH_SPEED, ANSWERS, HTTP, COLD_START, INFRA)


def write_section(section: Section, body: str, page: Path = PAGE) -> None:
    """Replace what stands between the section's marks by `body`; make the page, or the section at its end, if missing.

    Raises ValueError when only one of the two marks is there. The same again changes nothing.
    """
    text = page.read_text(encoding="utf-8") if page.exists() else _empty_page()
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_replaced(text, section, body), encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: the first column is text, the others are figures, right-aligned."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def conditions(date: str, versions: Mapping[str, str]) -> str:
    """Where and with what it was measured, in one line."""
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"Measured {date} on {machine()}, Python {platform.python_version()}; {packages}."


def machine() -> str:
    """The processor, its cores and the memory, as the operating system names them."""
    return f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB, {platform.system()}"


def _empty_page() -> str:
    return HEADING + "".join(_block(section, f"Not measured yet: run `{section.command}`.") for section in SECTIONS)


def _replaced(text: str, section: Section, body: str) -> str:
    begin, end = _marks(section)
    if begin not in text and end not in text:
        return text.rstrip("\n") + "\n" + _block(section, body)
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"the page has only one of the marks {begin} and {end}, or they stand in the wrong order")
    return f"{before}{begin}\n\n{body.strip()}\n\n{end}{after}"


def _block(section: Section, body: str) -> str:
    begin, end = _marks(section)
    return f"\n## {section.title}\n\n`{section.command}`\n\n{begin}\n\n{body.strip()}\n\n{end}\n"


def _marks(section: Section) -> tuple[str, str]:
    return f"<!-- begin {section.name} -->", f"<!-- end {section.name} -->"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
