"""Functions are those of shared/contracts.py; each has its settings, its role, its alias and its triggers."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any, cast

import pytest

from infra_cdk.access import ACCESS
from infra_cdk.statements import COMPANY_FILES, INDEXES, LONG_TABLES
from shared.adapters.company.company_file import COMPANY_FILE
from shared.adapters.company.object_companies import content_prefix
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.knowledge_change import KnowledgeWriter
from shared.adapters.index_archive.archives import IndexArchives
from shared.contracts import (
    ANSWER_CACHE,
    CONTENT,
    CONVERSATIONS,
    FUNCTIONS,
    KNOWLEDGE_TABLE,
    LEDGER,
    OUTBOX,
    QUEUES,
    RELEASES,
    SUBJECT_KEYS,
    TABLES,
    FunctionContract,
    TableContract,
)
from shared.domain.knowledge import Audience, ColumnType, FactColumn, FactRow, FactTable
from shared.ports import KnowledgeChange
from shared.runtime.settings import Settings, variable
from tests.infra.conftest import Synthesised

NAMES = [contract.name for contract in FUNCTIONS]
ALIASED = [contract.name for contract in FUNCTIONS if contract.aliased]
# What needs no resource: each action is here by name, so that another one is noticed.
WITHOUT_RESOURCE = {"cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"}


def functions_of(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.config.prefix
    found = {one["FunctionName"].removeprefix(prefix): one for one in synthesised.properties("AWS::Lambda::Function")}
    del found["alias-maker"]
    return found


def _statements(synthesised: Synthesised, function: str) -> Iterator[dict[str, Any]]:
    """Yield the statements of a function's role."""
    role = functions_of(synthesised)[function]["Role"]["Fn::GetAtt"][0]
    for policy in synthesised.properties("AWS::IAM::Policy"):
        if {"Ref": role} in policy["Roles"]:
            yield from policy["PolicyDocument"]["Statement"]


