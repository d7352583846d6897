"""The peers' environments: one under `.venvs/` for each requirements file, made by uv when first asked for."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class EnvironmentFailedError(RuntimeError):
    """A peer's environment could not be made; the message says which, and what uv said."""


def requirements_of(peer: str) -> Path:
    """The pinned requirements of a peer."""
    return ROOT / "benchmarks" / f"requirements-{peer}.txt"


def is_ready(peer: str) -> bool:
    """Whether the environment was made from the requirements as they are now."""
    mark = _folder(peer) / "made-from"
    return mark.is_file() and mark.read_text(encoding="ascii") == _fingerprint(peer)


def python_of(peer: str) -> Path:
    """The interpreter of the peer's environment, made first if needed (from the package index; about half a minute).

    Raises EnvironmentFailedError.
    """
    folder = _folder(peer)
    python = folder / "bin" / "python"
    if not is_ready(peer):
        shutil.rmtree(folder, ignore_errors=True)
        _uv(peer, "venv", "--quiet", "--python", sys.executable, str(folder))
        _uv(peer, "pip", "install", "--quiet", "--python", str(python), "--requirement", str(requirements_of(peer)))
        (folder / "made-from").write_text(_fingerprint(peer), encoding="ascii")
    return python


def _folder(peer: str) -> Path:
    return ROOT / ".venvs" / peer


def _fingerprint(peer: str) -> str:
    return hashlib.sha256(requirements_of(peer).read_bytes() + sys.version.encode()).hexdigest()


def _uv(peer: str, *arguments: str) -> None:
    beside = Path(sys.prefix) / "bin" / "uv"
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        raise EnvironmentFailedError(f"{peer}: there is no uv in this environment; run `make setup`")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 our own arguments
    if done.returncode:
        raise EnvironmentFailedError(f"{peer}: {done.stderr.strip()[-500:]}")
