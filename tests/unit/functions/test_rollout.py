"""The controller's entry: documents of the state machine, and CloudWatch and Lambda as the adapters ask them."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from pydantic import ValidationError

from functions.rollout.handler import make_handler
from functions.rollout.settings import Environment
from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.rollout.aliases import LambdaAliases
from shared.adapters.rollout.version_health import CloudWatchVersionHealth
from shared.adapters.rollout.versions import LambdaVersions
from shared.domain.errors import DependencyUnavailableError, NotFoundError
from shared.domain.old_versions import PublishedVersion
from shared.domain.rollout import Sample, Searches
from shared.ports import AliasState
from shared.runtime.observability import Telemetry
from shared.use_cases.prune_versions import PruneVersions
from tests.unit.use_cases.test_roll_out import FUNCTIONS, Stage

PLAN = {"steps": [5, 50], "healthy_ticks": 1, "tick_s": 30, "watch_ticks": 1}


def _client(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def _handler(stage: Stage) -> Callable[[Mapping[str, Any], object], Mapping[str, Any]]:
    prune = PruneVersions(versions=stage.cloud, releases=stage.releases, clock=stage.clock, functions=FUNCTIONS)
    return make_handler(stage.controller, prune, Telemetry("rollout", "r1"))


def _start(version: str = "2") -> dict[str, Any]:
    targets = [{"function": name, "candidate": version} for name in FUNCTIONS]
    return {"release_id": f"r{version}", "targets": targets, "plan": PLAN}


def test_the_document_goes_through_the_machine_and_back_until_it_is_promoted() -> None:
    stage = Stage()
    handle = _handler(stage)
    handle({"op": "begin", "execution": "run-0", "rollout": _start("1")}, None)
    document = handle({"op": "begin", "execution": "run-1", "rollout": _start()}, None)
    assert (document["status"], document["tick_seconds"]) == ("BAKING", 30)
    while document["status"] in ("BAKING", "WATCHING", "READY"):
        op = "promote" if document["status"] == "READY" else "tick"
        document = handle({"op": op, "execution": "run-1", "rollout": json.loads(json.dumps(document))}, None)
    assert document["status"] == "PROMOTED" and stage.shares() == {("2", 0)}


def test_after_a_failure_of_the_controller_the_document_with_its_error_is_rolled_back() -> None:
    stage = Stage()
    handle = _handler(stage)
    handle({"op": "begin", "execution": "run-0", "rollout": _start("1")}, None)
    document = dict(handle({"op": "begin", "execution": "run-1", "rollout": _start()}, None))
    document["error"] = {"Error": "Lambda.Unknown", "Cause": "timed out"}
    over = handle({"op": "rollback", "execution": "run-1", "rollout": document}, None)
    assert (over["status"], over["progress"]["reason"]) == ("ROLLED_BACK", "the controller failed")


@pytest.mark.parametrize(
    "change",
    [
        {"targets": []},
        {"targets": [{"function": "rollout", "candidate": "2"}]},
        {"targets": [{"function": "dialog", "candidate": "$LATEST"}]},
        {"release_id": ""},
        {"plan": {"steps": "all at once"}},
    ],
)
def test_a_document_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    handle = _handler(Stage())
    with pytest.raises(ValidationError):
        handle({"op": "begin", "execution": "run-1", "rollout": _start() | change}, None)


def test_gate_alarms_come_as_a_json_list() -> None:
    environ = {"KEFU_RELEASE": "r1", "KEFU_TABLE_PREFIX": "kefu-dev-", "KEFU_GATE_ALARMS": '["kefu-dev-availability"]'}
    assert Environment.from_env(environ).gate_alarms == ("kefu-dev-availability",)


def test_failures_are_our_faults_and_lambdas_errors_by_alias_and_by_number() -> None:
    client = _client("cloudwatch")
    values = {
        "requests": [90.0, 10.0],
        "called_by_alias": [60.0],
        "called_by_number": [45.0],
        "faults": [2.0],
        "errors_by_alias": [1.0],
        "errors_by_number": [4.0],
        "p99": [420.5],
        "stable_p99": [],
        "searches": [40.0],
        "degraded": [3.0],
        "unsearched": [1.0],
        "stable_searches": [700.0, 60.0],
        "stable_degraded": [5.0],
        "stable_unsearched": [2.0],
    }
    answer = {"MetricDataResults": [{"Id": name, "Values": found} for name, found in values.items()]}
    expected = {"MetricDataQueries": ANY, "StartTime": datetime(2026, 11, 22, 1, 55, tzinfo=UTC), "EndTime": ANY}
    with Stubber(client) as stub:
        stub.add_response("get_metric_data", answer, expected)
        clock = FixedClock(datetime(2026, 11, 22, 2, tzinfo=UTC))
        sample = CloudWatchVersionHealth(client, clock, "kefu-dev-").sample("dialog", "12", "11", 300)
    searches = Searches(count=40, degraded=3, unsearched=1)
    stable = Searches(count=760, degraded=5, unsearched=2)
    assert sample == Sample(requests=105, faults=7, p99_ms=420.5, searches=searches, stable_searches=stable)


def test_a_version_without_metrics_is_an_empty_sample() -> None:
    client = _client("cloudwatch")
    with Stubber(client) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": []})
        assert CloudWatchVersionHealth(client, FixedClock(), "kefu-dev-").sample("dialog", "12", "11", 300) == Sample()


@pytest.mark.parametrize(("state", "alarming"), [("ALARM", "gate"), ("OK", ""), ("INSUFFICIENT_DATA", ""), (None, "gate")])
def test_an_alarm_that_does_not_exist_counts_as_alarming(state: str | None, alarming: str) -> None:
    client = _client("cloudwatch")
    found = [{"AlarmName": "gate", "StateValue": state}] if state else []
    with Stubber(client) as stub:
        stub.add_response("describe_alarms", {"CompositeAlarms": found, "MetricAlarms": []})
        assert CloudWatchVersionHealth(client, FixedClock(), "").alarming(("gate",)) == alarming


def test_an_alias_is_updated_only_when_it_differs() -> None:
    client = _client("lambda")
    name = {"FunctionName": "kefu-dev-dialog", "Name": "live"}
    now = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.05}}}
    with Stubber(client) as stub:
        stub.add_response("get_alias", now, name)
        stub.add_response("get_alias", now, name)
        change = {**name, "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {}}}
        stub.add_response("update_alias", {}, change)
        aliases = LambdaAliases(client, "kefu-dev-")
        aliases.put("dialog", AliasState(version="1", weights={"2": 0.05}))
        aliases.put("dialog", AliasState(version="2"))
        stub.assert_no_pending_responses()


def test_an_alias_that_is_not_there_is_not_found() -> None:
    client = _client("lambda")
    with Stubber(client) as stub, pytest.raises(NotFoundError):
        stub.add_client_error("get_alias", "ResourceNotFoundException")
        LambdaAliases(client, "kefu-dev-").get("dialog")


def _configuration(number: str, release: str) -> dict[str, Any]:
    return {"FunctionName": "kefu-dev-dialog", "Version": number, "Environment": {"Variables": {"KEFU_RELEASE": release}}}


def test_versions_are_read_page_by_page_with_their_releases_and_the_aliases_on_them() -> None:
    client = _client("lambda")
    name = {"FunctionName": "kefu-dev-dialog"}
    first = {"Versions": [_configuration("$LATEST", "r4"), _configuration("1", "r1")], "NextMarker": "more"}
    second = {"Versions": [_configuration("2", "r2"), _configuration("3", "r3"), {"Version": "4"}]}
    live = {"Name": "live", "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.05}}}
    with Stubber(client) as stub:
        stub.add_response("list_versions_by_function", first, name)
        stub.add_response("list_versions_by_function", second, {**name, "Marker": "more"})
        stub.add_response("list_aliases", {"Aliases": [live, {"Name": "old", "FunctionVersion": "1"}]}, name)
        found = LambdaVersions(client, "kefu-dev-").published("dialog")
    assert [(one.number, one.release_id, one.aliased) for one in found] == [
        (1, "r1", True),
        (2, "r2", True),
        (3, "r3", True),
        (4, "", False),
    ]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ResourceConflictException"])
def test_a_version_that_is_gone_or_that_an_alias_has_since_is_left(code: str) -> None:
    client = _client("lambda")
    with Stubber(client) as stub:
        stub.add_client_error("delete_function", code, expected_params={"FunctionName": "kefu-dev-dialog", "Qualifier": "7"})
        assert LambdaVersions(client, "kefu-dev-").delete(PublishedVersion(function="dialog", number=7, release_id="r1")) is False


def test_a_deletion_always_names_a_version() -> None:
    """Without one the call deletes the function."""
    client = _client("lambda")
    with Stubber(client) as stub:
        stub.add_response("delete_function", {}, {"FunctionName": "kefu-dev-dialog", "Qualifier": "7"})
        assert LambdaVersions(client, "kefu-dev-").delete(PublishedVersion(function="dialog", number=7, release_id="r1"))


def test_throttling_while_deleting_is_for_another_run() -> None:
    client = _client("lambda")
    with Stubber(client) as stub:
        stub.add_client_error("delete_function", "TooManyRequestsException")
        with pytest.raises(DependencyUnavailableError):
            LambdaVersions(client, "kefu-dev-").delete(PublishedVersion(function="dialog", number=7, release_id="r1"))
