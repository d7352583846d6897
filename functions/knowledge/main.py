"""`knowledge` on AWS: its ports from the environment."""

import os
from pathlib import Path

from functions.knowledge.consumers import DocumentConsumer, FolderConsumer
from functions.knowledge.engines import EngineParts, open_engine
from functions.knowledge.handler import KnowledgeWork, make_handler
from functions.knowledge.settings import Environment
from shared.adapters.aws.deployed import Deployed
from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.parsers.sandbox import SandboxedDocumentParser
from shared.contracts import KNOWLEDGE
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.ingest_document import IngestDocument
from shared.use_cases.ingest_folder import IngestFolder
from shared.use_cases.publish_knowledge import PublishIndexed, PublishKnowledge

_MODEL = Path(__file__).resolve().parents[2] / "models" / "e5"

env = Environment.from_env(os.environ)
deployed = Deployed()
telemetry = Telemetry("knowledge", env.release, env.log_level)
objects = deployed.objects(env.content_bucket)
knowledge = DynamoDBKnowledgeStore(deployed.database(), TableNames(env.table_prefix), objects)
embedder = E5Embedder(Path(env.model_folder) if env.model_folder else _MODEL, load_alignment())
engine = open_engine(EngineParts(env=env, knowledge=knowledge, objects=objects, embedder=embedder, clock=deployed.clock))
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
