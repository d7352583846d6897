"""The age of a queue's oldest message, from CloudWatch: SQS has no call for it."""

from datetime import timedelta
from typing import Any

from shared.adapters.aws.errors import translated
from shared.ports import Clock

_WINDOW = timedelta(minutes=5)


class CloudWatchQueueAge:
    """SQS reports ApproximateAgeOfOldestMessage once a minute; 0 while nothing was reported in the last five."""

    def __init__(self, client: Any, queue_name: str, clock: Clock) -> None:
        self._client = client
        self._queue_name = queue_name
        self._clock = clock

    def __call__(self) -> float:
        """Return seconds. Raises DependencyUnavailableError."""
        now = self._clock.now()
        with translated("cloudwatch"):
            answer = self._client.get_metric_statistics(
                Namespace="AWS/SQS",
                MetricName="ApproximateAgeOfOldestMessage",
                Dimensions=[{"Name": "QueueName", "Value": self._queue_name}],
                StartTime=now - _WINDOW,
                EndTime=now,
                Period=60,
                Statistics=["Maximum"],
            )
        points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
        return float(points[-1]["Maximum"]) if points else 0.0
