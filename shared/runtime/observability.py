"""Logs and metrics of a function: Powertools JSON lines and CloudWatch EMF, without X-Ray. Ids and numbers, never a text."""

import os
from collections.abc import Mapping

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, SupportError

NAMESPACE = "Kefu"
# What stands in the log although somebody makes it good, by a repeat or by another rung: else nobody would say what is down.
OUTAGES = (DependencyUnavailableError, DeadlineExceededError)
# How Lambda tells a function its own name.
_FUNCTION = "AWS_LAMBDA_FUNCTION_NAME"


class Telemetry:
    """One per function. Safe to share between threads: no state is kept between two calls."""

    def __init__(self, service: str, release: str, level: str = "INFO", environ: Mapping[str, str] = os.environ) -> None:
        self._logger = Logger(service=service, level=level, utc=True)
        self._service = service
        self._release = release
        # An account may have several stages, and an alarm of one must not hear another's figures.
        self._function = environ.get(_FUNCTION, "")

    def event(self, name: str, correlation_id: str, **facts: object) -> None:
        """Log one line. `facts` are ids, codes and numbers; never what a person wrote."""
        self._logger.info(name, extra={"correlation_id": correlation_id, "release": self._release, **facts}, stacklevel=3)

    def warning(self, name: str, correlation_id: str, **facts: object) -> None:
        """Log one line that someone should look at."""
        self._logger.warning(name, extra={"correlation_id": correlation_id, "release": self._release, **facts}, stacklevel=3)

    def failure(self, name: str, correlation_id: str, error: BaseException, **facts: object) -> None:
        """Log an error by class and code with the place it came from; what did not answer, and how, where that is known."""
        extra = {
            "correlation_id": correlation_id,
            "release": self._release,
            "error": type(error).__name__,
            "code": error.code if isinstance(error, SupportError) else "internal_error",
            "place": _place(error),
            **_culprit(error),
            **facts,
        }
        self._logger.error(name, extra=extra, stacklevel=3)

    def measure(self, name: str, value: float, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
        """Emit one metric in the embedded format, with the service, on Lambda the function, and `dimensions` (few values each)."""
        metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
        if self._function:
            metrics.add_dimension(name="function", value=self._function)
        for key, text in dimensions.items():
            metrics.add_dimension(name=key, value=text)
        metrics.add_metric(name=name, unit=unit, value=value)
        metrics.flush_metrics()


def _culprit(error: BaseException) -> dict[str, str]:
    # Both are written by adapters: names of services and of their error codes.
    return {"dependency": error.dependency, "reason": str(error)} if isinstance(error, DependencyUnavailableError) else {}


def _place(error: BaseException) -> str:
    # The text of a foreign exception may quote the data that broke it, so only files and lines are logged.
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
