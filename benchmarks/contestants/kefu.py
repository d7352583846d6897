"""Ours: the use case SearchKnowledge over tantivy, usearch and SQLite on disk, with every filter and the fetch of the chunks.

Besides the entries there are copies of some that this reader may not see (for staff, expired, not yet valid, removed,
another tenant's): a filter that let one through would end the run.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from benchmarks.corpus import DIMENSIONS, Corpus, Entry, Floats
from benchmarks.worker import TOP, Search, serve
from shared.adapters.ranking.profile import load_profile
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.knowledge import Audience, Chunk, Document, SearchQuery
from shared.domain.language import Language
from shared.domain.overlap import fingerprint
from shared.ports import KnowledgeChange, Vector
from shared.use_cases.embed_chunks import embed_chunks, in_context
from shared.use_cases.search_knowledge import SearchKnowledge

TENANT = "bench"
OTHER_TENANT = "other"
TODAY = date(2026, 11, 22)
# One in this many entries has a hidden copy of each kind.
_HIDDEN_SHARE = 50
# Ids are 128-bit numbers, as real ones are; those of hidden copies start here.
_HIDDEN = 1 << 64
_KINDS = ("removed", "staff", "expired", "future", "others")
# Entries in one sheet: one document, one transaction.
_SHEET = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEmbedder:
    """Port Embedder: gives the vectors that were computed before, by text. Raises KeyError for any other text."""

    questions: dict[str, Floats]
    passages: dict[str, Floats]
    name: str = "read-from-the-corpus"
    dimensions: int = DIMENSIONS

    def embed_queries(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Vectors of questions."""
        return cast("Sequence[Vector]", [self.questions[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Vectors of titles and texts."""
        return cast("Sequence[Vector]", [self.passages[text] for text in texts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where knowledge is kept, on disk."""

    knowledge: SQLiteKnowledgeStore
    keyword: TantivyKeywordIndex
    vectors: UsearchVectorIndex
    embedder: ReadEmbedder

    def add(self, tenant: str, sheet: str, chunks: Sequence[Chunk]) -> None:
        """Ingest one sheet of entries into the draft."""
        document = _document(tenant, sheet, len(chunks))
        draft = self.knowledge.snapshot(tenant).head + 1
        added = tuple(replace(chunk, document_id=sheet, tenant=tenant, source=sheet, added_in=draft) for chunk in chunks)
        self.knowledge.apply(KnowledgeChange(tenant=tenant, document_id=sheet, snapshot=draft, document=document, added=added))
        self.keyword.apply(tenant, added, {})
        self.vectors.apply(tenant, embed_chunks(self.embedder, added), {})

    def remove(self, tenant: str, sheet: str) -> None:
        """Take a sheet out, in the draft."""
        draft = self.knowledge.snapshot(tenant).head + 1
        chunk_ids = self.knowledge.live_chunk_ids(tenant, sheet)
        self.knowledge.apply(
            KnowledgeChange(tenant=tenant, document_id=sheet, snapshot=draft, document=None, removed_chunk_ids=chunk_ids)
        )
        removed = dict.fromkeys(chunk_ids, draft)
        self.keyword.apply(tenant, (), removed)
        self.vectors.apply(tenant, (), removed)

    def publish(self, tenant: str) -> None:
        """Let readers see the draft."""
        self.knowledge.publish(tenant, self.knowledge.snapshot(tenant).head + 1, datetime(2026, 11, 22, tzinfo=UTC))


def build(corpus: Corpus, folder: Path) -> Search:
    """Ingest the entries and the hidden copies into `folder`; search as an anonymous customer."""
    stores = _stores(corpus, folder)
    _ingest(stores, corpus.entries)
    search = SearchKnowledge(
        knowledge=stores.knowledge,
        keyword=stores.keyword,
        vectors=stores.vectors,
        embedder=stores.embedder,
        executor=ThreadPoolExecutor(4),
        profile=load_profile(),
    )
    queries = [
        SearchQuery(
            tenant=TENANT,
            text=question.text,
            language=cast("Language", question.language),
            audiences=frozenset({Audience.PUBLIC}),
            today=TODAY,
            top_k=TOP,
        )
        for question in corpus.questions
    ]
    return lambda number: _numbers(search, queries[number])


def _numbers(search: SearchKnowledge, query: SearchQuery) -> list[int]:
    result = search(query)
    if result.degraded:
        raise RuntimeError(f"a leg is missing: {result.degraded}")
    numbers = [int(passage.chunk.chunk_id, 16) for passage in result.passages]
    if any(number >= _HIDDEN for number in numbers):
        raise RuntimeError(f"a hidden entry was found: {numbers}")
    return numbers


def _stores(corpus: Corpus, folder: Path) -> Stores:
    folder.mkdir(parents=True, exist_ok=True)
    passages = {entry.title: vector for entry, vector in zip(corpus.entries, corpus.titles, strict=True)}
    passages |= {
        in_context(_chunk(0, entry), entry.text): vector for entry, vector in zip(corpus.entries, corpus.bodies, strict=True)
    }
    questions = {question.text: vector for question, vector in zip(corpus.questions, corpus.question_vectors, strict=True)}
    embedder = ReadEmbedder(questions=questions, passages=passages)
    return Stores(
        knowledge=SQLiteKnowledgeStore(Database(folder / "knowledge.sqlite")),
        keyword=TantivyKeywordIndex(folder / "keyword"),
        vectors=UsearchVectorIndex(folder / "vectors", model=embedder.name, dimensions=DIMENSIONS),
        embedder=embedder,
    )


def _ingest(stores: Stores, entries: Sequence[Entry]) -> None:
    """Two snapshots, because what the second removes must have been in the first."""
    copied = [_chunk(number, entry) for number, entry in enumerate(entries)][::_HIDDEN_SHARE]
    stores.add(TENANT, "removed", _hidden(copied, "removed"))
    stores.publish(TENANT)
    stores.remove(TENANT, "removed")
    for sheet, chunks in _sheets(entries):
        stores.add(TENANT, sheet, chunks)
    stores.add(TENANT, "staff", [replace(chunk, audience=Audience.STAFF) for chunk in _hidden(copied, "staff")])
    stores.add(TENANT, "expired", [replace(chunk, valid_to=date(2026, 11, 21)) for chunk in _hidden(copied, "expired")])
    stores.add(TENANT, "future", [replace(chunk, valid_from=date(2026, 11, 23)) for chunk in _hidden(copied, "future")])
    stores.publish(TENANT)
    stores.add(OTHER_TENANT, "others", _hidden(copied, "others"))
    stores.publish(OTHER_TENANT)


def _sheets(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Chunk]]]:
    for first in range(0, len(entries), _SHEET):
        sheet = entries[first : first + _SHEET]
        yield f"faq-{first}", [_chunk(number, entry) for number, entry in enumerate(sheet, first)]


def _hidden(chunks: Sequence[Chunk], kind: str) -> list[Chunk]:
    """Copies with ids of their own: found, they end the run."""
    first = _HIDDEN * (1 + _KINDS.index(kind))
    return [replace(chunk, chunk_id=f"{first + int(chunk.chunk_id, 16):032x}") for chunk in chunks]


def _chunk(number: int, entry: Entry) -> Chunk:
    return Chunk(
        chunk_id=f"{number:032x}",
        document_id="",
        tenant=TENANT,
        ordinal=0,
        title=entry.title,
        text=entry.text,
        document_title="FAQ",
        heading_path=(entry.title,),
        locator=f"FAQ!{number}",
        source="",
        source_url="",
        language=cast("Language", entry.language),
        audience=Audience.PUBLIC,
        text_hash=fingerprint(entry.text),
        added_in=0,
    )


def _document(tenant: str, sheet: str, chunk_count: int) -> Document:
    return Document(
        document_id=sheet,
        tenant=tenant,
        source=sheet,
        title="FAQ",
        language="zh",
        audience=Audience.PUBLIC,
        content_hash=sheet,
        ingested_at=datetime(2026, 11, 22, tzinfo=UTC),
        chunk_count=chunk_count,
    )


if __name__ == "__main__":
    serve(build, ("tantivy", "usearch", "numpy"))
