"""What a release is called when nobody has named it: by the commit it is built from."""

import hashlib
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

_COMMIT_DIGITS, _CHANGE_DIGITS = 10, 8


def default_release(root: Path, now: datetime) -> str:
    """Return the commit's short id; with `-changed-` and a hash of what differs from it, where something does.

    The same files have the same name, so a deployment that is repeated publishes nothing new. Without git the name is the time.
    """
    commit = _git(root, "rev-parse", f"--short={_COMMIT_DIGITS}", "HEAD").decode().strip()
    if not commit:
        return f"{now:%Y%m%d-%H%M%S}"
    changes = _changes(root)
    return f"{commit}-changed-{changes}" if changes else commit


def _changes(root: Path) -> str:
    """Return a hash of what was edited and of new files that nothing ignores; nothing where there are none."""
    edited = _git(root, "diff", "HEAD", "--binary", "--no-ext-diff", "--no-color", "--", ".")
    new = [name.decode() for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0") if name]
    if not edited and not new:
        return ""
    digest = hashlib.sha256(edited)
    for name in sorted(new):
        path = root / name
        contents = path.read_bytes() if path.is_file() else b""
        digest.update(f"\0{name}\0{len(contents)}\0".encode() + contents)
    return digest.hexdigest()[:_CHANGE_DIGITS]


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git says, or nothing where there is no git, no repository or no commit."""
    program = shutil.which("git")
    if not program:
        return b""
    done = subprocess.run([program, *arguments], cwd=root, capture_output=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else b""
