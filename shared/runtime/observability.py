"""Logs and metrics of a function: Powertools JSON lines and CloudWatch EMF, without X-Ray. Ids and numbers, never a text."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from shared.domain.errors import SupportError

NAMESPACE = "Kefu"


class Telemetry:
    """One per function. Safe to share between threads: no state is kept between two calls."""

    def __init__(self, service: str, release: str, level: str = "INFO") -> None:
        self._logger = Logger(service=service, level=level, utc=True)
        self._service = service
        self._release = release

    def event(self, name: str, correlation_id: str, **facts: object) -> None:
        """Log one line. `facts` are ids, codes and numbers; never what a person wrote."""
        self._logger.info(name, extra={"correlation_id": correlation_id, "release": self._release, **facts}, stacklevel=3)

    def warning(self, name: str, correlation_id: str, **facts: object) -> None:
        """Log one line that someone should look at."""
        self._logger.warning(name, extra={"correlation_id": correlation_id, "release": self._release, **facts}, stacklevel=3)

    def failure(self, name: str, correlation_id: str, error: BaseException, **facts: object) -> None:
        """Log an error by class and code with the place it came from; its message only where it is ours."""
        extra = {
            "correlation_id": correlation_id,
            "release": self._release,
            "error": type(error).__name__,
            "code": error.code if isinstance(error, SupportError) else "internal_error",
            "place": _place(error),
            **facts,
        }
        self._logger.error(name, extra=extra, stacklevel=3)

    def measure(self, name: str, value: float, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
        """Emit one metric in the embedded format, with the service and `dimensions` (few values each)."""
        metrics = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
        for key, text in dimensions.items():
            metrics.add_dimension(name=key, value=text)
        metrics.add_metric(name=name, unit=unit, value=value)
        metrics.flush_metrics()


def _place(error: BaseException) -> str:
    # The text of a foreign exception may quote the data that broke it, so only files and lines are logged.
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
