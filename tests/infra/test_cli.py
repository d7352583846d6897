"""The command line that deploys: the pinned CDK, one clear line for what is missing, and the versions that a rollout is given."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from infra_cdk import cli, live_alias_resource
from infra_cdk.cli import CDK_VERSION, FOLDER, deploy, installed_version, node_programs, unnamed_release
from infra_cdk.release_names import NameTakenError, check_before_deploying
from infra_cdk.stage_config import cdk_context
from infra_cdk.start_rollout import QUICK, start_rollout
from infra_cdk.start_rollout import main as start_rollout_by_hand
from local.stack import local_aws
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.contracts import FUNCTIONS
from shared.domain.release import Release
from shared.domain.rollout import Plan
from tests.contract.aws.installed import MINISTACK_BOTO3, MINISTACK_VERSION
from tests.infra.conftest import stage_settings

ROOT = Path(__file__).resolve().parents[2]


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line as somebody without an account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    alone = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    command = [sys.executable, "-m", "infra_cdk.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**kept, **alone}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("action", ["bootstrap", "diff", "deploy", "destroy"])
def test_without_credentials_one_line_says_so_and_nothing_is_done(action: str) -> None:
    done = _run(action, "--stage", "dev", "--release", "r1")
    assert done.returncode == 1 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "there are no AWS credentials" in line and "AWS_PROFILE" in line


def test_the_cdk_is_the_pinned_one_and_not_the_accident() -> None:
    """3.0.0 is tagged `latest` on npm and refuses our assembly."""
    if not installed_version():
        pytest.skip("the CDK command line is not installed; run: python -m tests.contract.aws.install_engines")
    program = [str(node_programs() / "node"), str(FOLDER / "node_modules" / "aws-cdk" / "bin" / "cdk"), "--version"]
    said = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == CDK_VERSION == installed_version() == "2.1148.1"


def test_the_stack_runs_on_the_engine_that_the_contract_suites_ran_on() -> None:
    assert (local_aws.VERSION, local_aws.BOTO3) == (MINISTACK_VERSION, MINISTACK_BOTO3)


class _Stacks:
    """CloudFormation, DynamoDB and Step Functions, as far as a start needs them. `recorded`: requests of the real store."""

    def __init__(self) -> None:
        self.started: dict[str, Any] = {}
        self.recorded: dict[tuple[str, str], dict[str, Any]] = {}
        versions = {f"{one.name.title()}Version": "7" for one in FUNCTIONS if one.aliased}
        self.outputs = {
            "kefu-dev-functions": {"Release": "2026.11.22-1", **versions},
            "kefu-dev-release": {"RolloutMachineArn": "arn:machine"},
        }

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs[StackName].items()]
        return {"Stacks": [{"Outputs": outputs}]}

    def record(self, release: Release) -> None:
        recorded = self.recorded

        class Kept:
            def put(self, request: dict[str, Any]) -> None:
                recorded[request["TableName"], request["Item"]["pk"]["S"]] = request["Item"]

        DynamoDBReleaseStore(cast("DynamoDB", Kept()), TableNames("kefu-dev-")).put_release(release)

    def get_item(self, *, TableName: str, Key: dict[str, dict[str, str]], ConsistentRead: bool) -> dict[str, Any]:
        item = self.recorded.get((TableName, Key["pk"]["S"]))
        return {"Item": item} if item else {}

    def start_execution(self, **request: str) -> dict[str, str]:
        self.started = dict(request)
        return {"executionArn": "arn:execution"}


def test_a_rollout_is_given_the_release_and_every_functions_new_version() -> None:
    from functions.rollout.documents import RolloutRequest

    stacks = _Stacks()
    assert start_rollout(lambda _: stacks, "dev") == "arn:execution"
    document = json.loads(stacks.started["input"])
    request = RolloutRequest.model_validate({"op": "begin", "execution": stacks.started["name"], "rollout": document})
    rollout = request.to_rollout()
    assert rollout.release_id == "2026.11.22-1"
    assert {target.function: target.candidate for target in rollout.targets} == {
        one.name: "7" for one in FUNCTIONS if one.aliased
    }


VERSIONS = {one.name: "7" for one in FUNCTIONS if one.aliased}


def test_a_rollout_is_started_again_for_the_versions_that_the_release_has_on_record() -> None:
    stacks = _Stacks()
    stacks.record(Release(release_id="2026.11.22-1", versions=VERSIONS, rolled_back=True))
    check_before_deploying(lambda _: stacks, "dev", "2026.11.22-1")
    assert start_rollout(lambda _: stacks, "dev") == "arn:execution"


def test_changed_code_under_the_name_of_a_release_starts_no_rollout() -> None:
    stacks = _Stacks()
    stacks.record(Release(release_id="2026.11.22-1", versions={**VERSIONS, "dialog": "6"}))
    with pytest.raises(NameTakenError, match="deploy under a new name"):
        start_rollout(lambda _: stacks, "dev")
    assert not stacks.started


def test_the_name_of_an_earlier_release_is_refused_before_anything_is_deployed() -> None:
    stacks = _Stacks()
    stacks.record(Release(release_id="2026.11.20-1", versions=VERSIONS))
    check_before_deploying(lambda _: stacks, "dev", "2026.11.23-1")
    with pytest.raises(NameTakenError, match=r"make deploy STAGE=dev RELEASE="):
        check_before_deploying(lambda _: stacks, "dev", "2026.11.20-1")


def test_a_stage_that_is_not_there_yet_may_be_deployed_under_any_name() -> None:
    def no_stack(**_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")

    stacks = _Stacks()
    stacks.describe_stacks = no_stack
    check_before_deploying(lambda _: stacks, "dev", "r1")
    assert not stacks.started


class Runs:
    """The CDK's command line: keeps what it was asked, and ends as it is told."""

    def __init__(self, *codes: int) -> None:
        self.asked: list[list[str]] = []
        self._codes = list(codes)

    def __call__(self, arguments: Sequence[str]) -> int:
        self.asked.append(list(arguments))
        return self._codes.pop(0) if self._codes else 0


