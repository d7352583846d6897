"""Logs and metrics: JSON lines with ids, and never what a person wrote."""

import json
import logging

import pytest
from starlette.testclient import TestClient

from shared.adapters.clock import SystemClock
from shared.domain.errors import DependencyUnavailableError
from shared.runtime.envelopes import EnvelopeServer, deadline_ms
from shared.runtime.observability import Telemetry
from shared.runtime.request_context import RequestContext
from tests.front import Front

SECRET_TEXT = "我的暗号是芝麻开门 4711"


def test_a_line_has_service_release_and_correlation_id(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("observed", "r1").event("done", "corr-0001", took_ms=3)
    line = json.loads(capsys.readouterr().out)
    assert {k: line[k] for k in ("service", "release", "correlation_id", "message", "took_ms")} == {
        "service": "observed",
        "release": "r1",
        "correlation_id": "corr-0001",
        "message": "done",
        "took_ms": 3,
    }


def test_a_failure_is_logged_by_class_and_place_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        int(SECRET_TEXT)
    except ValueError as error:
        Telemetry("observed2", "r1").failure("broken", "corr-0001", error)
    said = capsys.readouterr().out
    assert '"error":"ValueError"' in said and "test_observability.py" in said and "芝麻" not in said


def test_a_metric_is_one_line_of_the_embedded_format(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    Telemetry("observed3", "r1").measure("Turn", 1, rung="fact")
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (metric["Turn"], metric["rung"], metric["service"]) == ([1.0], "fact", "observed3")
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Kefu"


def test_a_metric_of_one_stage_is_not_anothers(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stages in one account: the alarm of one would hear the other's sweeper, and take its silence for health."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    Telemetry("observed4", "r1", environ={"AWS_LAMBDA_FUNCTION_NAME": "kefu-prod-sweeper"}).measure("OldestUnfinishedAge", 0)
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])
    (declared,) = metric["_aws"]["CloudWatchMetrics"]
    assert sorted(declared["Dimensions"][0]) == ["function", "service"] and metric["function"] == "kefu-prod-sweeper"


def _throttled() -> DependencyUnavailableError:
    error = DependencyUnavailableError("dynamodb", "ProvisionedThroughputExceededException")
    # As adapters chain it: the SDK's own message may quote data.
    error.__cause__ = ValueError(SECRET_TEXT)
    return error


def _names_the_service(said: str) -> bool:
    line = next(json.loads(one) for one in said.splitlines() if '"ERROR"' in one)
    told = (line["code"], line["dependency"], line["reason"])
    return told == ("dependency_unavailable", "dynamodb", "dynamodb: ProvisionedThroughputExceededException")


def test_a_front_doors_log_names_the_service_that_did_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    async def app(*_: object) -> None:
        raise _throttled()

    context = RequestContext(app, Telemetry("observed5", "r1"))
    answer = TestClient(context).get("/v1/site")
    said = capsys.readouterr().out
    assert answer.status_code == 503 and _names_the_service(said) and "芝麻" not in said


def test_a_called_functions_log_names_it_too_for_the_caller_may_have_another_rung(capsys: pytest.CaptureFixture[str]) -> None:
    def search(_: object) -> dict[str, object]:
        raise _throttled()

    clock = SystemClock()
    server = EnvelopeServer(operations={"search": search}, clock=clock, telemetry=Telemetry("observed6", "r1"))
    document = {
        "schema": 1,
        "op": "search",
        "tenant": "t",
        "correlation_id": "corr-0001",
        "release": "r1",
        "deadline_at_ms": deadline_ms(clock, 5),
        "owner_token": "o",
        "payload": {},
    }
    assert server.serve(document)["error"]["code"] == "dependency_unavailable"  # type: ignore[index]
    assert _names_the_service(capsys.readouterr().out)


def test_no_text_of_a_person_is_in_any_log_line_of_a_conversation(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = front.visitor()
    correlation = {"X-Correlation-Id": "corr-of-this-turn"}
    path = f"/v1/conversations/{visitor.conversation_id}/messages"
    front.customers.post(path, json={"text": SECRET_TEXT}, headers=visitor.headers | correlation)
    front.customers.post(
        path, json={"text": SECRET_TEXT, "x": [1]}, headers=visitor.headers | {"Idempotency-Key": SECRET_TEXT.encode().hex()}
    )
    visitor.ask("我要提交工单")
    visitor.ask("13800138000")
    front.run_background()
    lines = [json.dumps(record.__dict__, default=str, ensure_ascii=False) for record in caplog.records]
    ours = [line for line in lines if '"name": "httpx"' not in line]
    assert any("corr-of-this-turn" in line and '"name": "dialog"' in line for line in ours)
    assert not [line for line in ours if "芝麻" in line or "13800138000" in line or visitor.token in line]