def rights_of(synthesised: Synthesised, function: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (action, resource as text, condition)."""
    for statement in _statements(synthesised, function):
        actions, resources = (v if isinstance(v, list) else [v] for v in (statement["Action"], statement["Resource"]))
        yield from ((a, json.dumps(r), statement.get("Condition", {})) for a in actions for r in resources)


def _tables_for(synthesised: Synthesised, function: str, action: str) -> set[str]:
    def is_of(table: TableContract, resource: str) -> bool:
        name = f":table/{synthesised.config.prefix}{table.name}"
        return f'{name}"' in resource or f"{name}/index/" in resource

    rights = [resource for found, resource, _ in rights_of(synthesised, function) if found == action]
    return {table.name for table in TABLES if any(is_of(table, resource) for resource in rights)}


@pytest.mark.parametrize("contract", FUNCTIONS, ids=lambda contract: contract.name)
def test_a_function_is_what_its_contract_says(contract: FunctionContract, synthesised: Synthesised) -> None:
    function = functions_of(synthesised)[contract.name]
    assert (function["Handler"], function["Runtime"], function["Architectures"]) == (contract.entry, "python3.13", ["arm64"])
    assert (function["MemorySize"], function["Timeout"]) == (contract.memory_mb, contract.timeout_s)
    assert function.get("SnapStart") == ({"ApplyOn": "PublishedVersions"} if contract.snap_start else None)
    assert function["RuntimeManagementConfig"] == {"UpdateRuntimeOn": "FunctionUpdate"}


def test_there_are_no_other_functions(synthesised: Synthesised) -> None:
    assert set(functions_of(synthesised)) == set(NAMES) == set(ACCESS)


@pytest.mark.parametrize("contract", FUNCTIONS, ids=lambda contract: contract.name)
def test_the_environment_has_every_setting_that_the_function_needs_and_no_other(
    contract: FunctionContract, synthesised: Synthesised
) -> None:
    settings: type[Settings] = import_module(f"functions.{contract.name}.settings").Environment
    needed = {variable(name) for name, field in settings.model_fields.items() if field.is_required()}
    known = {variable(name) for name in settings.model_fields}
    found = set(functions_of(synthesised)[contract.name]["Environment"]["Variables"])
    assert needed <= found <= known


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_is_read_without_complaint(name: str, synthesised: Synthesised) -> None:
    """What only the deployment knows (addresses, ARNs) stands here as an address."""
    variables = functions_of(synthesised)[name]["Environment"]["Variables"]
    environ = {key: value if isinstance(value, str) else "https://example.com/x" for key, value in variables.items()}
    settings = import_module(f"functions.{name}.settings").Environment.from_env(environ)
    assert settings.release == "2026.11.22-1"


def test_a_secret_is_named_in_the_environment_and_never_held(synthesised: Synthesised) -> None:
    variables = [f["Environment"]["Variables"] for f in functions_of(synthesised).values()]
    secret = [(k, v) for one in variables for k, v in one.items() if "SECRET" in k and v]
    named = [k.endswith("_ID") and (isinstance(v, dict) or v.startswith("arn:aws:secretsmanager:")) for k, v in secret]
    assert named and all(named)


@pytest.mark.parametrize("name", NAMES)
def test_a_role_touches_the_tables_of_its_function_and_no_other(name: str, synthesised: Synthesised) -> None:
    access = ACCESS[name]
    writes = {table.name for table in access.writes}
    assert _tables_for(synthesised, name, "dynamodb:PutItem") == writes
    assert _tables_for(synthesised, name, "dynamodb:GetItem") == writes | {table.name for table in access.reads}
    others = {action for action, _, _ in rights_of(synthesised, name) if action.startswith("dynamodb:")}
    assert others.isdisjoint({"dynamodb:Scan", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:*"})


def test_nobody_deletes_a_ticket_a_key_or_what_a_repeat_is_known_by(synthesised: Synthesised) -> None:
    deleted = {name: _tables_for(synthesised, name, "dynamodb:DeleteItem") for name in NAMES}
    assert {name: tables for name, tables in deleted.items() if tables} == {
        "dialog": {CONVERSATIONS.name, ANSWER_CACHE.name},
        "sweeper": {CONVERSATIONS.name},
        "knowledge": {KNOWLEDGE_TABLE.name},
    }


def _objects_for(synthesised: Synthesised, function: str, action: str) -> set[str]:
    bucket = synthesised.config.bucket(CONTENT)
    rights = [resource for found, resource, _ in rights_of(synthesised, function) if found == action]
    return {resource.partition(f"{bucket}/")[2].strip(']}"') for resource in rights}


def test_a_document_is_read_where_it_is_parsed_and_written_by_no_function(synthesised: Synthesised) -> None:
    """Whoever parses files of strangers must not be able to exchange a document, or a company's settings."""
    made = {"tenants/*/indexes/*", "tenants/*/knowledge/tables/*"}
    reads = {name: _objects_for(synthesised, name, "s3:GetObject") for name in NAMES}
    assert {name for name, places in reads.items() if "tenants/*" in places} == {"knowledge"}
    assert reads["retrieval"] == {"tenants/*/content/company.yaml", *made}
    writes = {name: _objects_for(synthesised, name, "s3:PutObject") for name in NAMES}
    assert {name: places for name, places in writes.items() if places} == {"knowledge": made}
    assert _objects_for(synthesised, "knowledge", "s3:DeleteObject") == {"tenants/*/indexes/*"}


class _NoDatabase:
    """Takes every write."""

    def update(self, _: object) -> None: ...

    def transact(self, _: object) -> None: ...

    def get_many(self, *_: object) -> list[object]:
        return []

    def query(self, _: object) -> list[object]:
        return []


def _long_table() -> FactTable:
    rows = tuple(FactRow(row=number, aliases=(), cells={"说明": "很长的说明" * 50}) for number in range(200))
    return FactTable(
        table_id="f1",
        document_id="d1",
        title="价格",
        sheet="价格",
        source_url="",
        language="zh",
        audience=Audience.PUBLIC,
        columns=(FactColumn(name="说明", type=ColumnType.TEXT),),
        rows=rows,
    )


def test_the_places_that_a_role_names_are_where_the_code_puts_things() -> None:
    objects = MemoryObjectStore()
    IndexArchives(objects, "e5/1 tantivy").put("t1", 1, b"x", datetime(2026, 11, 23, tzinfo=UTC))
    writer = KnowledgeWriter(cast("DynamoDB", _NoDatabase()), "knowledge", objects)
    writer.write(KnowledgeChange(tenant="t1", document_id="d1", snapshot=1, document=None, tables=(_long_table(),)))
    found = [{place for place in (INDEXES, LONG_TABLES) if fnmatchcase(key, place)} for key in objects.keys("tenants/")]
    assert sorted(found, key=str) == sorted([{INDEXES}, {LONG_TABLES}], key=str)
    assert fnmatchcase(content_prefix("t1") + COMPANY_FILE, COMPANY_FILES)


def test_the_key_is_used_for_queues_by_those_that_have_one(synthesised: Synthesised) -> None:
    by_queue = {name for name in NAMES for _, _, c in rights_of(synthesised, name) if "sqs." in json.dumps(c)}
    assert by_queue == {"dialog", "tickets", "outbox", "knowledge", "sweeper"}


def test_a_sweep_that_found_no_room_is_not_kept_for_later(synthesised: Synthesised) -> None:
    """Lambda keeps such calls for six hours: they would all come at once, to a `dialog` that has just recovered."""
    (config,) = synthesised.properties("AWS::Lambda::EventInvokeConfig")
    assert (config["FunctionName"], config["Qualifier"]) == (f"{synthesised.config.prefix}sweeper", "live")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (0, 60)


def test_a_table_is_written_by_those_that_own_it(synthesised: Synthesised) -> None:
    def writers(table: TableContract) -> set[str]:
        return {name for name in NAMES if table.name in _tables_for(synthesised, name, "dynamodb:PutItem")}

    assert writers(CONVERSATIONS) == {"dialog", "sweeper"}
    assert writers(LEDGER) == {"ingress", "dialog", "sweeper"}
    assert writers(OUTBOX) == {"dialog", "tickets", "outbox", "sweeper"}
    assert writers(RELEASES) == {"rollout"}


def test_a_front_door_sees_no_conversation_and_opens_nobodys_data_key(synthesised: Synthesised) -> None:
    for name in ("ingress", "desk", "retrieval", "outbox", "knowledge", "rollout"):
        assert SUBJECT_KEYS.name not in _tables_for(synthesised, name, "dynamodb:GetItem")
        conditions = [c for action, _, c in rights_of(synthesised, name) if action in ("kms:Decrypt", "kms:GenerateDataKey")]
        assert all("kms:ViaService" in c["StringEquals"] for c in conditions)
    for name in ("ingress", "desk"):
        assert CONVERSATIONS.name not in _tables_for(synthesised, name, "dynamodb:GetItem")


def test_data_keys_of_subjects_are_used_with_their_tenant_only(synthesised: Synthesised) -> None:
    for name in ("dialog", "tickets", "sweeper"):
        direct = [c for a, _, c in rights_of(synthesised, name) if a == "kms:Decrypt" and "StringEquals" not in c]
        assert direct and all(c["Null"] == {"kms:EncryptionContext:tenant": "false"} for c in direct)


@pytest.mark.parametrize("name", NAMES)
def test_no_right_is_on_everything_but_where_the_service_knows_nothing_narrower(name: str, synthesised: Synthesised) -> None:
    rights = list(rights_of(synthesised, name))
    assert {action for action, resource, _ in rights if resource == '"*"'} <= WITHOUT_RESOURCE
    assert not any("*" in action for action, _, _ in rights)


def test_functions_call_only_whom_the_design_says_and_never_the_newest_code(synthesised: Synthesised) -> None:
    calls = {
        name: {
            r.rpartition("function:")[2].strip(']"}') for a, r, _ in rights_of(synthesised, name) if a == "lambda:InvokeFunction"
        }
        for name in NAMES
    }
    prefix = synthesised.config.prefix
    ingress, dialog, retrieval = ({f"{prefix}{name}:*"} for name in ("ingress", "dialog", "retrieval"))
    assert {name: whom for name, whom in calls.items() if whom} == {
        # Itself: the other release's assets.
        "ingress": dialog | ingress,
        "desk": dialog,
        "sweeper": dialog,
        # Itself: turns of the queue that belong to another release.
        "dialog": retrieval | dialog,
    }


def test_versions_may_be_deleted_by_the_controller_alone_and_a_whole_function_by_nobody(synthesised: Synthesised) -> None:
    rights = [(name, r) for name in NAMES for a, r, _ in rights_of(synthesised, name) if a == "lambda:DeleteFunction"]
    assert {name for name, _ in rights} == {"rollout"} and len(rights) == len(ALIASED)
    assert all(re.search(r":function:kefu-[a-z-]+:\*\"", resource) for _, resource in rights)


def test_a_turn_of_the_queue_has_an_invocation_to_itself(synthesised: Synthesised) -> None:
    """It may take all of the function's time, and a hop to another version too."""
    mappings = synthesised.properties("AWS::Lambda::EventSourceMapping")
    (turns,) = (one for one in mappings if "TurnsQueue" in json.dumps(one["EventSourceArn"]))
    assert turns["BatchSize"] == 1


def test_only_the_controller_moves_aliases(synthesised: Synthesised) -> None:
    movers = [name for name in NAMES if any(a == "lambda:UpdateAlias" for a, _, _ in rights_of(synthesised, name))]
    assert movers == ["rollout"]


def test_every_function_writes_into_its_own_log_group(synthesised: Synthesised) -> None:
    for name, function in functions_of(synthesised).items():
        group = synthesised.resources()[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
        assert group["LogGroupName"] == f"/kefu/{synthesised.config.stage}/{name}"
        assert group["RetentionInDays"] == synthesised.config.log_days
        written = [r for a, r, _ in rights_of(synthesised, name) if a == "logs:PutLogEvents"]
        assert len(written) == 1 and function["LoggingConfig"]["LogGroup"]["Ref"] in written[0]


def test_no_alias_is_cloudformations_and_every_version_stays(synthesised: Synthesised) -> None:
    """An AWS::Lambda::Alias would move all traffic at a deployment, or undo a rollout (infra_cdk/weighted_alias.py)."""
    assert synthesised.resources("AWS::Lambda::Alias") == {}
    versions = synthesised.resources("AWS::Lambda::Version").values()
    assert len(versions) == len(ALIASED) and {one["DeletionPolicy"] for one in versions} == {"Retain"}
    live = synthesised.properties("Custom::LiveAlias")
    assert len(live) == len(ALIASED) and {one["Alias"] for one in live} == {"live"}


def test_each_queue_wakes_its_consumer_by_the_alias_with_a_limit(synthesised: Synthesised) -> None:
    mappings = synthesised.resources("AWS::Lambda::EventSourceMapping").values()
    by_queue = {json.dumps(m["Properties"]["EventSourceArn"]): m for m in mappings if "ScalingConfig" in m["Properties"]}
    assert len(by_queue) == sum(bool(queue.consumer) for queue in QUEUES)
    for source, mapping in by_queue.items():
        # A folder is looked at as a whole: two looks at once are in each other's way, and two is Lambda's least.
        most = 2 if "KnowledgeQueue" in source else synthesised.config.queue_concurrency
        assert mapping["Properties"]["ScalingConfig"] == {"MaximumConcurrency": most}
        assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    for mapping in mappings:
        assert json.dumps(mapping["Properties"]["FunctionName"]).endswith(':live"]]}')
        assert set(mapping["DependsOn"]) & set(synthesised.resources("Custom::LiveAlias"))


def test_a_lease_is_six_times_what_its_consumer_may_take() -> None:
    timeouts = {contract.name: contract.timeout_s for contract in FUNCTIONS}
    assert all(queue.visibility_s >= 6 * timeouts[queue.consumer] for queue in QUEUES if queue.consumer)


def test_the_sweeper_is_woken_every_minute_by_its_alias(synthesised: Synthesised) -> None:
    (rule,) = synthesised.properties("AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(1 minute)" and json.dumps(rule["Targets"]).count(":live") == 1


def test_production_reserves_room_for_those_who_wait(prod: Synthesised) -> None:
    reserved = {name: one.get("ReservedConcurrentExecutions") for name, one in functions_of(prod).items()}
    assert reserved["ingress"] and reserved["dialog"] and reserved["retrieval"]


def test_a_new_release_changes_functions_and_versions_and_moves_no_alias(dev: Synthesised) -> None:
    for custom in dev.resources("Custom::LiveAlias").values():
        assert set(custom["Properties"]) == {"ServiceToken", "ServiceTimeout", "Function", "Alias", "Version"}
