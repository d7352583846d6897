"""Releases on the deployed templates: the state machine, the controller's own zip, aliases, metrics and the release records.

MiniStack keeps an alias's weights and does not route by them, so metrics of both versions are put by hand.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.start_rollout import start_rollout
from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.rollout.versions import LambdaVersions
from shared.contracts import FUNCTIONS
from shared.domain.old_versions import KEPT_AFTER_END
from shared.use_cases.prune_versions import PruneVersions
from tests.contract.aws.processes import EngineMissingError
from tests.integration.local_cloud import LocalCloud, local_cloud, synthesise, write_stubs

pytestmark = pytest.mark.xdist_group("rollout")
NAMES = [contract.name for contract in FUNCTIONS if contract.aliased]
PLAN = {"healthy_ticks": 2, "watch_ticks": 2, "max_hold_ticks": 3, "tick_s": 1, "window_s": 3600}
PREFIX = "kefu-dev-"


class Deployed:
    """The stage `dev` on a local cloud, deployed release by release."""

    def __init__(self, cloud: LocalCloud, folder: Path) -> None:
        self.cloud = cloud
        self._folder = folder
        self.functions = cloud.client("lambda")
        self.releases = DynamoDBReleaseStore(DynamoDB(cloud.client("dynamodb")), TableNames(PREFIX))

    def deploy(self, release: str) -> None:
        """Deploy; every function gets a new version, as with every release."""
        stubs = write_stubs(self._folder / f"{release}-code", release, NAMES, lambda name: f'return {{"from": "{name}"}}')
        self.cloud.assembly(synthesise(self._folder / release, release, stubs, "rollout")).deploy()

    def aliases(self) -> dict[str, tuple[str, dict[str, float]]]:
        """Return version and weights of each live alias."""
        found = {name: self.functions.get_alias(FunctionName=PREFIX + name, Name="live") for name in NAMES}
        return {
            name: (alias["FunctionVersion"], (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})
            for name, alias in found.items()
        }

    def put_metrics(self, version: str, *, requests: int = 500, faults: int = 0, p99_ms: float = 200) -> None:
        """Put what every function's version would have said about itself."""
        client = self.cloud.client("cloudwatch")
        for name in NAMES:
            named = {"service": name, "function": PREFIX + name, "version": version}
            dimensions = [{"Name": key, "Value": value} for key, value in named.items()]
            values = {"Requests": requests, "Faults": faults, "TurnLatency": p99_ms}
            data = [
                {"MetricName": key, "Value": value, "Dimensions": dimensions, "Timestamp": datetime.now(UTC)}
                for key, value in values.items()
            ]
            client.put_metric_data(Namespace="Kefu", MetricData=data)

    def roll_out(self) -> dict[str, Any]:
        """Start the machine as `make deploy` does, and wait until it has ended."""
        machine = self.cloud.client("stepfunctions")
        execution = start_rollout(self.cloud.client, "dev", PLAN)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            found = machine.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.1)
        raise AssertionError("the rollout did not end")

    def control(self, op: str, rollout: dict[str, Any], execution: str = "by-hand") -> dict[str, Any]:
        """Call the controller as the machine does."""
        event = json.dumps({"op": op, "execution": execution, "rollout": rollout})
        answer = self.functions.invoke(FunctionName=f"{PREFIX}rollout", Payload=event.encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.loads(answer["Payload"].read())


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    try:
        cloud = local_cloud("ministack-rollout")
    except EngineMissingError as error:
        pytest.skip(str(error))
    return Deployed(cloud, tmp_path_factory.mktemp("assemblies"))


def test_a_release_is_promoted_one_is_rolled_back_and_one_finds_somebody_elses_hand(deployed: Deployed) -> None:
    deployed.deploy("r1")
    assert deployed.roll_out()["status"] == "SUCCEEDED"
    first = deployed.releases.traffic()
    assert (first.stable, first.rollout_id) == ("r1", "")
    assert deployed.aliases() == dict.fromkeys(NAMES, ("1", {}))

    deployed.deploy("r2")
    assert deployed.aliases() == dict.fromkeys(NAMES, ("1", {})), "a deployment moves no traffic"
    deployed.put_metrics("1")
    deployed.put_metrics("2")
    ended = deployed.roll_out()
    assert ended["status"] == "SUCCEEDED", ended
    assert deployed.aliases() == dict.fromkeys(NAMES, ("2", {}))
    assert (deployed.releases.traffic().stable, deployed.releases.traffic().rollout_id) == ("r2", "")

    deployed.deploy("r3")
    deployed.put_metrics("3", faults=50)
    ended = deployed.roll_out()
    assert (ended["status"], ended.get("error")) == ("FAILED", "RolledBack")
    assert deployed.aliases() == dict.fromkeys(NAMES, ("2", {}))
    bad = deployed.releases.release("r3")
    assert bad and bad.rolled_back and deployed.releases.traffic().stable == "r2"

    deployed.deploy("r4")
    _every_step_given_again_changes_nothing(deployed)
    _an_alias_that_somebody_moved_ends_it(deployed)
    _old_versions_go_and_what_an_alias_or_a_conversation_has_stays(deployed)
    _every_step_to_the_last_given_again_changes_nothing(deployed)


def _document(release: str, version: str) -> dict[str, Any]:
    return {"release_id": release, "targets": [{"function": name, "candidate": version} for name in NAMES], "plan": PLAN}


def _every_step_given_again_changes_nothing(deployed: Deployed) -> None:
    """Through all the steps of a healthy candidate, and back."""
    deployed.put_metrics("4")
    rollout = deployed.control("begin", _document("r4", "4"))
    seen: list[float] = []
    while rollout["status"] == "BAKING":
        before = rollout
        rollout = deployed.control("tick", before)
        aliases, traffic = deployed.aliases(), deployed.releases.traffic()
        assert deployed.control("tick", before) == rollout
        assert (deployed.aliases(), deployed.releases.traffic()) == (aliases, traffic)
        shares = {sum(weights.values()) for _, weights in aliases.values()}
        assert len(shares) == 1, "all functions together"
        seen += shares
    assert list(dict.fromkeys(seen)) == [0.05, 0.25, 0.45, 0.65, 0.85]
    assert rollout["status"] == "READY"
    for _ in range(2):
        over = deployed.control("rollback", rollout)
        assert (over["status"], deployed.aliases()) == ("ROLLED_BACK", dict.fromkeys(NAMES, ("2", {})))


def _every_step_to_the_last_given_again_changes_nothing(deployed: Deployed) -> None:
    """Through promotion and watching; then a rollback comes too late. A name that is taken is refused."""

    def twice(op: str, document: dict[str, Any]) -> dict[str, Any]:
        first = deployed.control(op, document, "to-the-end")
        before = deployed.aliases(), deployed.releases.traffic(), deployed.releases.release("r4")
        assert deployed.control(op, document, "to-the-end") == first
        assert (deployed.aliases(), deployed.releases.traffic(), deployed.releases.release("r4")) == before
        return first

    rollout = twice("begin", _document("r4", "4"))
    while rollout["status"] in ("BAKING", "READY", "WATCHING"):
        rollout = twice("promote" if rollout["status"] == "READY" else "tick", rollout)
    assert rollout["status"] == "PROMOTED" and deployed.aliases() == dict.fromkeys(NAMES, ("4", {}))
    assert twice("rollback", rollout)["progress"]["reason"] == "the rollout has ended: nothing was touched"
    assert deployed.aliases() == dict.fromkeys(NAMES, ("4", {})) and deployed.releases.traffic().stable == "r4"

    event = json.dumps({"op": "begin", "execution": "taken", "rollout": _document("r4", "3")})
    refused = deployed.functions.invoke(FunctionName=f"{PREFIX}rollout", Payload=event.encode())
    recorded = deployed.releases.release("r4")
    assert refused["FunctionError"] and recorded and set(recorded.versions.values()) == {"4"}


def _an_alias_that_somebody_moved_ends_it(deployed: Deployed) -> None:
    rollout = deployed.control("begin", _document("r4", "4"))
    rollout = deployed.control("tick", rollout)
    deployed.functions.update_alias(
        FunctionName=f"{PREFIX}dialog", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    rollout = deployed.control("tick", rollout)
    assert (rollout["status"], rollout["progress"]["reason"]) == ("UNHEALTHY", "moved by someone else: dialog")
    over = deployed.control("rollback", rollout)
    assert over["progress"]["reason"].endswith("left as somebody else put them: dialog")
    assert deployed.aliases() == {**dict.fromkeys(NAMES, ("2", {})), "dialog": ("1", {})}


def _old_versions_go_and_what_an_alias_or_a_conversation_has_stays(deployed: Deployed) -> None:
    """r2 is stable, r3 and r4 went back; somebody has put `dialog` on r1."""
    versions = LambdaVersions(deployed.functions, PREFIX)
    assert {one.number: one.release_id for one in versions.published("ingress")} == {1: "r1", 2: "r2", 3: "r3", 4: "r4"}
    rollout = deployed.control("begin", _document("r4", "4"))
    assert deployed.control("prune", rollout)["release_id"] == "r4", "the machine goes on with its document"
    deployed.control("rollback", rollout)
    assert _numbers(versions) == {1, 2, 3, 4}

    clock = FixedClock(datetime.now(UTC))
    prune = PruneVersions(versions=versions, releases=deployed.releases, clock=clock, functions=tuple(NAMES), kept_releases=1)
    deployed.functions.update_alias(FunctionName=f"{PREFIX}dialog", Name="live", FunctionVersion="2")
    assert prune() == (), "a conversation of the last day may be on r1"
    clock.advance(KEPT_AFTER_END.total_seconds())
    deployed.functions.update_alias(FunctionName=f"{PREFIX}dialog", Name="live", FunctionVersion="1")
    assert prune() == (), "r1 is under an alias, and calls the others by version"
    deployed.functions.update_alias(FunctionName=f"{PREFIX}dialog", Name="live", FunctionVersion="2")
    assert {(one.function, one.number) for one in prune()} == {(name, 1) for name in NAMES}
    assert _numbers(versions) == {2, 3, 4} and prune() == ()
    assert deployed.aliases() == dict.fromkeys(NAMES, ("2", {}))


def _numbers(versions: LambdaVersions) -> set[int]:
    return {one.number for name in NAMES for one in versions.published(name)}
