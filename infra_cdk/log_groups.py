"""Log groups of ours: with the stage's key, an age, and a name that can be foretold."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.stage_config import StageConfig

_DAYS = {
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def encrypted_log_group(scope: Construct, construct_id: str, name: str, config: StageConfig, key: kms.IKey) -> logs.LogGroup:
    """Return a log group that keeps lines for `config.log_days` days (30, 90, 180 or 365)."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        encryption_key=key,
        retention=_DAYS[config.log_days],
        removal_policy=cdk.RemovalPolicy.RETAIN if config.retain else cdk.RemovalPolicy.DESTROY,
    )
