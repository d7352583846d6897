"""Runs the pages' own unit tests and type check, with the Node of the installed package: `python -m local.test_pages`."""

import subprocess
import sys
from pathlib import Path

from local.build_pages import WEB, node_environment

_STEPS = ("check", "test")


def main() -> int:
    """Run both; return the first exit code that is not 0."""
    environment = node_environment()
    npm = str(Path(environment["PATH"].partition(":")[0]) / "npm")
    for step in _STEPS:
        code = subprocess.run([npm, "run", "--silent", step], cwd=WEB, env=environment, check=False).returncode  # noqa: S603 - our own
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
