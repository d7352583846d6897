"""What of this repository belongs into a function's zip: its own folder, the part of `shared` that it imports, built pages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parents[1]
_OURS = ("shared", "functions")
_NOT_SHIPPED = ("__pycache__",)
# Who serves the pages, and what they are: built files with the headers that they are sent with.
WITH_PAGES = ("ingress",)
PAGES_INDEX = Path("web/dist/index.html")
_PAGE_HEADERS = Path("web/security-headers.json")

# CPython 3.11 counts the depth of a tree for all threads together, and then finds it wrong (gh-106905).
_PARSING = Lock()


def source_files(function: str, root: Path = ROOT) -> tuple[Path, ...]:
    """Return the files of a function's zip, sorted: all of `functions/NAME`, every module of ours that is imported from
    there directly or not (inside functions too), and the data files beside each of those modules. For who serves them,
    the pages as they were last built.
    """
    own = list(_files(root / "functions" / function))
    modules = _imported_modules([path for path in own if path.suffix == ".py"], root)
    folders = {path.parent for path in modules if path.is_relative_to(root / "shared")}
    data = [path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix not in (".py", ".pyc")]
    packages = [parent / "__init__.py" for path in (*own, *modules) for parent in path.relative_to(root).parents]
    inits = [root / path for path in packages if path.parent != Path() and (root / path).is_file()]
    pages = [root / _PAGE_HEADERS, *_files(root / PAGES_INDEX.parent)] if function in WITH_PAGES else []
    return tuple(sorted({*own, *modules, *data, *inits, *pages}))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not set(path.parts) & set(_NOT_SHIPPED))


def _imported_modules(start: list[Path], root: Path) -> set[Path]:
    """Follow imports of ours from file to file."""
    seen: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        waiting.extend(_imports_of(path, root))
    return seen


def _imports_of(path: Path, root: Path) -> Iterator[Path]:
    with _PARSING:
        tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        for name in _names(node):
            if name.split(".")[0] in _OURS:
                yield from _file_of(name, root)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file_of(name: str, root: Path) -> Iterator[Path]:
    """The module's file; nothing for a name inside a module."""
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    if path.is_file():
        yield path
