"""`sweeper` on AWS: its ports from the environment."""

import os

from functions.sweeper.settings import Environment
from functions.sweeper.wiring import SweeperPorts, build_sweeper
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.deployed_cipher import open_cipher
from shared.adapters.aws.lambda_invoke import LambdaTransport, always
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.dynamodb.conversations import DynamoDBConversationStore
from shared.adapters.dynamodb.ledger import DynamoDBLedger
from shared.adapters.dynamodb.outbox import DynamoDBOutbox
from shared.adapters.dynamodb.presence import DynamoDBPresenceStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.runtime.envelopes import EnvelopeTurnService
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.relay_outbox import RelayOutbox

env = Environment.from_env(os.environ)
deployed = Deployed()
names = TableNames(env.table_prefix)
database = deployed.database()
dialog = LambdaTransport(deployed.aws.invoker, env.dialog_function, always(env.callee_alias))

ports = SweeperPorts(
    clock=deployed.clock,
    ids=deployed.ids,
    ledger=DynamoDBLedger(database, names),
    conversations=DynamoDBConversationStore(database, names, open_cipher(deployed, names, env.master_key)),
    presence=DynamoDBPresenceStore(database, names),
    companies=ObjectStoreCompanies(deployed.objects(env.content_bucket), deployed.clock),
    turns=EnvelopeTurnService(dialog, deployed.clock),
    relay=RelayOutbox(queues=deployed.queues(env.queue_urls()), outbox=DynamoDBOutbox(database, names), clock=deployed.clock),
    queue_patience_s=env.queue_patience_s,
)

# What is taken up runs on each conversation's own release, which `dialog` knows: the sweeper names none.
any_release = ""
handler = counted("sweeper", build_sweeper(ports, env.tenants, any_release, Telemetry("sweeper", env.release, env.log_level)))
