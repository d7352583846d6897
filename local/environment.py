"""Makes .venv from the hashed requirement files: `python3 local/environment.py local|dev`.

Standard library only, and no syntax newer than Python 3.7, so that an old Python gets a sentence instead of a traceback.
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
LEAST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 3_000_000_000
STAMP = VENV / "kefu-environment"
# What `dev` installs holds everything that `local` needs.
SETS = ("local", "dev")


class SetupError(Exception):
    """One line that says what to do."""


def main(wanted):
    # type: (str) -> int
    """Bring .venv up to date; quick when it is already. Return the exit code."""
    try:
        check_python()
        if not is_current(wanted):
            check_disk()
            make(wanted)
    except SetupError as error:
        print("\nkefu: " + str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def check_python():
    # type: () -> None
    if sys.version_info < LEAST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupError(
            "Python 3.11 or later is needed, this is %s (%s): install one, or name it: make dev PYTHON=python3.12"
            % (found, sys.executable)
        )


def check_disk():
    # type: () -> None
    free = shutil.disk_usage(str(ROOT)).free
    if free < LEAST_FREE_BYTES:
        raise SetupError("the disk is nearly full (%.1f GB free): free at least 3 GB and run it again" % (free / 1e9))


def fingerprint(name):
    # type: (str) -> str
    """Return what the environment must have been made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (REQUIREMENTS / (name + ".txt"), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return name + " " + digest.hexdigest()


def is_current(wanted):
    # type: (str) -> bool
    """Whether .venv holds the wanted set, or the larger one."""
    if not PYTHON.exists() or not STAMP.exists():
        return False
    made_from = STAMP.read_text()
    return any(made_from == fingerprint(name) for name in SETS[SETS.index(wanted) :])


def make(wanted):
    # type: (str) -> None
    """Make or refresh .venv. An interrupted one is finished by the next run."""
    STAMP.unlink() if STAMP.exists() else None
    # Whoever tests or changes the code keeps what they have when they start `make dev` after `make test`.
    name = "dev" if (VENV / "kefu-dev").exists() else wanted
    if not PYTHON.exists():
        print("Making .venv with Python %d.%d" % sys.version_info[:2], flush=True)
        run([sys.executable, "-m", "venv", str(VENV)], "Python's venv module does not work here: apt-get install python3-venv")
    print("Installing packages (requirements/%s.txt), once" % name, flush=True)
    install_uv()
    uv = [str(VENV / "bin" / "uv"), "pip"]
    no_network = "packages could not be downloaded: check the network, a proxy, or free disk space, and run it again"
    run([*uv, "sync", "--python", str(PYTHON), "--require-hashes", str(REQUIREMENTS / (name + ".txt"))], no_network)
    ours = ["--python", str(PYTHON), "--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT)]
    run([*uv, "install", *ours], "the project itself could not be installed: see the lines above")
    (VENV / "kefu-dev").touch() if name == "dev" else None
    STAMP.write_text(fingerprint(name))


def install_uv():
    # type: () -> None
    if (VENV / "bin" / "uv").exists():
        return
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    no_network = "uv could not be downloaded: check the network or a proxy, and run it again"
    run([*pip, "--require-hashes", "-r", str(REQUIREMENTS / "installer.txt")], no_network)


def run(command, advice):
    # type: (list[str], str) -> None
    """Run a step. Raises SetupError with the advice when it fails; what the step itself says stands above it."""
    try:
        done = subprocess.run(command, cwd=str(ROOT), check=False)  # noqa: S603 - our own fixed commands
    except OSError as error:
        raise SetupError("%s (%s)" % (advice, error)) from error
    if done.returncode:
        raise SetupError(advice)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "local"))