def test_a_deployment_ends_with_its_rollout(capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs()
    assert deploy(stage_settings("dev"), lambda _: _Stacks(), runs) == 0
    assert runs.asked[0][0] == "deploy" and runs.asked[0][-1] == "kefu-dev-*"
    assert capsys.readouterr().out.splitlines() == ["kefu: release 2026.11.22-1", "arn:execution"]


@pytest.mark.parametrize(("stage", "in_minutes"), [("dev", True), ("staging", False)])
def test_a_stage_says_whether_its_releases_wait_for_traffic(stage: str, in_minutes: bool) -> None:
    from functions.rollout.documents import RolloutRequest

    stacks = _Stacks()
    stacks.outputs |= {name.replace("dev", stage): outputs for name, outputs in stacks.outputs.items()}
    assert deploy(stage_settings(stage), lambda _: stacks, Runs()) == 0
    document = json.loads(stacks.started["input"])
    plan = RolloutRequest.model_validate({"op": "begin", "execution": "e1", "rollout": document}).rollout.plan
    assert plan == (replace(Plan(), **QUICK | {"steps": tuple(QUICK["steps"])}) if in_minutes else Plan())


def test_a_deployment_that_failed_starts_no_rollout() -> None:
    stacks = _Stacks()
    assert deploy(stage_settings("dev"), lambda _: stacks, Runs(3)) == 3
    assert stacks.started == {}


def _denied(*_: Any, **__: Any) -> Any:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, "StartExecution")


