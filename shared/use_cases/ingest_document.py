"""IngestDocument: one document's bytes into the draft of a tenant's knowledge, or out of it.

The order of writes survives an end at any point. The store comes first, with the document marked as unfinished; then
both indexes; then the mark goes. A document found with its mark is done again, which changes nothing that was done.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from shared.domain.chunking import chunk_document
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import Chunk, Document, DocumentMeta, FactTable, ParsedDocument
from shared.ports import (
    ChunkVectors,
    Clock,
    DocumentParser,
    Embedder,
    KeywordIndex,
    KnowledgeChange,
    KnowledgeStore,
    VectorIndex,
)

EMBED_BATCH = 32
_UNFINISHED = "unfinished:"
_BAD_METADATA = "bad_metadata"
# What the stored chunks depend on besides the file: a release that cuts or reads otherwise raises it, and all is read again.
_READING = "3"
_BATCH = 256


class IngestStatus(StrEnum):
    """What became of a document."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document to ingest. `source` is its path in the company's folder, with "/"; it names the document for good."""

    tenant: str
    source: str
    data: bytes
    meta: DocumentMeta = field(default_factory=DocumentMeta)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """`reason` (see docs/knowledge.md) and `detail` are set when it was rejected."""

    source: str
    status: IngestStatus
    document_id: str
    chunks_added: int = 0
    chunks_removed: int = 0
    tables: int = 0
    warnings: tuple[str, ...] = ()
    reason: str = ""
    detail: str = ""


Progress = Callable[[str, int, int], None]


