"""`tickets` on AWS: its ports from the environment."""

import os

from functions.tickets.handler import TicketConsumer, make_handler
from functions.tickets.settings import Environment
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.deployed_cipher import open_cipher
from shared.adapters.desk_ticket_system import DeskTicketSystem
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.dynamodb.tickets import DynamoDBTicketStore
from shared.contracts import TICKETS
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.process_ticket import ProcessTicket

env = Environment.from_env(os.environ)
deployed = Deployed()
names = TableNames(env.table_prefix)
telemetry = Telemetry("tickets", env.release, env.log_level)
tickets = DynamoDBTicketStore(deployed.database(), names, open_cipher(deployed, names, env.master_key))

handler = counted(
    "tickets",
    make_handler(
        TicketConsumer(
            process=ProcessTicket(tickets=tickets, system=DeskTicketSystem(), clock=deployed.clock, ids=deployed.ids),
            tickets=tickets,
            queue=deployed.queue(env.tickets_queue_url, TICKETS),
            dead_letters=deployed.queue(env.tickets_dead_queue_url, TICKETS),
            telemetry=telemetry,
        ),
        telemetry,
    ),
)
