"""`rollout` on AWS: its ports from the environment."""

import os

from functions.rollout.handler import make_handler
from functions.rollout.settings import Environment
from shared.adapters.aws.deployed import Deployed
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.rollout.aliases import LambdaAliases
from shared.adapters.rollout.version_health import CloudWatchVersionHealth
from shared.adapters.rollout.versions import LambdaVersions
from shared.contracts import FUNCTIONS
from shared.runtime.observability import Telemetry
from shared.use_cases.prune_versions import PruneVersions
from shared.use_cases.roll_out import RollOut

env = Environment.from_env(os.environ)
deployed = Deployed()
controller = RollOut(
    aliases=LambdaAliases(deployed.aws.client("lambda"), env.table_prefix),
    health=CloudWatchVersionHealth(deployed.aws.client("cloudwatch"), deployed.clock, env.table_prefix),
    releases=DynamoDBReleaseStore(deployed.database(), TableNames(env.table_prefix)),
    clock=deployed.clock,
    hot=frozenset(contract.name for contract in FUNCTIONS if contract.snap_start),
    alarms=env.gate_alarms,
)

prune = PruneVersions(
    versions=LambdaVersions(deployed.aws.client("lambda"), env.table_prefix),
    releases=controller.releases,
    clock=deployed.clock,
    functions=tuple(contract.name for contract in FUNCTIONS if contract.aliased),
)

handler = make_handler(controller, prune, Telemetry("rollout", env.release, env.log_level))
