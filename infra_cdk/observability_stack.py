"""Alarms, each with a line in docs/runbook.md that says what to do; and the one alarm that ends a rollout."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra_cdk.api_stack import PAGES_RATE
from infra_cdk.data_stack import DataStack
from infra_cdk.knowledge_store_stack import VOLUME_GB
from infra_cdk.stage_config import StageConfig
from shared.contracts import FUNCTIONS, KNOWLEDGE, QUEUES

_AVAILABLE_PERCENT = 99.5
_P99_MS = 5000
# As long as a draft may take in all, by default: a model's time is not a release's fault, nor news to anybody.
MODEL_MS = 15_000
_OLDEST_S = 300
# A document takes minutes, and people upload many at once.
_OLDEST_DOCUMENT_S = 3600
_OLDEST_UNFINISHED_S = 900
# Of what all pages together may ask: beyond it the gateway refuses, and no function hears of it.
_BUSY_SHARE = 0.8
_UNSEARCHED_SHARE = 0.1
_FAILED_DRAFTS_SHARE = 0.1
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_AT_MOST = cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
# Alarm, metric, statistic and threshold, as AWS recommends them; the space is in megabytes, a quarter of a node's volume.
# docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
_OF_THE_DOMAIN = (
    ("search-red", "ClusterStatus.red", "Maximum", 1, _AT_LEAST),
    ("search-space", "FreeStorageSpace", "Minimum", VOLUME_GB * 1024 / 4, _AT_MOST),
    ("search-memory", "JVMMemoryPressure", "Maximum", 95, _AT_LEAST),
)
_RUNBOOK = "docs/runbook.md"


class ObservabilityStack(cdk.Stack):
    """Every alarm goes to the stage's topic. `names`: all of them, without the stage's prefix."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        data: DataStack,
        api_name: str,
        machine: stepfunctions.StateMachine,
        topic: sns.ITopic,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env)
        self._config = config
        self._topic = topic
        self._api = {"ApiName": api_name, "Stage": config.stage}
        gates = [self._availability(), self._latency()]
        self._busy()
        for contract in QUEUES:
            self._dead_letters(contract.name, data.dead_letters[contract.name])
            if contract.consumer:
                limit_s = _OLDEST_DOCUMENT_S if contract is KNOWLEDGE else _OLDEST_S
                self._age(contract.name, data.queues[contract.name], limit_s)
        for contract in FUNCTIONS:
            self._throttled(contract.name)
        self._unfinished()
        self._late_events()
        self._share_of_turns("knowledge-out-of-reach", "Unsearched", _UNSEARCHED_SHARE)
        if config.has_model:
            self._share_of_turns("model-failing", "ModelFailed", _FAILED_DRAFTS_SHARE)
        if config.has_domain:
            self._domain(config.search_domain)
        self._rollouts(machine)
        self._gate(gates)

    def _availability(self) -> cloudwatch.Alarm:
        minutes = cdk.Duration.minutes(5)
        expression = cloudwatch.MathExpression(
            expression="100 * (1 - failed / MAX([asked, 1]))",
            label="answers that were no failure of ours, percent",
            period=minutes,
            using_metrics={"failed": self._of_api("5XXError", "Sum", minutes), "asked": self._of_api("Count", "Sum", minutes)},
        )
        below = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        return self._alarm("availability", expression, _AVAILABLE_PERCENT, periods=3, of_them=2, comparison=below)

    def _latency(self) -> cloudwatch.Alarm:
        metric = self._of_api("Latency", "p99", cdk.Duration.minutes(1))
        limit_ms = _P99_MS + MODEL_MS if self._config.has_model else _P99_MS
        return self._alarm("latency", metric, limit_ms, periods=5, of_them=3)

    def _busy(self) -> None:
        minute = cdk.Duration.minutes(1)
        most = PAGES_RATE * minute.to_seconds() * _BUSY_SHARE
        self._alarm("busy", self._of_api("Count", "Sum", minute), most, periods=5, of_them=3)

    def _dead_letters(self, name: str, queue: sqs.IQueue) -> None:
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=cdk.Duration.minutes(1))
        self._alarm(f"{name}-dead-letters", metric, 1, periods=1)

    def _age(self, name: str, queue: sqs.IQueue, limit_s: int) -> None:
        metric = queue.metric_approximate_age_of_oldest_message(statistic="Maximum", period=cdk.Duration.minutes(1))
        self._alarm(f"{name}-age", metric, limit_s, periods=3)

    def _throttled(self, name: str) -> None:
        metric = cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name="Throttles",
            statistic="Sum",
            period=cdk.Duration.minutes(1),
            dimensions_map={"FunctionName": self._config.prefix + name},
        )
        self._alarm(f"{name}-throttled", metric, 1, periods=3, of_them=2)

    def _unfinished(self) -> None:
        metric = self._of_ours("sweeper", "OldestUnfinishedAge", "Maximum", cdk.Duration.minutes(1))
        # The sweeper says it each minute, 0 when all is well: silence means that it does not run. Metrics may be late, so five.
        silence = cloudwatch.TreatMissingData.BREACHING
        self._alarm("unfinished-messages", metric, _OLDEST_UNFINISHED_S, periods=5, missing=silence)

    def _late_events(self) -> None:
        """What a turn caused reaches its queue by the stream, or a minute later by the sweeper, which then says so."""
        metric = self._of_ours("sweeper", "EventsLate", "Maximum", cdk.Duration.minutes(1))
        self._alarm("events-late", metric, 1, periods=15, of_them=3)

    def _share_of_turns(self, name: str, metric_name: str, share: float) -> None:
        """Such turns end with status 200, and quickly, or by a rung below: no other alarm hears of them."""
        # Each turn says 0 or 1, so the average is the share.
        metric = self._of_ours("dialog", metric_name, "Average", cdk.Duration.minutes(5))
        self._alarm(name, metric, share, periods=3, of_them=2)

    def _domain(self, name: str) -> None:
        """A node that is full writes no more, and a red cluster has lost a part of its indices."""
        minute = cdk.Duration.minutes(1)
        for alarm, metric_name, statistic, threshold, comparison in _OF_THE_DOMAIN:
            metric = cloudwatch.Metric(
                namespace="AWS/ES",
                metric_name=metric_name,
                statistic=statistic,
                period=minute,
                dimensions_map={"DomainName": name, "ClientId": self._config.account},
            )
            self._alarm(alarm, metric, threshold, periods=5, comparison=comparison)

    def _rollouts(self, machine: stepfunctions.StateMachine) -> None:
        minute = cdk.Duration.minutes(1)
        self._alarm("rollout-failed", machine.metric_failed(statistic="Sum", period=minute), 1, periods=1)
        self._alarm("rollout-timed-out", machine.metric_timed_out(statistic="Sum", period=minute), 1, periods=1)

    def _gate(self, alarms: Sequence[cloudwatch.Alarm]) -> None:
        """The rollout's standing gate; it treats a missing one as in alarm."""
        states = [cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms]
        cloudwatch.CompositeAlarm(
            self,
            "ReleaseGate",
            composite_alarm_name=f"{self._config.prefix}release-gate",
            alarm_description=f"ends a rollout; {_RUNBOOK}",
            alarm_rule=cloudwatch.AlarmRule.any_of(*states),
        )

    def _of_ours(self, function: str, metric: str, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        # By the function's name, which has the stage in it: an account may have several.
        dimensions = {"service": function, "function": self._config.prefix + function}
        return cloudwatch.Metric(
            namespace="Kefu", metric_name=metric, statistic=statistic, period=period, dimensions_map=dimensions
        )

    def _of_api(self, metric: str, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway", metric_name=metric, statistic=statistic, period=period, dimensions_map=self._api
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        *,
        periods: int,
        of_them: int | None = None,
        comparison: cloudwatch.ComparisonOperator = _AT_LEAST,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "".join(part.title() for part in name.split("-")),
            alarm_name=self._config.prefix + name,
            alarm_description=f"what to do: {_RUNBOOK}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=of_them or periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        return alarm
