"""The staff's application on AWS: its ports from the environment."""

import os

from functions.desk.app import create_app
from functions.desk.handler import make_handler
from functions.desk.settings import Environment
from functions.desk.staff import StaffList, WrittenStaff
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.lambda_invoke import LambdaTransport, always
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.runtime.dialog_client import DialogClient
from shared.runtime.envelopes import EnvelopeTurnService
from shared.runtime.lambda_entry import Handler, ReadyHandler
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted

env = Environment.from_env(os.environ)
deployed = Deployed()
dialog = LambdaTransport(deployed.aws.invoker, env.dialog_function, always(env.callee_alias))


def build() -> Handler:
    """Read the staff and the company, and wire."""
    # A sandbox may live for days: who is taken off the list must not be let in for as long.
    staff = deployed.kept_secret(env.staff_secret_id)
    staff.read_ahead()
    company = ObjectStoreCompanies(deployed.objects(env.content_bucket), deployed.clock).get(env.tenant)
    turns = EnvelopeTurnService(dialog, deployed.clock)
    client = DialogClient(turns=turns, clock=deployed.clock, timeout_s=env.command_timeout_s)
    telemetry = Telemetry("desk", env.release, env.log_level)
    return make_handler(create_app(env, StaffList(WrittenStaff(staff)), company, client, deployed.ids, telemetry))


handler = counted("desk", ReadyHandler(build))
