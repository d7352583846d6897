"""What each version says about itself, for the canary's gates."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from shared.adapters.rollout.version_health import NAMESPACE as READ_FROM
from shared.contracts import FUNCTIONS
from shared.runtime.envelopes import APOLOGISED
from shared.runtime.observability import NAMESPACE
from shared.runtime.version_metrics import counted
from tests.architecture.sources import ROOT


@dataclass
class Context:
    function_name: str = "kefu-dev-dialog"
    function_version: str = "12"


ANSWER = {"result": {"reply": {"rung": "extractive"}}}


@pytest.fixture(autouse=True)
def _metrics_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")


def _emitted(capsys: pytest.CaptureFixture[str], event: Any, answer: Any) -> dict[str, Any]:
    assert counted("dialog", lambda _event, _context: answer)(event, Context()) == answer
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def test_a_turn_is_counted_and_timed_by_function_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    found = _emitted(capsys, {"op": "take_turn"}, ANSWER)
    (declared,) = found["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == NAMESPACE == READ_FROM
    assert sorted(declared["Dimensions"][0]) == ["function", "service", "version"]
    assert (found["service"], found["function"], found["version"]) == ("dialog", "kefu-dev-dialog", "12")
    assert found["Requests"] == [1] and found["TurnLatency"][0] >= 0 and "Faults" not in found


@pytest.mark.parametrize(
    ("event", "answer", "timed"),
    [
        ({"op": "search"}, {"result": {"passages": []}}, True),
        ({"op": "take_turn"}, {"result": {"reply": {"rung": "extractive", "degraded": ["reader"]}}}, True),
        ({"op": "take_turn"}, {"result": {"reply": {"rung": "model"}}}, False),
        ({"op": "take_turn"}, {"result": {"reply": {"rung": "extractive", "degraded": ["model:abstained"]}}}, False),
        (
            {"op": "take_turn"},
            {"result": {"reply": {"rung": "refusal", "degraded": ["reader", "model:deadline_exceeded"]}}},
            False,
        ),
        ({"op": "take_turn"}, {"result": {"reply": None}}, False),
        ({"op": "list_messages"}, {"result": {"messages": []}}, False),
        ({"Records": []}, {"batchItemFailures": []}, False),
    ],
)
def test_only_searches_and_turns_in_which_no_model_was_asked_are_timed(
    event: Any, answer: Any, timed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ("TurnLatency" in _emitted(capsys, event, answer)) is timed


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"statusCode": 500}, True),
        ({"statusCode": 503}, True),
        ({"statusCode": 429}, False),
        ({"error": {"code": "internal_error"}}, True),
        ({"error": {"code": "not_found"}}, False),
        ({"error": {"code": "dependency_unavailable"}}, False),
        ({"result": {"reply": {"rung": "flow"}, APOLOGISED: True}}, True),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, False),
        (None, False),
    ],
)
def test_an_answer_that_hides_a_failure_of_ours_is_a_fault(answer: Any, fault: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert ("Faults" in _emitted(capsys, {}, answer)) is fault


@pytest.mark.parametrize(
    ("missing", "degraded", "unsearched"),
    [
        ([], 0, 0),
        (["reader"], 1, 0),
        (["title", "body"], 1, 0),
        (["embedder"], 1, 0),
        (["keyword", "title"], 1, 0),
        (["keyword", "title", "body"], 1, 1),
        (["embedder", "keyword"], 1, 1),
    ],
)
def test_a_search_and_a_turn_say_whether_a_part_was_missing_or_all_of_it(
    missing: list[str], degraded: int, unsearched: int, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = {"result": {"reply": {"rung": "refusal", "degraded": missing}}}
    for event, answer in (({"op": "search"}, {"result": {"passages": [], "degraded": missing}}), ({"op": "take_turn"}, turn)):
        found = _emitted(capsys, event, answer)
        assert (found["Degraded"], found["Unsearched"]) == ([degraded], [unsearched])


@pytest.mark.parametrize("rung", ["flow", "cache"])
def test_a_turn_whose_search_failed_had_no_knowledge_whatever_was_said_instead(
    rung: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _emitted(capsys, {"op": "take_turn"}, {"result": {"reply": {"rung": rung, "degraded": ["knowledge"]}}})
    assert (found["Degraded"], found["Unsearched"]) == ([1], [1])


@pytest.mark.parametrize("op", ["search", "take_turn"])
@pytest.mark.parametrize("code", ["dependency_unavailable", "deadline_exceeded"])
def test_a_failure_of_something_below_is_counted_where_versions_can_be_compared(
    op: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _emitted(capsys, {"op": op}, {"error": {"code": code}})
    assert (found["Degraded"], found["Unsearched"]) == ([1], [1]) and "Faults" not in found


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        ({"op": "take_turn"}, {"result": {"reply": None}}),
        ({"op": "take_turn"}, {"error": {"code": "not_found"}}),
        ({"op": "list_messages"}, {"error": {"code": "dependency_unavailable"}}),
        ({"Records": []}, {"batchItemFailures": []}),
    ],
)
def test_what_is_no_turn_and_no_search_says_nothing_about_knowledge(
    event: Any, answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not {"Degraded", "Unsearched"} & set(_emitted(capsys, event, answer))


def test_a_model_that_did_not_answer_is_no_missing_part_of_the_search(capsys: pytest.CaptureFixture[str]) -> None:
    answer = {"result": {"reply": {"rung": "extractive", "degraded": ["model:abstained"]}}}
    assert _emitted(capsys, {"op": "take_turn"}, answer)["Degraded"] == [0]


def test_a_crash_is_counted_as_a_request_and_not_twice_as_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def crash(_event: Any, _context: Any) -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        counted("dialog", crash)({}, Context())
    found = json.loads(capsys.readouterr().out)
    assert found["Requests"] == [1] and "Faults" not in found


@pytest.mark.parametrize("function", [contract.name for contract in FUNCTIONS if contract.aliased])
def test_every_function_that_a_rollout_moves_counts_its_versions(function: str) -> None:
    source = (ROOT / "functions" / function / "main.py").read_text("utf-8")
    assert re.search(rf'^handler = counted\(\s*"{function}",', source, re.MULTILINE)
