"""Logs and metrics: JSON lines with ids, and never what a person wrote."""

import json
import logging

import pytest

from shared.runtime.observability import Telemetry
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
