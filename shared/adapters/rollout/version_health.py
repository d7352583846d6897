"""What a version of a function did lately, in CloudWatch.

Lambda's own `Errors` counts crashes and time-outs and is blind to an answer with status 500; our `Faults` counts those
answers and no crash. So their sum is every failure, once. A version is called by the alias (dimension ExecutedVersion) and,
for a pinned conversation, by its number (dimension Resource): both are asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared.adapters.aws.errors import translated
from shared.contracts import LIVE_ALIAS
from shared.domain.rollout import Sample, Searches
from shared.ports import Clock

NAMESPACE = "Kefu"
_NAME = "cloudwatch"
_LAMBDA = "AWS/Lambda"


class CloudWatchVersionHealth:
    """`prefix` is the stage's, such as "kefu-dev-"; functions are named without it."""

    def __init__(self, client: Any, clock: Clock, prefix: str) -> None:
        self._client = client
        self._clock = clock
        self._prefix = prefix

    def sample(self, function: str, candidate: str, stable: str, window_s: int) -> Sample:
        end = self._clock.now()
        with translated(_NAME):
            answer = self._client.get_metric_data(
                MetricDataQueries=self._queries(function, candidate, stable, window_s),
                StartTime=end - timedelta(seconds=window_s),
                EndTime=end,
            )
        values = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}

        def total(*names: str) -> int:
            return round(sum(sum(values.get(name, ())) for name in names))

        return Sample(
            requests=max(total("requests"), total("called_by_alias", "called_by_number")),
            faults=total("faults", "errors_by_alias", "errors_by_number"),
            p99_ms=max(values.get("p99", ()), default=None),
            stable_p99_ms=max(values.get("stable_p99", ()), default=None),
            searches=Searches(count=total("searches"), degraded=total("degraded"), unsearched=total("unsearched")),
            stable_searches=Searches(
                count=total("stable_searches"), degraded=total("stable_degraded"), unsearched=total("stable_unsearched")
            ),
        )

    def alarming(self, names: Sequence[str]) -> str:
        if not names:
            return ""
        with translated(_NAME):
            answer = self._client.describe_alarms(AlarmNames=list(names), AlarmTypes=["CompositeAlarm", "MetricAlarm"])
        found = {
            alarm["AlarmName"]: alarm["StateValue"]
            for kind in ("CompositeAlarms", "MetricAlarms")
            for alarm in answer.get(kind, ())
        }
        return next((name for name in names if found.get(name, "ALARM") == "ALARM"), "")

    def _queries(self, function: str, candidate: str, stable: str, window_s: int) -> list[dict[str, Any]]:
        name = self._prefix + function
        ours = {"service": function, "function": name, "version": candidate}
        stables = {**ours, "version": stable}
        by_alias = {"FunctionName": name, "Resource": f"{name}:{LIVE_ALIAS}", "ExecutedVersion": candidate}
        by_number = {"FunctionName": name, "Resource": f"{name}:{candidate}"}
        return [
            _query("requests", NAMESPACE, "Requests", "Sum", ours, window_s),
            _query("faults", NAMESPACE, "Faults", "Sum", ours, window_s),
            _query("p99", NAMESPACE, "TurnLatency", "p99", ours, window_s),
            _query("stable_p99", NAMESPACE, "TurnLatency", "p99", stables, window_s),
            # Each turn and each search says 0 or 1, so their count is that of what they said.
            _query("searches", NAMESPACE, "Degraded", "SampleCount", ours, window_s),
            _query("degraded", NAMESPACE, "Degraded", "Sum", ours, window_s),
            _query("unsearched", NAMESPACE, "Unsearched", "Sum", ours, window_s),
            _query("stable_searches", NAMESPACE, "Degraded", "SampleCount", stables, window_s),
            _query("stable_degraded", NAMESPACE, "Degraded", "Sum", stables, window_s),
            _query("stable_unsearched", NAMESPACE, "Unsearched", "Sum", stables, window_s),
            _query("called_by_alias", _LAMBDA, "Invocations", "Sum", by_alias, window_s),
            _query("called_by_number", _LAMBDA, "Invocations", "Sum", by_number, window_s),
            _query("errors_by_alias", _LAMBDA, "Errors", "Sum", by_alias, window_s),
            _query("errors_by_number", _LAMBDA, "Errors", "Sum", by_number, window_s),
        ]


def _query(query_id: str, namespace: str, metric: str, stat: str, dimensions: Mapping[str, str], period_s: int) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    what = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": query_id, "MetricStat": {"Metric": what, "Period": period_s, "Stat": stat}, "ReturnData": True}
