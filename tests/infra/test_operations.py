"""Rollouts, alarms with what to do, and templates that every check lets through."""

import json
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from infra_cdk.app import new_app
from infra_cdk.context_keys import STUB
from infra_cdk.nag import ACKNOWLEDGED, DOCUMENT, as_markdown
from infra_cdk.observability_stack import MODEL_MS
from infra_cdk.stage import build_stage
from shared.contracts import QUEUES
from shared.runtime.model_settings import ReplyModelSettings
from shared.use_cases.roll_out import ReleaseTakenError
from tests.infra.conftest import Synthesised

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "runbook.md"


def test_the_machine_calls_the_controller_and_goes_back_whatever_fails(synthesised: Synthesised) -> None:
    (machine,) = synthesised.properties("AWS::StepFunctions::StateMachine")
    definition = json.loads(machine["DefinitionString"])
    states = definition["States"]
    assert {one["Parameters"]["Payload"]["op"] for one in states.values() if one["Type"] == "Task"} == {
        "begin",
        "tick",
        "promote",
        "rollback",
        "prune",
    }
    for name in ("Tick", "Promote"):
        assert states[name]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Rollback"}]
    assert states["Decide"]["Default"] == "Rollback" and states["Rollback"]["Retry"]
    assert states["Begin"]["Retry"][0] == {"ErrorEquals": [ReleaseTakenError.__name__], "MaxAttempts": 0}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"


def test_the_machine_lives_longer_than_the_slowest_rollout() -> None:
    from shared.domain.rollout import Plan

    plan = Plan()
    ticks = len(plan.steps) * (plan.healthy_ticks + 1) + plan.max_hold_ticks + plan.watch_ticks
    definition = json.loads((ROOT / "infra_cdk" / "rollout.asl.json").read_text("utf-8"))
    # The wait for another rollout's end comes before, and each tick takes a moment of its own.
    assert definition["TimeoutSeconds"] > ticks * (plan.tick_s + 10)


def test_every_queue_has_alarms_for_dead_letters_and_for_age(synthesised: Synthesised) -> None:
    names = {
        alarm["AlarmName"].removeprefix(synthesised.config.prefix) for alarm in synthesised.properties("AWS::CloudWatch::Alarm")
    }
    assert names >= {f"{queue.name}-dead-letters" for queue in QUEUES}
    assert names >= {f"{queue.name}-age" for queue in QUEUES if queue.consumer}
    assert names >= {"availability", "latency", "rollout-failed", "rollout-timed-out", "unfinished-messages"}


def test_a_dead_letter_rings_at_once(dev: Synthesised) -> None:
    alarms = [one for one in dev.properties("AWS::CloudWatch::Alarm") if one["AlarmName"].endswith("-dead-letters")]
    assert {(one["Threshold"], one["EvaluationPeriods"], one["Period"]) for one in alarms} == {(1, 1, 60)}


def test_a_sweeper_that_says_nothing_rings(dev: Synthesised) -> None:
    """Without it nobody would learn of messages that do not end; every other measure is quiet where nothing happens."""
    alarms = dev.properties("AWS::CloudWatch::Alarm")
    heard = {one["AlarmName"].removeprefix(dev.config.prefix) for one in alarms if one["TreatMissingData"] == "breaching"}
    assert heard == {"unfinished-messages"}


def test_an_alarm_on_a_measure_of_ours_hears_its_own_stage_alone(synthesised: Synthesised) -> None:
    """An account may have several stages: the sweeper of one, alive, must not hide that another's is dead."""
    ours = [one for one in synthesised.properties("AWS::CloudWatch::Alarm") if one.get("Namespace") == "Kefu"]
    named = {one["MetricName"]: {d["Name"]: d["Value"] for d in one["Dimensions"]} for one in ours}
    prefix = synthesised.config.prefix
    drafts = {"ModelFailed": {"service": "dialog", "function": f"{prefix}dialog"}}
    assert named == (drafts if synthesised.config.model_kind != "none" else {}) | {
        "OldestUnfinishedAge": {"service": "sweeper", "function": f"{prefix}sweeper"},
        "EventsLate": {"service": "sweeper", "function": f"{prefix}sweeper"},
        "Unsearched": {"service": "dialog", "function": f"{prefix}dialog"},
    }


