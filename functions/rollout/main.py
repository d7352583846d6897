"""Wires `rollout` in Lambda."""

import os

from functions.rollout.handler import make_handler
from functions.rollout.settings import RolloutSettings
from shared.adapters.aws.session import AWS
from shared.adapters.clock import SystemClock
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.rollout.aliases import LambdaAliases
from shared.adapters.rollout.version_health import CloudWatchVersionHealth
from shared.contracts import FUNCTIONS
from shared.runtime.observability import Telemetry
from shared.use_cases.roll_out import RollOut

_settings = RolloutSettings.from_env(os.environ)
_aws = AWS()
_clock = SystemClock()
_controller = RollOut(
    aliases=LambdaAliases(_aws.client("lambda"), _settings.prefix),
    health=CloudWatchVersionHealth(_aws.client("cloudwatch"), _clock, _settings.prefix),
    releases=DynamoDBReleaseStore(DynamoDB(_aws.client("dynamodb")), TableNames(_settings.prefix)),
    clock=_clock,
    hot=frozenset(contract.name for contract in FUNCTIONS if contract.snap_start),
    alarms=_settings.gate_alarms,
)
handler = make_handler(_controller, Telemetry("rollout", _settings.release, _settings.log_level))
