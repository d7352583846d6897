"""Knowledge on a single machine: what `retrieval` and `knowledge` run on, and what the command line does with documents."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.knowledge.batch import KnowledgeWork
from functions.knowledge.consumers import DocumentConsumer, FolderConsumer
from functions.knowledge.handler import make_handler
from functions.retrieval.wiring import SearchPorts
from functions.retrieval.wiring import build_search as build
from local.background_model import BackgroundModel
from local.composition.search_engine import Rebuilding, open_search_engine
from local.composition.stores import Stores
from local.data_folder import DataFolder
from local.hop import Handler
from local.settings import LocalSettings
from shared.adapters.clock import SystemClock
from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder, embedder_name
from shared.adapters.parsers.sandbox import SandboxedDocumentParser
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.ports import CompanyStore, DerivedKeywordIndex, DerivedVectorIndex, Embedder, HybridIndex
from shared.runtime.observability import Telemetry
from shared.use_cases.ingest_document import IngestDocument
from shared.use_cases.ingest_folder import IngestFolder
from shared.use_cases.publish_knowledge import PublishIndexed, PublishKnowledge
from shared.use_cases.recent_searches import RecentSearches
from shared.use_cases.reconcile_indices import Progress, ReconcileIndices
from shared.use_cases.search_knowledge import SearchKnowledge

_LEG_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The search behind `retrieval`, and the handler of `knowledge`."""

    search: Callable[[SearchQuery], SearchResult]
    handler: Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """Everything about documents, opened once."""

    store: SQLiteKnowledgeStore
    keyword: DerivedKeywordIndex
    vectors: DerivedVectorIndex
    hybrid: HybridIndex | None
    rebuilding: Rebuilding | None
    model: BackgroundModel
    parser: SandboxedDocumentParser
    publish: PublishKnowledge
    database: Database
    clock: SystemClock
    executor: ThreadPoolExecutor
    close_engine: Callable[[], object]

    def close(self) -> None:
        """End the parser's process, and close the files."""
        self.parser.close()
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.close_engine()
        self.database.close()

    def ingest(self, *, with_vectors: bool) -> IngestDocument:
        """Return the use case; without vectors it is fast, and `reconcile` adds them."""
        embedder: Embedder | None = self.model if with_vectors else None
        return IngestDocument(
            parser=self.parser,
            knowledge=self.store,
            keywords=self.keyword,
            vectors=self.vectors,
            embedder=embedder,
            clock=self.clock,
        )

    def reconcile(self, on_progress: Progress) -> ReconcileIndices:
        """Return the use case that puts back what a kill between store and index took."""
        return ReconcileIndices(
            knowledge=self.store,
            keyword=self.keyword,
            vectors=self.vectors,
            embedder=self.model,
            on_progress=on_progress,
        )


def open_knowledge(folder: DataFolder, stores: Stores, settings: LocalSettings) -> KnowledgeBase:
    """Open or create the stores and indexes; the embedder is not loaded yet."""
    database = Database(folder.databases / "knowledge.db")
    store = SQLiteKnowledgeStore(database)
    weights = embedder_name(load_alignment())
    engine = open_search_engine(settings, folder.indexes, model=weights, dimensions=E5Embedder.dimensions)
    return KnowledgeBase(
        store=store,
        keyword=engine.keyword,
        vectors=engine.vectors,
        hybrid=engine.hybrid,
        rebuilding=engine.rebuilding,
        model=BackgroundModel(weights, E5Embedder.dimensions),
        parser=SandboxedDocumentParser(),
        publish=PublishKnowledge(knowledge=store, clock=stores.clock),
        database=database,
        clock=stores.clock,
        executor=ThreadPoolExecutor(_LEG_THREADS, thread_name_prefix="leg"),
        close_engine=engine.close,
    )


def build_search(base: KnowledgeBase, companies: CompanyStore) -> SearchKnowledge:
    """Return the search of the release."""
    ports = SearchPorts(
        knowledge=base.store,
        keyword=base.keyword,
        vectors=base.vectors,
        embedder=base.model,
        reranker=base.model,
        reader=base.model,
        companies=companies,
        executor=base.executor,
        hybrid=base.hybrid,
    )
    return build(ports)


def build_knowledge(base: KnowledgeBase, stores: Stores, companies: CompanyStore, release: str) -> Knowledge:
    """Wire both functions' parts."""
    telemetry = Telemetry("knowledge", release)
    ingest = base.ingest(with_vectors=True)
    work = KnowledgeWork(
        document=DocumentConsumer(ingest=ingest, objects=stores.objects, telemetry=telemetry),
        folder=FolderConsumer(ingest=IngestFolder(ingest=ingest), objects=stores.objects, telemetry=telemetry),
        # Each write of this machine's indexes is one of readers' indexes already.
        publish=PublishIndexed(publish=base.publish, index=lambda _tenant: None),
    )
    search = RecentSearches(search=build_search(base, companies), knowledge=base.store, clock=stores.clock)
    return Knowledge(search=search, handler=make_handler(work, stores.clock, telemetry))
