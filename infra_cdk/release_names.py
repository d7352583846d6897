"""A release's name stands for the versions that it was first rolled out with; whoever deploys it again is told in time."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from shared.contracts import FUNCTIONS, RELEASES

Clients = Callable[[str], Any]


class NameTakenError(Exception):
    """The release is on record with other versions. The message says what to do."""

    def __init__(self, stage: str, release: str) -> None:
        super().__init__(
            f"release {release} is on record with other versions, and conversations may be on it: "
            f"deploy under a new name (make deploy STAGE={stage} RELEASE=...)"
        )


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return a stack's outputs. Raises botocore's errors."""
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}


def deployed_versions(functions: Mapping[str, str]) -> dict[str, str]:
    """Return each function's newest version, from the outputs of the stack `functions`. Raises KeyError."""
    return {one.name: functions[f"{one.name.title()}Version"] for one in FUNCTIONS if one.aliased}


def check_before_deploying(clients: Clients, stage: str, release: str) -> None:
    """Raise NameTakenError when the name is an earlier release's, which every deployment would give other versions.

    The release that was deployed last may be deployed again: whether its code has changed, only the deployment shows.
    """
    try:
        last = outputs(clients("cloudformation"), f"kefu-{stage}-functions").get("Release")
        if release != last and recorded_versions(clients("dynamodb"), stage, release) is not None:
            raise NameTakenError(stage, release)
    except ClientError:
        return  # no stage yet, or no right to look: the rollout's controller has the last word


def check_before_rollout(clients: Clients, stage: str, release: str, versions: Mapping[str, str]) -> None:
    """Raise NameTakenError when the release is on record with other versions than these."""
    recorded = recorded_versions(clients("dynamodb"), stage, release)
    if recorded is not None and recorded != dict(versions):
        raise NameTakenError(stage, release)


def recorded_versions(dynamodb: Any, stage: str, release: str) -> dict[str, str] | None:
    """Return what the controller wrote down of a release; None when it never began. Raises botocore's errors."""
    key = {"pk": {"S": f"release#{release}"}}
    item = dynamodb.get_item(TableName=f"kefu-{stage}-{RELEASES.name}", Key=key, ConsistentRead=True).get("Item")
    return None if item is None else json.loads(item["versions"]["S"])
