"""`knowledge` on AWS: its ports from the environment."""

import os

from functions.knowledge.batch import KnowledgeWork
from functions.knowledge.consumers import DocumentConsumer, FolderConsumer
from functions.knowledge.engines import EngineParts, open_engine
from functions.knowledge.handler import make_handler
from functions.knowledge.settings import Environment
from shared.adapters.aws.deployed import Deployed
from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.parsers.sandbox import SandboxedDocumentParser
from shared.adapters.search_models import open_search_models
from shared.contracts import KNOWLEDGE
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.ingest_document import IngestDocument
from shared.use_cases.ingest_folder import IngestFolder
from shared.use_cases.publish_knowledge import PublishIndexed, PublishKnowledge

env = Environment.from_env(os.environ)
deployed = Deployed()
telemetry = Telemetry("knowledge", env.release, env.log_level)
objects = deployed.objects(env.content_bucket)
knowledge = DynamoDBKnowledgeStore(deployed.database(), TableNames(env.table_prefix), objects)
embedder = open_search_models(env.embedder_choice(), env.model_folder).embedder
key = deployed.kept_secret(env.search_key_secret_id)
parts = EngineParts(env=env, knowledge=knowledge, objects=objects, embedder=embedder, clock=deployed.clock, search_key=key)
engine = open_engine(parts)
ingest = IngestDocument(
    parser=SandboxedDocumentParser(),
    knowledge=knowledge,
    keywords=engine.keyword,
    vectors=engine.vectors,
    embedder=engine.embedder,
    clock=deployed.clock,
)
publish = PublishKnowledge(knowledge=knowledge, clock=deployed.clock)

handler = counted(
    "knowledge",
    make_handler(
        KnowledgeWork(
            document=DocumentConsumer(ingest=ingest, objects=objects, telemetry=telemetry),
            folder=FolderConsumer(ingest=IngestFolder(ingest=ingest), objects=objects, telemetry=telemetry),
            publish=PublishIndexed(publish=publish, index=engine.before_publishing),
            publish_at_once=env.publish_at_once,
            queue=deployed.queue(env.knowledge_queue_url, KNOWLEDGE),
        ),
        deployed.clock,
        telemetry,
    ),
)
