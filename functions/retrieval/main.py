"""`retrieval` on AWS: its ports from the environment, its search from the wiring that every machine shares."""

import os
from concurrent.futures import ThreadPoolExecutor

from functions.retrieval.engines import EngineParts, open_engine
from functions.retrieval.handler import make_handler
from functions.retrieval.settings import Environment
from functions.retrieval.wiring import SearchPorts, build_search
from shared.adapters.aws.deployed import Deployed
from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.search_models import open_search_models
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.runtime.lambda_entry import at_start, before_snapshot
from shared.runtime.observability import Telemetry
from shared.runtime.version_metrics import counted
from shared.use_cases.recent_searches import RecentSearches

_LEG_THREADS = 8

env = Environment.from_env(os.environ)
deployed = Deployed()
before_snapshot(deployed.aws.disconnect)

objects = deployed.objects(env.content_bucket)
knowledge = DynamoDBKnowledgeStore(deployed.database(), TableNames(env.table_prefix), objects)
# Loaded here, in the init phase: the model belongs into the snapshot. A secret does not.
models = open_search_models(env.question_choice(), env.model_folder)
embedder = models.embedder
reranker, reader = models.candidates()
key = deployed.kept_secret(env.search_key_secret_id)
if env.search_key_secret_id:
    at_start(key.read_ahead)
parts = EngineParts(env=env, knowledge=knowledge, objects=objects, embedder=embedder, clock=deployed.clock, search_key=key)
engine = open_engine(parts)
ports = SearchPorts(
    knowledge=knowledge,
    keyword=engine.keyword,
    vectors=engine.vectors,
    hybrid=engine.hybrid,
    embedder=embedder,
    reranker=reranker,
    reader=reader,
    companies=ObjectStoreCompanies(objects, deployed.clock),
    executor=ThreadPoolExecutor(_LEG_THREADS, thread_name_prefix="leg"),
    leg_timeout_s=env.leg_timeout_s,
)
find = build_search(ports)


def find_in_indexes(query: SearchQuery) -> SearchResult:
    """Search indexes that hold the query's snapshot."""
    assert query.snapshot is not None  # noqa: S101 - RecentSearches asks for one
    engine.refresh(query.tenant, query.snapshot)
    return find(query)


search = RecentSearches(search=find_in_indexes, knowledge=knowledge, clock=deployed.clock)
handler = counted("retrieval", make_handler(search, deployed.clock, Telemetry("retrieval", env.release, env.log_level)))
