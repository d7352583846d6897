"""Every Python file of ours, and what it imports: read from the syntax tree, nothing is executed."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("functions", "shared", "infra_cdk", "local", "tests", "benchmarks", "training")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `path` in the repository, and the modules it imports, by full dotted name."""

    path: str
    imports: tuple[str, ...]
    lines: int


def tracked(*suffixes: str) -> list[Path]:
    """Return the files that git has, or would add: build products are no sources."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if name.endswith(suffixes) and (ROOT / name).is_file()]


def sources() -> list[Source]:
    """Return every Python file of the repository."""
    return [_read(path) for path in tracked(".py")]


def _read(path: Path) -> Source:
    text = path.read_text("utf-8")
    imports = tuple(sorted({name for node in ast.walk(ast.parse(text)) for name in _imported(node)}))
    return Source(path=path.relative_to(ROOT).as_posix(), imports=imports, lines=text.count("\n"))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute: there is one import root"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
