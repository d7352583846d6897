"""Ingestion with the real store and parser, and indexes in memory that can break off."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.adapters.parsers.rejections import RejectedFile
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import DependencyUnavailableError, DocumentRejectedError
from shared.domain.knowledge import Audience, Chunk, DocumentMeta, ParsedDocument
from shared.ports import ChunkVectors, IndexFilter, LegHit, Vector
from shared.use_cases.ingest_document import IngestDocument, IngestResult, SourceDocument
from shared.use_cases.publish_knowledge import PublishKnowledge

TENANT = "acme"


class ParserInProcess:
    """The parser without its process of its own."""

    def parse(self, source: str, data: bytes, meta: DocumentMeta) -> ParsedDocument:
        try:
            return parse_document(source, data, meta, Limits())
        except RejectedFile as error:
            raise DocumentRejectedError(source, error.reason, error.detail) from error


@dataclass
class Breaker:
    """Lets `calls` writes through and then breaks off, as a power cut would; None: never."""

    calls: int | None = None

    def step(self) -> None:
        if self.calls is not None:
            if self.calls <= 0:
                raise DependencyUnavailableError("test", "broke off")
            self.calls -= 1


@dataclass
class MemoryIndex:
    """Keeps chunks by id, as both kinds of index do."""

    breaker: Breaker = field(default_factory=Breaker)
    chunks: dict[str, Chunk] = field(default_factory=dict)
    added: int = 0

    def apply(self, tenant: str, added: Sequence[Chunk] | Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        self.breaker.step()
        for one in added:
            chunk = one.chunk if isinstance(one, ChunkVectors) else one
            self.chunks[chunk.chunk_id] = chunk
            self.added += 1
        for chunk_id, snapshot in removed.items():
            if chunk_id in self.chunks:
                self.chunks[chunk_id] = replace(self.chunks[chunk_id], removed_in=snapshot)

    def visible(self, snapshot: int, audience: Audience = Audience.PUBLIC) -> set[str]:
        return {
            chunk.text
            for chunk in self.chunks.values()
            if chunk.audience is audience
            and chunk.added_in <= snapshot
            and (chunk.removed_in is None or snapshot < chunk.removed_in)
        }

    def search(self, *_: object, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        return ()


@dataclass
class CountingEmbedder:
    """Vectors from a hash; remembers the sizes of its batches."""

    batches: list[int] = field(default_factory=list)
    name: str = "hash"
    dimensions: int = 4

    def embed_queries(self, texts: Sequence[str]) -> Sequence[Vector]:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.batches.append(len(texts))
        return [[byte / 255 for byte in hashlib.sha256(text.encode()).digest()[:4]] for text in texts]


class TickingClock:
    """A second passes at every look."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def sleep(self, seconds: float) -> None:
        time.sleep(0)


class BreakableStore(SQLiteKnowledgeStore):
    """The real store, which can break off before a write."""

    breaker: Breaker

    def apply(self, change) -> None:  # type: ignore[no-untyped-def]
        self.breaker.step()
        super().apply(change)


class World:
    """One tenant's knowledge."""

    def __init__(self) -> None:
        self.breaker = Breaker()
        self.store = BreakableStore(Database(MEMORY))
        self.store.breaker = self.breaker
        self.keywords, self.vectors = MemoryIndex(self.breaker), MemoryIndex(self.breaker)
        self.embedder, clock = CountingEmbedder(), TickingClock()
        self.ingest = IngestDocument(
            parser=ParserInProcess(),
            knowledge=self.store,
            keywords=self.keywords,  # type: ignore[arg-type]
            vectors=self.vectors,  # type: ignore[arg-type]
            embedder=self.embedder,
            clock=clock,
        )
        self.publish = PublishKnowledge(knowledge=self.store, clock=clock)

    def put(self, text: str, source: str = "knowledge/a.md", meta: DocumentMeta | None = None) -> IngestResult:
        return self.ingest(SourceDocument(tenant=TENANT, source=source, data=text.encode(), meta=meta or DocumentMeta()))

    def remove(self, source: str = "knowledge/a.md") -> IngestResult:
        return self.ingest.remove(TENANT, source)

    def stored(self, snapshot: int) -> set[str]:
        chunks = self.store.all_chunks(TENANT)
        return {one.text for one in chunks if one.added_in <= snapshot and (one.removed_in is None or snapshot < one.removed_in)}

    def readers_see(self) -> set[str]:
        """Return the published texts, after checking that the store and both indexes agree."""
        now = self.store.snapshot(TENANT).published
        assert self.keywords.visible(now) == self.vectors.visible(now) == self.stored(now)
        return self.stored(now)
