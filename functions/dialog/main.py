"""`dialog` on AWS: its ports from the environment, its handler from the wiring that every machine shares."""

import os

from functions.dialog.settings import Environment
from functions.dialog.wiring import DialogPorts, build_answerer, build_dialog
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.deployed_cipher import open_cipher
from shared.adapters.aws.lambda_invoke import LambdaTransport
from shared.adapters.caching_releases import CachingReleaseStore
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.crypto.signed_tokens import RotatingTokens
from shared.adapters.dynamodb.answer_cache import DynamoDBAnswerCache
from shared.adapters.dynamodb.conversations import DynamoDBConversationStore
from shared.adapters.dynamodb.ledger import DynamoDBLedger
from shared.adapters.dynamodb.presence import DynamoDBPresenceStore
from shared.adapters.dynamodb.profiles import DynamoDBProfileStore
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.dynamodb.tickets import DynamoDBTicketStore
from shared.adapters.reply_models import reply_model
from shared.contracts import TURNS
from shared.runtime.envelopes import EnvelopeKnowledgeService, EnvelopeTurnService
from shared.runtime.lambda_entry import Handler, ReadyHandler, before_snapshot
from shared.runtime.observability import Telemetry
from shared.runtime.qualifiers import Qualifiers
from shared.runtime.version_metrics import counted
from shared.use_cases.hand_over_turns import HandOverTurns

env = Environment.from_env(os.environ)
deployed = Deployed()
before_snapshot(deployed.aws.disconnect)

names = TableNames(env.table_prefix)
database = deployed.database()
cipher = open_cipher(deployed, names, env.master_key)
telemetry = Telemetry("dialog", env.release, env.log_level)
# Searches carry this version's own release, so a turn never mixes two.
releases = CachingReleaseStore(DynamoDBReleaseStore(database, names), deployed.clock)
by_release = Qualifiers(releases=releases, otherwise=env.callee_alias)
retrieval = LambdaTransport(deployed.aws.invoker, env.retrieval_function, by_release.of("retrieval"))
# The queue's batches come by the alias; turns of another release go to the version of that release.
own_versions = LambdaTransport(deployed.aws.invoker, env.dialog_function, by_release.of("dialog"))
conversations = DynamoDBConversationStore(database, names, cipher)
hand_over = HandOverTurns(
    releases=releases,
    conversations=conversations,
    turns=EnvelopeTurnService(own_versions, deployed.clock),
    clock=deployed.clock,
    own=env.release,
)


def build() -> Handler:
    """Read the secrets as they are now, and wire."""
    model_key = deployed.kept_secret(env.model_key_secret_id) if env.model_key_secret_id else None
    if model_key:
        # Without it answers are quoted, not drafted: no reason not to start.
        model_key.read_ahead()
    ports = DialogPorts(
        clock=deployed.clock,
        ids=deployed.ids,
        conversations=conversations,
        ledger=DynamoDBLedger(database, names),
        tickets=DynamoDBTicketStore(database, names, cipher),
        presence=DynamoDBPresenceStore(database, names),
        profiles=DynamoDBProfileStore(database, names, cipher),
        cache=DynamoDBAnswerCache(database, names),
        turns=deployed.queue(env.turns_queue_url, TURNS),
        companies=ObjectStoreCompanies(deployed.objects(env.content_bucket), deployed.clock),
        knowledge=EnvelopeKnowledgeService(retrieval, deployed.clock, env.release),
        answerer=build_answerer(reply_model(env.model_choice(model_key or ""))),
        tokens=RotatingTokens(deployed.kept_secret(env.token_secret_id)),
        hand_over=hand_over,
        search_timeout_s=env.search_timeout_s,
        queue_patience_s=env.queue_patience_s,
    )
    return build_dialog(ports, telemetry)


handler = counted("dialog", ReadyHandler(build))
