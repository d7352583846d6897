"""The Lambda entry of `sweeper`: on a schedule, what has not ended, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit

from shared.domain.errors import SupportError
from shared.runtime.correlation import correlation_id_from
from shared.runtime.observability import Telemetry
from shared.use_cases.forget_ended import ForgetEnded
from shared.use_cases.relay_outbox import LateEvents
from shared.use_cases.sweep_ledger import SweepLedger

JsonObject = Mapping[str, object]
# For what comes after the asking, and the way out.
_RESERVE = timedelta(seconds=8)
# On one machine nobody kills a run; the next one waits for it.
_WITHOUT_LIMIT_MS = 60_000


def make_handler(
    sweep: SweepLedger,
    relay_late: Callable[[], LateEvents],
    tenants: tuple[str, ...],
    telemetry: Telemetry,
    forget: ForgetEnded | None = None,
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler of an EventBridge schedule event. Safe to run twice, or beside itself.

    `forget`: where the stores do not expire what has ended by themselves.
    """

    def found(unfinished: int, oldest_age_s: float) -> None:
        telemetry.measure("UnfinishedMessages", unfinished)
        telemetry.measure("OldestUnfinishedAge", oldest_age_s, MetricUnit.Seconds)

    def handle(event: JsonObject, context: object) -> JsonObject:
        until = _until(context, sweep.clock.now())
        correlation_id = correlation_id_from(str(event.get("id", "")))
        relayed = _relayed(relay_late, telemetry, correlation_id)
        try:
            report = sweep(tenants, correlation_id, until, found)
        except Exception as error:  # the edge: recorded, and raised
            telemetry.failure("sweep_failed", correlation_id, error)
            raise
        done = {**asdict(report), "relayed_late": relayed, "forgotten": forget() if forget else 0}
        telemetry.event("sweep", correlation_id, **done)
        return done

    return handle


def _until(context: object, now: datetime) -> datetime:
    """Return when this run stops asking: before Lambda would kill it."""
    left_ms: Callable[[], int] = getattr(context, "get_remaining_time_in_millis", lambda: _WITHOUT_LIMIT_MS)
    return now + timedelta(milliseconds=left_ms()) - _RESERVE


def _relayed(relay_late: Callable[[], LateEvents], telemetry: Telemetry, correlation_id: str) -> int:
    """A queue that is down must not keep the rest from being swept; the next run tries again."""
    try:
        late = relay_late()
    except SupportError as error:
        telemetry.failure("relay_failed", correlation_id, error)
        return 0
    # Found, not relayed: when neither the stream nor this gets them to a queue, somebody has to hear of it all the more.
    telemetry.measure("EventsLate", late.found)
    if late.failure:
        telemetry.failure("relay_failed", correlation_id, late.failure)
    return late.relayed
