"""Makes .venv from the hashed requirement files: `python3 local/environment.py local|dev`. Standard library only.

`--current` only says, by its exit code, whether there is one that needs nothing. The Makefile has checked that Python is new
enough. Safe to interrupt: the next run goes on.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
LEAST_FREE_BYTES = 3_000_000_000
# What .venv was made from; written last.
STAMP = VENV / "kefu-environment"
# What `dev` installs holds everything that `local` needs, so the larger set serves for both.
SETS = ("local", "dev")

_NO_VENV = "Python's venv module does not work here: apt-get install python3-venv, and run it again"
_NO_UV = "uv could not be downloaded: check the network or a proxy, and run it again"
_NO_PACKAGES = "packages could not be installed: check the network, a proxy and free disk space, and run it again"
_NOT_OURS = "the project itself could not be installed: the lines above say why"


class SetupError(Exception):
    """One line that says what to do."""


def main(wanted: str) -> int:
    """Bring .venv up to date; quick when it is already. Return the exit code."""
    try:
        if not is_current(wanted):
            check_disk()
            make(wanted)
    except SetupError as error:
        print(f"\nkefu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def is_current(wanted: str) -> bool:
    """Whether .venv holds the wanted set, or the larger one."""
    if not PYTHON.exists() or not STAMP.exists():
        return False
    made_from = STAMP.read_text("utf-8")
    return any(made_from == fingerprint(name) for name in SETS[SETS.index(wanted) :])


def fingerprint(name: str) -> str:
    """Return what a .venv of this set is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (REQUIREMENTS / f"{name}.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{name} {digest.hexdigest()}"


def check_disk() -> None:
    """Raise SetupError when the packages would not fit."""
    free = shutil.disk_usage(ROOT).free
    if free < LEAST_FREE_BYTES:
        raise SetupError(f"the disk is nearly full ({free / 1e9:.1f} GB free): free at least 3 GB, and run it again")


def make(wanted: str) -> None:
    """Make or refresh .venv."""
    # Whoever tests or changes the code keeps those packages when they start `make dev` after `make test`.
    name = "dev" if STAMP.exists() and STAMP.read_text("utf-8").startswith("dev ") else wanted
    if not PYTHON.exists():
        print(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]}", flush=True)
        run([sys.executable, "-m", "venv", str(VENV)], _NO_VENV)
    print(f"Installing packages from requirements/{name}.txt", flush=True)
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run([*pip, "-r", str(REQUIREMENTS / "installer.txt")], _NO_UV)
    run([str(uv), "pip", "sync", "--python", str(PYTHON), "--require-hashes", str(REQUIREMENTS / f"{name}.txt")], _NO_PACKAGES)
    ours = ["--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT)]
    run([str(uv), "pip", "install", "--python", str(PYTHON), *ours], _NOT_OURS)
    STAMP.write_text(fingerprint(name), "utf-8")


def run(command: list[str], advice: str) -> None:
    """Run a step. Raises SetupError with the advice when it fails; what the step itself says stands above it."""
    try:
        code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own fixed commands
    except OSError as error:
        raise SetupError(f"{advice} ({error})") from error
    if code:
        raise SetupError(advice)


if __name__ == "__main__":
    if "--current" in sys.argv:
        sys.exit(not is_current("local"))
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "local"))
