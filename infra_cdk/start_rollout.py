"""Starts the rollout of what the last deployment published: `python -m infra_cdk.start_rollout --stage dev`.

Again: once more, from the first step; the controller sees what is there already. `make deploy` does it by itself.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra_cdk.credentials import describe_problem
from infra_cdk.stage_config import STAGES
from shared.contracts import FUNCTIONS

Clients = Callable[[str], Any]


def start_rollout(clients: Clients, stage: str, plan: Mapping[str, Any] | None = None) -> str:
    """Start the stage's machine with the versions in the stacks' outputs; return the execution's ARN.

    `plan` changes fields of Plan (shared/domain/rollout.py). Raises botocore's errors, KeyError for a stage without stacks.
    """
    functions = _outputs(clients("cloudformation"), f"kefu-{stage}-functions")
    machine = _outputs(clients("cloudformation"), f"kefu-{stage}-release")["RolloutMachineArn"]
    names = [contract.name for contract in FUNCTIONS if contract.aliased]
    release = functions["Release"]
    document = {
        "release_id": release,
        "targets": [{"function": name, "candidate": functions[f"{name.title()}Version"]} for name in names],
        "plan": dict(plan or {}),
    }
    name = f"{release}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:80]
    started = clients("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
    return started["executionArn"]


def deployed_release(clients: Clients, stage: str) -> str:
    """Return the name of the release that was deployed last, or nothing where none can be seen."""
    try:
        return _outputs(clients("cloudformation"), f"kefu-{stage}-functions").get("Release", "")
    except (BotoCoreError, ClientError):
        return ""


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}


def main() -> int:
    """Start it, or say in one line why not."""
    import boto3

    parser = argparse.ArgumentParser(prog="python -m infra_cdk.start_rollout", description="Start a rollout.")
    parser.add_argument("--stage", choices=STAGES, default="dev")
    parser.add_argument("--region", default=None)
    chosen = parser.parse_args()
    session = boto3.Session(region_name=chosen.region)
    try:
        print(start_rollout(session.client, chosen.stage))  # pyright: ignore[reportArgumentType] - its overloads
    except (BotoCoreError, ClientError, KeyError) as error:
        print(f"kefu: no rollout was started: {describe_problem(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