@pytest.mark.parametrize(("broken", "said"), [("start_execution", "AccessDeniedException"), ("outputs", "RolloutMachineArn")])
def test_a_rollout_that_does_not_start_is_one_line_with_what_to_do(
    broken: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = _Stacks()
    if broken == "outputs":
        stacks.outputs["kefu-dev-release"] = {}
    else:
        monkeypatch.setattr(stacks, "start_execution", _denied)
    assert deploy(stage_settings("dev"), lambda _: stacks, Runs()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "2026.11.22-1 is deployed, but its rollout was not started" in line and said in line
    assert "python -m infra_cdk.start_rollout --stage dev --region eu-west-1" in line


def test_what_would_change_is_shown_under_the_name_of_what_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions know their release's name: under another one every function would show a change."""
    stacks = _Stacks()
    assert unnamed_release("diff", "dev", lambda _: stacks) == "2026.11.22-1"
    assert unnamed_release("deploy", "dev", lambda _: stacks) != "2026.11.22-1"
    monkeypatch.setattr(stacks, "describe_stacks", _denied)
    assert unnamed_release("diff", "dev", lambda _: stacks) == unnamed_release("deploy", "dev", lambda _: stacks)


class _Lambda:
    """Aliases in memory, and Lambda's own error for one that is there already."""

    class exceptions:
        class ResourceConflictException(Exception):
            pass

        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, *, functions_are_there: bool = True) -> None:
        self.aliases: dict[str, str] = {}
        self._functions_are_there = functions_are_there

    def create_alias(self, *, FunctionName: str, Name: str, FunctionVersion: str) -> None:
        if FunctionName in self.aliases:
            raise self.exceptions.ResourceConflictException
        self.aliases[FunctionName] = FunctionVersion

    def delete_alias(self, *, FunctionName: str, Name: str) -> None:
        if not self._functions_are_there:
            raise self.exceptions.ResourceNotFoundException
        del self.aliases[FunctionName]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the resource told CloudFormation."""
    told: list[dict[str, Any]] = []

    def urlopen(request: Any, timeout: float) -> BytesIO:
        assert (request.method, timeout) == ("PUT", 10)
        told.append(json.loads(request.data))
        return BytesIO()

    monkeypatch.setattr(live_alias_resource.urllib.request, "urlopen", urlopen)
    return told


def _event(kind: str, version: str) -> dict[str, Any]:
    properties = {"Function": "kefu-dev-dialog", "Alias": "live", "Version": version}
    ids = {"StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResponseURL": "https://example.com/answer"}
    return {"RequestType": kind, "ResourceProperties": properties, **ids}


def test_the_alias_is_made_once_and_never_moved_by_a_deployment(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    cloud = _Lambda()
    monkeypatch.setattr(live_alias_resource.boto3, "client", lambda _service: cloud)
    for kind, version in (("Create", "1"), ("Create", "1"), ("Update", "2"), ("Update", "3")):
        live_alias_resource.handler(_event(kind, version), None)
        assert cloud.aliases == {"kefu-dev-dialog": "1"}
    live_alias_resource.handler(_event("Delete", "3"), None)
    assert cloud.aliases == {}
    assert [answer["Status"] for answer in answers] == ["SUCCESS"] * 5
    assert {answer["PhysicalResourceId"] for answer in answers} == {"kefu-dev-dialog:live"}


def test_a_failure_is_told_to_cloudformation_instead_of_leaving_it_waiting(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(live_alias_resource.boto3, "client", lambda _service: _Lambda())
    live_alias_resource.handler(_event("Delete", "1"), None)
    assert answers[0]["Status"] == "FAILED" and "KeyError" in answers[0]["Reason"]


def test_a_stack_can_go_whose_function_somebody_has_deleted_already(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(live_alias_resource.boto3, "client", lambda _service: _Lambda(functions_are_there=False))
    live_alias_resource.handler(_event("Delete", "1"), None)
    assert answers[0]["Status"] == "SUCCESS"


@pytest.mark.parametrize("action", ["bootstrap", "diff", "deploy", "destroy"])
def test_credentials_of_another_account_than_the_stages_do_nothing(
    action: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There may be a stage of the same name: its buckets would be emptied, or it would be deployed over."""
    settings = {**cdk_context()["kefu:stages"]["dev"], "account": "222222222222"}
    monkeypatch.setattr(cli, "cdk_context", lambda: {"kefu:stages": {"dev": settings}})
    monkeypatch.setattr(cli, "account_of", lambda _: "333333333333")
    monkeypatch.setattr(cli, "cdk", lambda *_: pytest.fail("it was run"))
    monkeypatch.setattr(sys, "argv", ["cli", action, "--stage", "dev", "--release", "r1", "--yes"])
    assert cli.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "nothing was done" in line and "333333333333" in line and "222222222222" in line


@pytest.mark.parametrize(("asked", "region"), [([], "eu-west-1"), (["--region", "eu-central-1"], "eu-central-1")])
def test_a_rollout_is_started_where_the_stage_is(asked: list[str], region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever region somebody's own command line has by default."""
    regions: list[str | None] = []

    class Session:
        def __init__(self, *, region_name: str | None) -> None:
            regions.append(region_name)

        def client(self, _: str) -> _Stacks:
            return _Stacks()

    monkeypatch.setattr(boto3, "Session", Session)
    monkeypatch.setattr(sys, "argv", ["start_rollout", "--stage", "dev", *asked])
    assert start_rollout_by_hand() == 0 and regions == [region]
