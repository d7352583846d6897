"""The Lambda entry of `sweeper`: on a schedule, what has not ended, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from aws_lambda_powertools.metrics import MetricUnit

from shared.runtime.correlation import correlation_id_from
from shared.runtime.observability import Telemetry
from shared.use_cases.forget_ended import ForgetEnded
from shared.use_cases.sweep_ledger import SweepLedger

JsonObject = Mapping[str, object]


def make_handler(
    sweep: SweepLedger, tenants: tuple[str, ...], telemetry: Telemetry, forget: ForgetEnded | None = None
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler of an EventBridge schedule event. Safe to run twice, or beside itself.

    `forget`: where the stores do not expire what has ended by themselves.
    """

    def handle(event: JsonObject, _context: object) -> JsonObject:
        correlation_id = correlation_id_from(str(event.get("id", "")))
        report = sweep(tenants, correlation_id)
        done = {**asdict(report), "forgotten": forget() if forget else 0}
        telemetry.event("sweep", correlation_id, **done)
        telemetry.measure("UnfinishedMessages", report.unfinished)
        telemetry.measure("OldestUnfinishedAge", report.oldest_age_s, MetricUnit.Seconds)
        return done

    return handle
