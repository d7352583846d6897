"""Taking a stage away: refused where its data is to stay, asked about, and emptied before it is deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra_cdk.cli import RUNNING, destroy
from infra_cdk.context_keys import STUB
from infra_cdk.take_down import NotEmptiedError, buckets_of, empty_bucket, stacks_of
from tests.infra.conftest import Synthesised, stage_settings
from tests.infra.test_cli import Runs

BUCKET = "kefu-dev-content-111111111111-eu-west-1"


@dataclass
class _Account:
    """CloudFormation and S3 as botocore knows them, answering what was put in, in that order."""

    clients: dict[str, Any]
    stubs: dict[str, Stubber]

    def __call__(self, service: str) -> Any:
        return self.clients[service]

    def stacks(self, **protected: bool) -> None:
        found = [
            {
                "StackName": name.replace("_", "-"),
                "CreationTime": 0,
                "StackStatus": "CREATE_COMPLETE",
                "EnableTerminationProtection": p,
            }
            for name, p in protected.items()
        ]
        self.stubs["cloudformation"].add_response("describe_stacks", {"Stacks": found}, {})

    def resources(self, *more: tuple[str, str]) -> None:
        found = [("AWS::DynamoDB::GlobalTable", "kefu-dev-turns"), ("AWS::S3::Bucket", BUCKET), *more]
        rows = [
            {
                "ResourceType": kind,
                "PhysicalResourceId": name,
                "LogicalResourceId": "x",
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": 0,
            }
            for kind, name in found
        ]
        answer = {"StackResourceSummaries": rows}
        self.stubs["cloudformation"].add_response("list_stack_resources", answer, {"StackName": "kefu-dev-data"})

    def objects(self, bucket: str, versions: list[str], markers: list[str] | None = None, **errors: Any) -> None:
        """A page of versions and delete markers, which is then deleted."""
        ids = [{"Key": key, "VersionId": "null"} for key in versions], [{"Key": key, "VersionId": "v2"} for key in markers or []]
        page = {"Versions": ids[0], "DeleteMarkers": ids[1], "IsTruncated": False}
        self.stubs["s3"].add_response("list_object_versions", page, {"Bucket": bucket})
        if versions or markers:
            wanted = {"Objects": [*ids[0], *ids[1]], "Quiet": True}
            self.stubs["s3"].add_response("delete_objects", errors, {"Bucket": bucket, "Delete": wanted})

    def nothing_is_left(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def account() -> Iterator[_Account]:
    made = {
        service: boto3.client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        for service in ("cloudformation", "s3")
    }
    stubs = {service: Stubber(client) for service, client in made.items()}
    for stub in stubs.values():
        stub.activate()
    yield _Account(made, stubs)


def _not_asked(question: str) -> str:
    raise AssertionError(question)


def test_a_stage_that_keeps_its_data_is_refused_before_anything_is_touched(
    account: _Account, capsys: pytest.CaptureFixture[str]
) -> None:
    for stage in ("staging", "prod"):
        account.stacks(**{f"kefu_{stage}_functions": False, f"kefu_{stage}_data": True})
        runs = Runs()
        assert destroy(stage_settings(stage), account, runs, _not_asked) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "nothing was done" in line and "retain" in line and "docs/deploy.md" in line and runs.asked == []


def test_a_stage_that_is_still_protected_is_refused_too(account: _Account, capsys: pytest.CaptureFixture[str]) -> None:
    """`retain` was taken out of cdk.json, and nothing was deployed since."""
    account.stacks(kefu_staging_functions=False, kefu_staging_data=True, kefu_prod_data=True)
    runs = Runs()
    assert destroy(stage_settings("staging", retain=False), account, runs, _not_asked) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "kefu-staging-data: still protected; make deploy STAGE=staging" in line and "prod" not in line and runs.asked == []


def test_nothing_is_done_until_the_stages_name_is_typed(account: _Account) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    for answer in (lambda _: "y", lambda _: "", nobody):
        account.stacks(kefu_dev_data=False)
        runs = Runs()
        assert destroy(stage_settings("dev"), account, runs, answer) == 1 and runs.asked == []


def test_functions_go_first_then_what_is_in_the_buckets_then_the_rest(
    account: _Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks(kefu_dev_functions=False, kefu_dev_data=False)
    account.resources(("AWS::S3::Bucket", "logs"))
    account.objects(BUCKET, ["tenants/a/content/faq.md"])
    account.objects("logs", ["content/1"], ["content/0"])
    runs = Runs()
    asked: list[str] = []
    assert destroy(stage_settings("dev"), account, runs, lambda question: asked.append(question) or "dev") == 0
    account.nothing_is_left()
    first, second = runs.asked
    assert {stack for stack in first if stack.startswith("kefu-")} == {f"kefu-dev-{name}" for name in RUNNING}
    assert second[-1] == "kefu-dev-*" and "--force" in first and "--force" in second
    assert any(STUB in argument for argument in first), "no zip is built of what is to be deleted"
    assert len(asked) == 1 and "every conversation" in asked[0]
    assert f"{BUCKET}: 1 deleted" in capsys.readouterr().out


def test_what_goes_first_is_all_but_where_data_lies(stages: dict[str, Synthesised]) -> None:
    for synthesised in stages.values():
        assert set(synthesised.templates) - {"foundation", "data", "knowledge-store"} == set(RUNNING)


def test_a_log_that_came_in_between_is_deleted_by_another_attempt(account: _Account) -> None:
    account.stacks(kefu_dev_data=False)
    for late in ([], ["late"]):
        account.resources()
        account.objects(BUCKET, late)
    runs = Runs(0, 1, 0)
    assert destroy(stage_settings("dev"), account, runs, lambda _: "dev") == 0
    account.nothing_is_left()


def test_data_that_cannot_be_deleted_is_one_line_and_its_stack_is_left(
    account: _Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks(kefu_dev_data=False)
    account.resources()
    account.stubs["s3"].add_client_error("list_object_versions", "AccessDenied", "no")
    runs = Runs()
    assert destroy(stage_settings("dev"), account, runs, lambda _: "dev") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "AccessDenied" in line and "make destroy STAGE=dev" in line and len(runs.asked) == 1


def test_functions_that_could_not_be_deleted_leave_the_data_alone(account: _Account) -> None:
    account.stacks(kefu_dev_data=False)
    assert destroy(stage_settings("dev"), account, Runs(1), lambda _: "dev") == 1
    account.nothing_is_left()


def test_a_stage_without_a_data_stack_has_nothing_to_empty(account: _Account) -> None:
    account.stacks(kefu_dev_foundation=False)
    assert destroy(stage_settings("dev"), account, Runs(), lambda _: "dev") == 0
    account.nothing_is_left()


def test_every_page_of_versions_and_markers_is_deleted(account: _Account) -> None:
    more = {"IsTruncated": True, "NextKeyMarker": "b", "NextVersionIdMarker": "1"}
    pages = [{"Versions": [{"Key": "a", "VersionId": "1"}], **more}, {"DeleteMarkers": [{"Key": "c", "VersionId": "2"}]}]
    marks = [{}, {"KeyMarker": "b", "VersionIdMarker": "1"}]
    for page, mark, doomed in zip(pages, marks, (("a", "1"), ("c", "2")), strict=True):
        account.stubs["s3"].add_response("list_object_versions", page, {"Bucket": BUCKET, **mark})
        wanted = {"Objects": [{"Key": doomed[0], "VersionId": doomed[1]}], "Quiet": True}
        account.stubs["s3"].add_response("delete_objects", {}, {"Bucket": BUCKET, "Delete": wanted})
    assert empty_bucket(account("s3"), BUCKET) == 2
    account.nothing_is_left()


def test_what_s3_keeps_is_said_and_a_bucket_that_is_gone_is_empty(account: _Account) -> None:
    account.objects(BUCKET, ["a"], Errors=[{"Key": "a", "Code": "AccessDenied", "Message": "no"}])
    with pytest.raises(NotEmptiedError, match="AccessDenied"):
        empty_bucket(account("s3"), BUCKET)
    account.stubs["s3"].add_client_error("list_object_versions", "NoSuchBucket")
    assert empty_bucket(account("s3"), BUCKET) == 0


def test_stacks_and_buckets_are_the_stages_own(account: _Account) -> None:
    account.stacks(kefu_dev_data=False, kefu_prod_data=True, other=True)
    assert stacks_of(account("cloudformation"), "kefu-dev-") == {"kefu-dev-data": False}
    account.resources()
    assert buckets_of(account("cloudformation"), "kefu-dev-data") == [BUCKET]


def test_what_a_deployment_without_retain_changes_reaches_every_stack(stages: dict[str, Synthesised]) -> None:
    """CloudFormation takes a change of deletion policies only beside another one: the tags of resources."""
    for name, synthesised in stages.items():
        wanted = {"Key": "data", "Value": "disposable" if name == "dev" else "kept"}
        kept = synthesised.resources("AWS::S3::Bucket", "AWS::OpenSearchService::Domain", "AWS::SecretsManager::Secret")
        assert all(wanted in one["Properties"]["Tags"] for one in kept.values())
        groups = synthesised.resources("AWS::Logs::LogGroup")
        assert all(wanted in one["Properties"]["Tags"] for one in groups.values())