def test_a_domain_that_is_full_or_has_lost_an_index_rings(stages: dict[str, Synthesised]) -> None:
    """Answers grow poorer then, with status 200."""
    found = {
        name: {
            alarm["MetricName"]: (alarm["ComparisonOperator"], alarm["Threshold"])
            for alarm in stage.properties("AWS::CloudWatch::Alarm")
            if alarm.get("Namespace") == "AWS/ES"
        }
        for name, stage in stages.items()
    }
    (domain,) = stages["prod"].properties("AWS::OpenSearchService::Domain")
    assert found["dev"] == {} and found["staging"] == found["prod"]
    assert set(found["prod"]) == {"ClusterStatus.red", "FreeStorageSpace", "JVMMemoryPressure"}
    quarter = domain["EBSOptions"]["VolumeSize"] * 1024 / 4
    assert found["prod"]["FreeStorageSpace"] == ("LessThanOrEqualToThreshold", quarter)


def test_requests_that_come_near_what_pages_may_ask_ring(synthesised: Synthesised) -> None:
    """What the gateway refuses beyond that is no failure of ours, so nothing else rings."""
    (alarm,) = (one for one in synthesised.properties("AWS::CloudWatch::Alarm") if one["AlarmName"].endswith("-busy"))
    plans = synthesised.properties("AWS::ApiGateway::UsagePlan")
    pages = next(one["Throttle"]["RateLimit"] for one in plans if one["UsagePlanName"].endswith("pages"))
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("Count", "Sum", 60)
    assert alarm["Threshold"] == 0.8 * 60 * pages


def test_a_models_time_does_not_end_a_rollout(stages: dict[str, Synthesised]) -> None:
    """The gate listens to `latency`: where drafts may take seconds, an alarm at five of them would let no release pass."""
    limits = {
        name: next(one["Threshold"] for one in stage.properties("AWS::CloudWatch::Alarm") if one.get("MetricName") == "Latency")
        for name, stage in stages.items()
    }
    drafts_ms = ReplyModelSettings.model_fields["model_timeout_s"].default * 1000
    assert MODEL_MS == drafts_ms
    assert limits == {"dev": 5000, "staging": 5000, "prod": 5000 + drafts_ms}
    assert limits["prod"] < 29_000, "or API Gateway answers first"


def _lines_of_the_runbook() -> dict[str, list[str]]:
    """Return what the runbook's tables say, by the alarm's name: meaning, where to look, what to do."""
    rows = [line.strip("|").split(" | ") for line in RUNBOOK.read_text("utf-8").splitlines() if line.startswith("| `")]
    lines = {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}
    assert len(lines) == len(rows), "an alarm has two lines"
    return lines


def test_every_alarm_has_a_line_in_the_runbook_and_every_line_an_alarm(stages: dict[str, Synthesised]) -> None:
    alarms = {
        alarm["AlarmName"].removeprefix(stage.config.prefix)
        for stage in stages.values()
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in stage.properties(kind)
    }
    assert set(_lines_of_the_runbook()) == alarms


def test_a_line_of_the_runbook_says_what_it_means_where_to_look_and_what_to_do() -> None:
    for name, cells in _lines_of_the_runbook().items():
        assert len(cells) == 3 and all(len(cell) > 5 for cell in cells), name


def test_every_alarm_is_heard_and_says_where_its_line_is(synthesised: Synthesised) -> None:
    for alarm in synthesised.properties("AWS::CloudWatch::Alarm"):
        assert alarm["AlarmActions"] and RUNBOOK.relative_to(ROOT).as_posix() in alarm["AlarmDescription"]


