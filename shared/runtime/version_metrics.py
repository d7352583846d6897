"""What a canary is judged by: requests, faults and latency of each version of a function, in the embedded metric format."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from shared.domain.conversation import Rung
from shared.domain.reply import MODEL_IN_VAIN
from shared.runtime.observability import NAMESPACE

_UNEXPECTED = "internal_error"


class _Context(Protocol):
    function_name: str
    function_version: str


def counted(service: str, handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the handler with `Requests`, `Faults` and `TurnLatency` per version.

    A fault is an answer that hides a failure of ours: status 500 or above, or the code `internal_error`. A crash is no
    fault, for Lambda counts it itself. TurnLatency: searches, and turns in which no model was asked.
    """

    def handle(event: Any, context: _Context) -> Any:
        began = time.perf_counter()
        try:
            answer = handler(event, context)
        except BaseException:
            _emit(service, context, {"Requests": 1.0}, {})
            raise
        took_ms = (time.perf_counter() - began) * 1000
        counts = {"Requests": 1.0, "Faults": 1.0} if _is_fault(answer) else {"Requests": 1.0}
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
    status, error = answer.get("statusCode"), answer.get("error")
    failed = isinstance(error, Mapping) and error.get("code") == _UNEXPECTED
    return failed or (isinstance(status, int) and status >= 500)


def _is_timed(event: Any, answer: Any) -> bool:
    op = event.get("op") if isinstance(event, Mapping) else None
    if op == "search":
        return True
    result = answer.get("result") if isinstance(answer, Mapping) else None
    reply = result.get("reply") if isinstance(result, Mapping) else None
    return op == "take_turn" and isinstance(reply, Mapping) and not _asked_a_model(reply)


def _names(reply: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(map(str, reply.get("degraded") or ()))


def _asked_a_model(reply: Mapping[str, Any]) -> bool:
    # It takes seconds whichever version asks, so it says nothing about the version: in vain, too.
    return reply.get("rung") == Rung.MODEL or any(name.startswith(MODEL_IN_VAIN) for name in _names(reply))
