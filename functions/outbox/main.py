"""`outbox` on AWS: its ports from the environment."""

import os

from functions.outbox.handler import make_handler
from functions.outbox.settings import Environment
from shared.adapters.aws.deployed import Deployed
from shared.adapters.dynamodb.outbox import DynamoDBOutbox
from shared.adapters.dynamodb.table_names import TableNames
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.relay_outbox import RelayOutbox

env = Environment.from_env(os.environ)
deployed = Deployed()
outbox = DynamoDBOutbox(deployed.database(), TableNames(env.table_prefix))
relay = RelayOutbox(queues=deployed.queues(env.queue_urls()), outbox=outbox, clock=deployed.clock)

handler = counted("outbox", make_handler(relay, Telemetry("outbox", env.release, env.log_level)))
