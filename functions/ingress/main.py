"""The front door on AWS: its ports from the environment, its application from the wiring that every machine shares."""

import os
from pathlib import Path

from functions.ingress.app import create_app
from functions.ingress.handler import make_handler
from functions.ingress.other_releases import OtherReleases
from functions.ingress.pages import PageFiles, Pages
from functions.ingress.settings import Environment
from functions.ingress.wiring import FrontDoorPorts, build_front_door
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.lambda_invoke import LambdaTransport
from shared.adapters.caching_releases import CachingReleaseStore
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.crypto.signed_tokens import RotatingTokens
from shared.adapters.dynamodb.ledger import DynamoDBLedger
from shared.adapters.dynamodb.rate_limiter import DynamoDBRateLimiter
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.sessions import DynamoDBSessionStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.domain.errors import SupportError
from shared.runtime.envelopes import EnvelopeTurnService
from shared.runtime.lambda_entry import Handler, ReadyHandler, before_snapshot
from shared.runtime.observability import Telemetry
from shared.runtime.qualifiers import Qualifiers
from shared.runtime.version_metrics import counted

env = Environment.from_env(os.environ)
deployed = Deployed()
before_snapshot(deployed.aws.disconnect)

telemetry = Telemetry("ingress", env.release, env.log_level)
names = TableNames(env.table_prefix)
database = deployed.database()
recorded = DynamoDBReleaseStore(database, names)
releases = CachingReleaseStore(recorded, deployed.clock)
by_release = Qualifiers(releases=releases, otherwise=env.callee_alias)
dialog = LambdaTransport(deployed.aws.invoker, env.dialog_function, by_release.of("dialog"))
# Beside `functions` in the zip as in the repository.
pages = PageFiles.read(Path(__file__).resolve().parents[2] / "web")
own_versions = LambdaTransport(deployed.aws.invoker, env.ingress_function, by_release.of("ingress"))


def report_unreadable(tenant: str, error: SupportError) -> None:
    """Say which company's file stands in its own customers' way."""
    telemetry.failure("company_unreadable", "", error, tenant=tenant, field=error.fields.get("field", ""))
    telemetry.measure("CompaniesUnreadable", 1)


def build() -> Handler:
    """Read the secrets as they are now, and wire."""
    # A key that leaked must not open doors for as long as a sandbox lives.
    token_key = deployed.kept_secret(env.token_secret_id)
    settings = env.with_secrets(lambda name: token_key() if name == env.token_secret_id else deployed.secret(name))
    ports = FrontDoorPorts(
        clock=deployed.clock,
        ids=deployed.ids,
        companies=ObjectStoreCompanies(
            deployed.objects(env.content_bucket), deployed.clock, env.tenants, on_unreadable=report_unreadable
        ),
        sessions=DynamoDBSessionStore(database, names),
        ledger=DynamoDBLedger(database, names),
        limiter=DynamoDBRateLimiter(database, names),
        tokens=RotatingTokens(token_key),
        turns=EnvelopeTurnService(dialog, deployed.clock),
        releases=releases,
    )
    door = build_front_door(ports, settings)
    app = create_app(settings, door, telemetry)
    elsewhere = OtherReleases(releases=recorded, ask=own_versions, own=env.release)
    return make_handler(Pages(pages=pages, otherwise=app, api_key=env.pages_key, elsewhere=elsewhere), pages)


handler = counted("ingress", ReadyHandler(build))
