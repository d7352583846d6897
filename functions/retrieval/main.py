"""`retrieval` on AWS: its ports from the environment, its search from the wiring that every machine shares."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from functions.retrieval.engines import EngineParts, open_engine
from functions.retrieval.handler import make_handler
from functions.retrieval.settings import Environment
from functions.retrieval.wiring import SearchPorts, build_search
from shared.adapters.aws.deployed import Deployed
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.reranker import E5Reranker, load_centres
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.runtime.lambda_entry import before_snapshot
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted

_LEG_THREADS = 8
_MODEL = Path(__file__).resolve().parents[2] / "models" / "e5"

env = Environment.from_env(os.environ)
deployed = Deployed()
before_snapshot(deployed.aws.disconnect)

objects = deployed.objects(env.content_bucket)
knowledge = DynamoDBKnowledgeStore(deployed.database(), TableNames(env.table_prefix), objects)
# Loaded here, in the init phase: the model belongs into the snapshot.
embedder = E5Embedder(Path(env.model_folder) if env.model_folder else _MODEL, load_alignment())
engine = open_engine(EngineParts(env=env, knowledge=knowledge, objects=objects, embedder=embedder, clock=deployed.clock))
ports = SearchPorts(
    knowledge=knowledge,
    keyword=engine.keyword,
    vectors=engine.vectors,
    hybrid=engine.hybrid,
    embedder=embedder,
    reranker=E5Reranker(embedder, load_centres()),
    companies=ObjectStoreCompanies(objects, deployed.clock),
    executor=ThreadPoolExecutor(_LEG_THREADS, thread_name_prefix="leg"),
    leg_timeout_s=env.leg_timeout_s,
)
find = build_search(ports)


def search(query: SearchQuery) -> SearchResult:
    """Search the snapshot that is published now, in indexes that hold it."""
    snapshot = query.snapshot if query.snapshot is not None else knowledge.snapshot(query.tenant).published
    engine.refresh(query.tenant, snapshot)
    return find(replace(query, snapshot=snapshot))


handler = counted("retrieval", make_handler(search, deployed.clock, Telemetry("retrieval", env.release, env.log_level)))