def test_alarms_may_ring(synthesised: Synthesised) -> None:
    """A topic's own policy takes the place of the default one, by which an account's alarms could publish."""
    (policy,) = synthesised.properties("AWS::SNS::TopicPolicy")
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": synthesised.config.account}
    assert f":alarm:{synthesised.config.prefix}*" in json.dumps(allowed["Condition"]["ArnLike"])
    (key,) = synthesised.properties("AWS::KMS::Key")
    services = [one["Principal"].get("Service", []) for one in key["KeyPolicy"]["Statement"]]
    assert any("cloudwatch.amazonaws.com" in one for one in services), "the topic is sealed with it"


def test_the_controller_looks_at_an_alarm_that_exists(synthesised: Synthesised) -> None:
    (gate,) = synthesised.properties("AWS::CloudWatch::CompositeAlarm")
    functions = synthesised.properties("AWS::Lambda::Function")
    (controller,) = (one for one in functions if one["FunctionName"].endswith("-rollout"))
    assert json.loads(controller["Environment"]["Variables"]["KEFU_GATE_ALARMS"]) == [gate["AlarmName"]]


def test_nothing_has_to_be_looked_up_in_an_account(dev: Synthesised) -> None:
    manifest = json.loads((dev.folder / "manifest.json").read_text("utf-8"))
    assert not manifest.get("missing")


def test_stacks_refer_to_each_other_weakly(synthesised: Synthesised) -> None:
    """An export that is in use could never be changed again."""
    assert all("Fn::ImportValue" not in json.dumps(template) for template in synthesised.templates.values())


def test_no_stack_is_near_the_limit_of_500_resources(synthesised: Synthesised) -> None:
    assert all(len(template["Resources"]) < 250 for template in synthesised.templates.values())


def test_only_stages_that_ask_for_it_have_a_search_cluster(stages: dict[str, Synthesised]) -> None:
    found = {name: len(stage.resources("AWS::OpenSearchService::Domain")) for name, stage in stages.items()}
    assert found == {"dev": 0, "staging": 1, "prod": 1}
    (domain,) = stages["prod"].properties("AWS::OpenSearchService::Domain")
    assert domain["EncryptionAtRestOptions"]["Enabled"] and domain["NodeToNodeEncryptionOptions"]["Enabled"]
    assert domain["DomainEndpointOptions"]["EnforceHTTPS"] and domain["AdvancedSecurityOptions"]["Enabled"]


def test_findings_of_cdk_nag_that_stay_are_in_the_docs_with_their_reasons() -> None:
    assert DOCUMENT.read_text("utf-8") == as_markdown(), "run python -m infra_cdk.nag"
    assert all(len(one.reason) > 40 for one in ACKNOWLEDGED)


def test_every_finding_that_is_listed_is_one_and_no_other_is_hidden(tmp_path: Path, stages: dict[str, Synthesised]) -> None:
    """Without the list: what cdk-nag finds in each stack is exactly what the list has for it."""
    app = new_app({STUB: str(Path(__file__).parent), "aws:cdk:disable-stack-trace": True}, outdir=str(tmp_path))
    for stage in stages.values():
        build_stage(app, stage.config)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text("utf-8"))
    found = {
        (construct["constructPath"].split("/")[0], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }
    listed = {
        (stage.config.prefix + one.where.replace("_", "-"), one.finding(stage.config))
        for stage in stages.values()
        for one in ACKNOWLEDGED
        if one.only(stage.config)
    }
    assert found == listed


def test_no_validation_reports_anything(dev: Synthesised) -> None:
    report = json.loads((dev.folder / "validation-report.json").read_text("utf-8"))
    assert [violation for plugin in report["pluginReports"] for violation in plugin["violations"]] == []


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_linter_finds_nothing(stage: str, stages: dict[str, Synthesised]) -> None:
    """W3005: CDK writes a dependency down that a reference implies, too."""
    templates = [str(stages[stage].folder / stack.template_file) for stack in stages[stage].stage.stacks]
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "" and done.returncode == 0, done.stdout + done.stderr
