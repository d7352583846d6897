"""A small root of Debian trixie for arm64, with the Python that Lambda runs: where the very zips are imported.

Made once into .venvs/ (KEFU_ENGINES names another folder), from the mirror that apt already uses. It needs root's rights,
and the packages `debootstrap` and `qemu-user-static`.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.contract.aws.installed import ROOT as ENGINES
from tests.contract.aws.processes import EngineMissingError

SUITE, ARCH, PYTHON = "trixie", "arm64", "/usr/bin/python3.13"
QEMU = "qemu-aarch64-static"
_SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")


def lambda_root() -> Path:
    """Return the root, made first if needed (half a minute). Raises EngineMissingError, which says what is missing."""
    folder = ENGINES / f"lambda-root-{SUITE}-{ARCH}"
    if os.geteuid() != 0:
        raise EngineMissingError("the zips are not imported as on Lambda: that takes root's rights, for chroot")
    missing = [name for name in ("debootstrap", QEMU, "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise EngineMissingError("the zips are not imported as on Lambda: apt-get install debootstrap qemu-user-static")
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder)
        (folder / "made").touch()
    return folder


def run_in(root: Path, arguments: list[str], environment: dict[str, str]) -> str:
    """Run a Python program in the root; return what it printed. Raises AssertionError with its last words."""
    command = [shutil.which("chroot") or "/usr/sbin/chroot", str(root), f"/usr/bin/{QEMU}", PYTHON, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _make(folder: Path) -> None:
    folder.mkdir(parents=True)
    how = [f"--arch={ARCH}", "--foreign", "--variant=minbase", "--include=python3,libstdc++6"]
    command = ["debootstrap", *how, SUITE, str(folder), _mirror()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineMissingError(f"the root for the zips could not be made: {(done.stderr or done.stdout).strip()[-300:]}")
    # Unpacked is enough: nothing is configured, so nothing of the other machine has to run before.
    for package in sorted(folder.glob("var/cache/apt/archives/*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
        package.unlink()
    shutil.copy2(shutil.which(QEMU) or QEMU, folder / "usr" / "bin" / QEMU)


def _mirror() -> str:
    for source in map(Path, _SOURCES):
        found = (
            re.search(r"^(?:URIs:|deb)\s+(?:\[[^\]]*\]\s+)?(https?://\S+)", source.read_text("utf-8"), re.M)
            if source.exists()
            else None
        )
        if found:
            return found.group(1)
    raise EngineMissingError("the root for the zips could not be made: apt names no mirror")