def _silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def document_id_for(tenant: str, source: str) -> str:
    """Return the id of the document at `source`: 128 bits, the same on every machine."""
    return hashlib.sha256(f"{tenant}\x1f{source}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestDocument:
    """Parse, cut, store and index one document. The same again changes nothing; a changed one exactly its own chunks."""

    parser: DocumentParser
    knowledge: KnowledgeStore
    keywords: KeywordIndex
    vectors: VectorIndex
    embedder: Embedder | None
    clock: Clock

    def __call__(self, command: SourceDocument, progress: Progress = _silent) -> IngestResult:
        """Return what became of it; a document that cannot be read is a result, not an error.

        `progress(step, done, total)` is told of "parse" and "embed". Raises VersionConflictError when the draft was
        published meanwhile (run it again), DependencyUnavailableError when a store or model does not answer.
        """
        document_id = document_id_for(command.tenant, command.source)
        before = self.knowledge.document(command.tenant, document_id)
        content_hash = _content_hash(command)
        if before is not None and before.content_hash == content_hash:
            return IngestResult(
                source=command.source, status=IngestStatus.UNCHANGED, document_id=document_id, warnings=before.warnings
            )
        progress("parse", 0, 1)
        try:
            parsed = self.parser.parse(command.source, command.data, command.meta)
        except DocumentRejectedError as error:
            return self.refuse(command.tenant, command.source, error)
        progress("parse", 1, 1)
        document = self._document(command, parsed, document_id, content_hash)
        return self._store(document, parsed, before, progress)

    def refuse(self, tenant: str, source: str, error: DocumentRejectedError) -> IngestResult:
        """Return the rejection. An earlier version stays, unless its rights are in doubt now: then it is taken out."""
        removed = self.remove(tenant, source).chunks_removed if error.reason == _BAD_METADATA else 0
        return IngestResult(
            source=source,
            status=IngestStatus.REJECTED,
            document_id=document_id_for(tenant, source),
            chunks_removed=removed,
            reason=error.reason,
            detail=error.detail,
        )

    def remove(self, tenant: str, source: str) -> IngestResult:
        """Take a document out of the draft; one that is not there is "unchanged"."""
        document_id = document_id_for(tenant, source)
        before = self.knowledge.document(tenant, document_id)
        if before is None:
            return IngestResult(source=source, status=IngestStatus.UNCHANGED, document_id=document_id)
        change = KnowledgeChange(
            tenant=tenant,
            document_id=document_id,
            snapshot=self._draft(tenant),
            document=_unfinished(before),
            removed_chunk_ids=self.knowledge.live_chunk_ids(tenant, document_id),
        )
        self.knowledge.apply(change)
        self._unindex(change, before)
        self.knowledge.apply(replace(change, document=None, removed_chunk_ids=()))
        count = len(change.removed_chunk_ids)
        return IngestResult(source=source, status=IngestStatus.REMOVED, document_id=document_id, chunks_removed=count)

    def _document(self, command: SourceDocument, parsed: ParsedDocument, document_id: str, content_hash: str) -> Document:
        meta = parsed.meta
        document = Document(
            document_id=document_id,
            tenant=command.tenant,
            source=command.source,
            title=meta.title or command.source,
            language=meta.language or "zh",
            audience=meta.audience,
            content_hash=content_hash,
            ingested_at=self.clock.now(),
            kind="faq" if parsed.entries else "facts" if parsed.tables and not parsed.sections else "document",
            source_url=meta.source_url,
            valid_from=meta.valid_from,
            valid_to=meta.valid_to,
        )
        return replace(document, warnings=(*parsed.warnings, *self._conflicts(document)))

    def _conflicts(self, document: Document) -> Iterator[str]:
        """Two documents with one title for the same days may contradict each other: somebody should look."""
        for other in self.knowledge.documents(document.tenant):
            same = other.title.casefold() == document.title.casefold() and other.document_id != document.document_id
            if same and other.audience == document.audience and _overlap(document, other):
                yield f"{other.source} has the same title for the same days; set valid_from and valid_to, or another title"

    def _store(self, document: Document, parsed: ParsedDocument, before: Document | None, progress: Progress) -> IngestResult:
        draft = self._draft(document.tenant)
        chunks = self._renewed(document.tenant, chunk_document(parsed, document, draft), draft)
        live = set(self.knowledge.live_chunk_ids(document.tenant, document.document_id))
        wanted = {chunk.chunk_id for chunk in chunks}
        document = replace(document, chunk_count=len(chunks))
        change = KnowledgeChange(
            tenant=document.tenant,
            document_id=document.document_id,
            snapshot=draft,
            document=_unfinished(document),
            added=tuple(chunk for chunk in chunks if chunk.chunk_id not in live),
            removed_chunk_ids=tuple(sorted(live - wanted)),
            tables=tuple(_owned(table, document) for table in parsed.tables),
        )
        self.knowledge.apply(change)
        # One that was left unfinished may lack any of its chunks in the indexes, not only those of this change.
        redo = before is not None and before.content_hash.startswith(_UNFINISHED)
        self._unindex(change, before if redo else None)
        self._index_all(document.tenant, [one.chunk_id for one in (chunks if redo else change.added)], progress)
        self.knowledge.apply(replace(change, document=document, added=(), removed_chunk_ids=()))
        return IngestResult(
            source=document.source,
            status=IngestStatus.CHANGED if before else IngestStatus.ADDED,
            document_id=document.document_id,
            chunks_added=len(change.added),
            chunks_removed=len(change.removed_chunk_ids),
            tables=len(change.tables),
            warnings=document.warnings,
        )

    def _draft(self, tenant: str) -> int:
        return self.knowledge.snapshot(tenant).head + 1

    def _renewed(self, tenant: str, chunks: Sequence[Chunk], draft: int) -> list[Chunk]:
        """Give a chunk that an earlier snapshot removed a new id: its old life must stay readable for a rollback."""
        known = self.knowledge.chunks(tenant, [chunk.chunk_id for chunk in chunks])
        renewed: list[Chunk] = []
        for chunk in chunks:
            earlier = known.get(chunk.chunk_id)
            while earlier is not None and earlier.removed_in is not None and earlier.removed_in < draft:
                chunk = replace(chunk, chunk_id=hashlib.sha256(f"{chunk.chunk_id}\x1fagain".encode()).hexdigest()[:32])
                earlier = self.knowledge.chunks(tenant, [chunk.chunk_id]).get(chunk.chunk_id)
            renewed.append(chunk)
        return renewed

    def _index_all(self, tenant: str, chunk_ids: Sequence[str], progress: Progress) -> None:
        for start in range(0, len(chunk_ids), _BATCH):
            # As stored: one that came back within a draft keeps the snapshot in which it was first added.
            stored = self.knowledge.chunks(tenant, chunk_ids[start : start + _BATCH])
            self._index(tenant, tuple(stored.values()))
            progress("embed", min(start + _BATCH, len(chunk_ids)), len(chunk_ids))

    def _index(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        self.keywords.apply(tenant, chunks, {})
        if self.embedder is not None:
            self.vectors.apply(tenant, tuple(_with_vectors(chunks, self.embedder)), {})

    def _unindex(self, change: KnowledgeChange, before: Document | None) -> None:
        """Mark what this change removed, and (`before`: unfinished) what earlier tries at it have removed."""
        removed: Mapping[str, int] = dict.fromkeys(change.removed_chunk_ids, change.snapshot)
        if before is not None and before.content_hash.startswith(_UNFINISHED):
            own = (chunk for chunk in self.knowledge.all_chunks(change.tenant) if chunk.document_id == change.document_id)
            removed = {chunk.chunk_id: chunk.removed_in for chunk in own if chunk.removed_in is not None}
        if removed:
            self.keywords.apply(change.tenant, (), removed)
            self.vectors.apply(change.tenant, (), removed)


def _with_vectors(chunks: Sequence[Chunk], embedder: Embedder) -> Iterator[ChunkVectors]:
    """Embed bodies and titles, in batches of EMBED_BATCH texts."""
    titles = [chunk.questions or (chunk.title,) for chunk in chunks]
    texts = [text for chunk, names in zip(chunks, titles, strict=True) for text in (chunk.text, *names)]
    vectors = [
        vector
        for start in range(0, len(texts), EMBED_BATCH)
        for vector in embedder.embed_passages(texts[start : start + EMBED_BATCH])
    ]
    position = 0
    for chunk, names in zip(chunks, titles, strict=True):
        own = vectors[position : position + 1 + len(names)]
        position += len(own)
        yield ChunkVectors(chunk=chunk, titles=tuple(own[1:]), body=own[0])


def _content_hash(command: SourceDocument) -> str:
    meta = json.dumps(asdict(command.meta), sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(b"\x1f".join((_READING.encode(), meta.encode(), command.data))).hexdigest()


def _unfinished(document: Document) -> Document:
    return replace(document, content_hash=_UNFINISHED + document.content_hash.removeprefix(_UNFINISHED))


def _owned(table: FactTable, document: Document) -> FactTable:
    return replace(
        table,
        document_id=document.document_id,
        table_id=f"{document.document_id}:{table.sheet}",
        options={**table.options, "source": document.source},
    )


def _overlap(one: Document, other: Document) -> bool:
    starts_before_end = one.valid_from is None or other.valid_to is None or one.valid_from <= other.valid_to
    ends_after_start = one.valid_to is None or other.valid_from is None or one.valid_to >= other.valid_from
    return starts_before_end and ends_after_start
