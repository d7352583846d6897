"""What starts functions by itself: queues, the outbox's stream, the sweeper's clock. All point at the alias `live`."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from collections.abc import Mapping

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.data_stack import DataStack
from infra_cdk.stage_config import StageConfig
from infra_cdk.weighted_alias import WeightedAlias
from shared.contracts import KNOWLEDGE, LIVE_ALIAS, OUTBOX, QUEUES, TURNS, QueueContract

_BATCH = 10
# A folder is looked at once for all notifications of a batch; people upload many files at once.
_UPLOADS, _UPLOADS_WINDOW_S = 100, 5
# One conversation's turns may take all of the function's time.
_BATCHES = {KNOWLEDGE: _UPLOADS, TURNS: 1}
# Each batch of uploads makes one look at the whole folder; more at a time would do the same work and be in each other's
# way. Two is the least that Lambda takes.
_LOOKS_AT_ONCE = 2
_SWEEP_EVERY = "rate(1 minute)"
# Lambda would keep a clock's call for six hours and try it three times: after an hour without room, sixty sweeps at once
# would be at `dialog`, which has just come back. The next minute's call does the same work.
_SWEEP_AGE_S = 60
# What the stream could not deliver by then, the sweeper finds in the table.
_STREAM_RETRIES = 10
_STREAM_AGE_S = 3600
_PARTIAL = ["ReportBatchItemFailures"]


def add_triggers(scope: Construct, config: StageConfig, aliases: Mapping[str, WeightedAlias], data: DataStack) -> None:
    """Connect every queue with its consumer, the stream with `outbox`, and the clock with `sweeper`."""
    for queue in QUEUES:
        if queue.consumer:
            _consume(scope, config, aliases[queue.consumer], queue, data)
    _relay(scope, aliases["outbox"], data)
    _sweep(scope, config, aliases["sweeper"])


def _consume(scope: Construct, config: StageConfig, alias: WeightedAlias, queue: QueueContract, data: DataStack) -> None:
    most = _LOOKS_AT_ONCE if queue is KNOWLEDGE else config.queue_concurrency
    scaling = lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=most)
    mapping = lambda_.CfnEventSourceMapping(
        scope,
        f"{queue.name.title()}Mapping",
        function_name=alias.arn,
        event_source_arn=data.queues[queue.name].queue_arn,
        batch_size=_BATCHES.get(queue, _BATCH),
        maximum_batching_window_in_seconds=_UPLOADS_WINDOW_S if queue is KNOWLEDGE else None,
        function_response_types=_PARTIAL,
        scaling_config=scaling,
    )
    mapping.node.add_dependency(alias.resource)


def _relay(scope: Construct, alias: WeightedAlias, data: DataStack) -> None:
    inserted = lambda_.CfnEventSourceMapping.FilterProperty(pattern='{"eventName":["INSERT"]}')
    mapping = lambda_.CfnEventSourceMapping(
        scope,
        "OutboxMapping",
        function_name=alias.arn,
        event_source_arn=data.tables[OUTBOX.name].table_stream_arn,
        starting_position="TRIM_HORIZON",
        batch_size=100,
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=_STREAM_RETRIES,
        maximum_record_age_in_seconds=_STREAM_AGE_S,
        function_response_types=_PARTIAL,
        filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(filters=[inserted]),
    )
    mapping.node.add_dependency(alias.resource)


def _sweep(scope: Construct, config: StageConfig, alias: WeightedAlias) -> None:
    rule = events.CfnRule(
        scope,
        "SweepRule",
        name=f"{config.prefix}sweep",
        description="what has not ended, and for how long",
        schedule_expression=_SWEEP_EVERY,
        state="ENABLED",
        targets=[events.CfnRule.TargetProperty(arn=alias.arn, id="sweeper")],
    )
    invocations = lambda_.CfnEventInvokeConfig(
        scope,
        "SweepInvocations",
        function_name=f"{config.prefix}sweeper",
        qualifier=LIVE_ALIAS,
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=_SWEEP_AGE_S,
    )
    invocations.node.add_dependency(alias.resource)
    permission = lambda_.CfnPermission(
        scope,
        "SweepPermission",
        action="lambda:InvokeFunction",
        function_name=alias.arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )
    permission.node.add_dependency(alias.resource)
