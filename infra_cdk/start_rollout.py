"""Starts the rollout of what the last deployment published: `python -m infra_cdk.start_rollout --stage dev`.

Again: once more, from the first step; the controller sees what is there already. `make deploy` does it by itself.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra_cdk.credentials import describe_problem
from infra_cdk.release_names import Clients, NameTakenError, check_before_rollout, deployed_versions, outputs
from infra_cdk.stage_config import STAGES, cdk_context

# For a stage where hardly anybody asks: in the default plan silence holds, so there no release would ever get through. One
# fault that shows itself ends it. Slowness is not judged, for the few questions that come are cold starts. Metrics come two
# or three minutes late.
QUICK: Mapping[str, Any] = {
    "steps": [50],
    "healthy_ticks": 3,
    "watch_ticks": 3,
    "max_hold_ticks": 10,
    "silence_holds": False,
    "min_samples": 1,
    "max_p99_ms": 29_000,
    "max_p99_ratio": 100,
}


def start_rollout(clients: Clients, stage: str, plan: Mapping[str, Any] | None = None) -> str:
    """Start the stage's machine with the versions in the stacks' outputs; return the execution's ARN.

    `plan` changes fields of Plan (shared/domain/rollout.py). Raises botocore's errors, KeyError for a stage without stacks,
    NameTakenError for a release whose name stands for other versions.
    """
    functions = outputs(clients("cloudformation"), f"kefu-{stage}-functions")
    machine = outputs(clients("cloudformation"), f"kefu-{stage}-release")["RolloutMachineArn"]
    release, versions = functions["Release"], deployed_versions(functions)
    check_before_rollout(clients, stage, release, versions)
    document = {
        "release_id": release,
        "targets": [{"function": name, "candidate": version} for name, version in versions.items()],
        "plan": dict(plan or {}),
    }
    name = f"{release}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:80]
    started = clients("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
    return started["executionArn"]


def deployed_release(clients: Clients, stage: str) -> str:
    """Return the name of the release that was deployed last, or nothing where none can be seen."""
    try:
        return outputs(clients("cloudformation"), f"kefu-{stage}-functions").get("Release", "")
    except (BotoCoreError, ClientError):
        return ""


def main() -> int:
    """Start it, or say in one line why not."""
    import boto3

    parser = argparse.ArgumentParser(prog="python -m infra_cdk.start_rollout", description="Start a rollout.")
    parser.add_argument("--stage", choices=STAGES, default="dev")
    parser.add_argument("--region", default="", help="else the stage's own, from cdk.json")
    parser.add_argument("--quick", action="store_true", help="in minutes, and whether anybody asks meanwhile or not")
    chosen = parser.parse_args()
    settings = cdk_context()["kefu:stages"].get(chosen.stage, {})
    session = boto3.Session(region_name=chosen.region or settings.get("region"))
    plan = QUICK if chosen.quick or settings.get("quick_rollouts") else None
    try:
        print(start_rollout(session.client, chosen.stage, plan))  # pyright: ignore[reportArgumentType] - its overloads
    except NameTakenError as error:
        print(f"kefu: no rollout was started: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, KeyError) as error:
        print(f"kefu: no rollout was started: {describe_problem(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
