"""What a canary is judged by: requests, faults and latency of each version of a function, in the embedded metric format."""

import time
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from shared.domain.conversation import Rung
from shared.domain.reply import MODEL_IN_VAIN
from shared.runtime.envelopes import APOLOGISED
from shared.runtime.observability import NAMESPACE

_UNEXPECTED = "internal_error"
# What a turn or a search ends with when something that it needs did not answer: true of a version, or of the whole stage.
_OUT_OF_REACH = frozenset({"dependency_unavailable", "deadline_exceeded"})
_KNOWLEDGE = "knowledge"
# A search without these finds nothing. A vector leg is missing with its embedder, too.
_BY_WORDS, _BY_MEANING, _EMBEDDER = "keyword", frozenset({"title", "body"}), "embedder"

JsonObject = Mapping[str, Any]


class _Context(Protocol):
    function_name: str
    function_version: str


def counted(service: str, handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the handler with metrics per version.

    `Requests`, and `Faults`: answers that hide a failure of ours, by status 500 or above, the code `internal_error`, or an
    apology for a turn that could not be taken. A crash is no fault, for Lambda counts it itself.
    Of each turn and each search, 0 or 1: `Degraded`, a part of the search was missing; `Unsearched`, all of it, so that what
    the company knows was out of reach. `TurnLatency`: of searches, and of turns in which no model was asked.
    """

    def handle(event: Any, context: _Context) -> Any:
        began = time.perf_counter()
        try:
            answer = handler(event, context)
        except BaseException:
            _emit(service, context, {"Requests": 1.0}, {})
            raise
        took_ms = (time.perf_counter() - began) * 1000
        faults = {"Faults": 1.0} if _is_fault(answer) else {}
        counts = {"Requests": 1.0, **faults, **_searched(event, answer)}
        _emit(service, context, counts, {"TurnLatency": took_ms} if _is_timed(event, answer) else {})
        return answer

    return handle


def _emit(service: str, context: _Context, counts: Mapping[str, float], times_ms: Mapping[str, float]) -> None:
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=service)
    metrics.add_dimension(name="function", value=context.function_name)
    metrics.add_dimension(name="version", value=context.function_version)
    for name, value in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    for name, value in times_ms.items():
        metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=value)
    metrics.flush_metrics()


def _is_fault(answer: Any) -> bool:
    if not isinstance(answer, Mapping):
        return False
    status, failed = answer.get("statusCode"), _error_code(answer) == _UNEXPECTED
    apologised = APOLOGISED in _part(answer, "result")
    return failed or apologised or (isinstance(status, int) and status >= 500)


def _searched(event: Any, answer: Any) -> Mapping[str, float]:
    """Return both measures of a turn or a search; nothing for anything else, and for a turn that is not over."""
    if _op(event) not in ("take_turn", "search"):
        return {}
    if _error_code(answer) in _OUT_OF_REACH:
        return {"Degraded": 1.0, "Unsearched": 1.0}
    result = _part(answer, "result")
    ended = _part(result, "reply") if _op(event) == "take_turn" else result
    if not ended:
        return {}
    missing = {name for name in _names(ended) if not name.startswith(MODEL_IN_VAIN)}
    return {"Degraded": float(bool(missing)), "Unsearched": float(is_unsearched(missing))}


def is_unsearched(missing: Set[str]) -> bool:
    """Tell whether a reply that had to do without these parts had to do without all of the search."""
    return _KNOWLEDGE in missing or (_BY_WORDS in missing and (_EMBEDDER in missing or missing >= _BY_MEANING))


def asked_a_model(rung: str, degraded: Iterable[str]) -> bool:
    """Tell whether a reply model was asked for a reply, in vain or not."""
    return rung == Rung.MODEL or any(name.startswith(MODEL_IN_VAIN) for name in degraded)


def _is_timed(event: Any, answer: Any) -> bool:
    if _op(event) == "search":
        return True
    reply = _part(_part(answer, "result"), "reply")
    # A model takes seconds whichever version asks it, so it says nothing about the version: in vain, too.
    return _op(event) == "take_turn" and bool(reply) and not asked_a_model(str(reply.get("rung")), _names(reply))


def _op(event: Any) -> str:
    return str(event.get("op", "")) if isinstance(event, Mapping) else ""


def _error_code(answer: Any) -> str:
    return str(_part(answer, "error").get("code", ""))


def _part(document: Any, name: str) -> JsonObject:
    part = document.get(name) if isinstance(document, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _names(ended: JsonObject) -> tuple[str, ...]:
    return tuple(map(str, ended.get("degraded") or ()))
