"""One tantivy index: the chunks that one audience of one tenant may see."""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tantivy import Index, IndexWriter, Query, Searcher

from shared.adapters.tantivy.analysis import ANALYZER, build_analyzer
from shared.adapters.tantivy.queries import CommitQueries
from shared.adapters.tantivy.schema import NEVER, VERSION, build_schema, chunk_ids, to_document, with_removal
from shared.domain.errors import DamagedIndexError
from shared.domain.knowledge import Chunk
from shared.ports import IndexFilter, LegHit

_VERSION_FILE = "kefu-version"
_COMMIT_FILE = "meta.json"
# tantivy's least heap per writing thread.
_WRITER_BYTES = 15_000_000
_WRITER_WAIT_S = 30.0


class AudienceIndex:
    """Readable while written, by other processes too. `folder` None keeps it in memory."""

    def __init__(self, folder: Path | None) -> None:
        """Open or create. Raises DamagedIndexError when the files are damaged or of another version."""
        self._commit_file = None if folder is None else folder / _COMMIT_FILE
        self._schema = build_schema()
        self._analyzer = build_analyzer()
        self._writing = threading.Lock()
        self._seen: tuple[object, CommitQueries] | None = None
        self._own_commits = 0
        with _translated():
            self._index = self._open(folder)
            self._index.register_tokenizer(ANALYZER, self._analyzer)

    def write(self, chunks: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Replace the chunks and set removed_in of those named that are here; one commit, all or nothing."""
        with self._writing, _translated():
            searcher = self._last_commit().searcher
            named = [] if not removed else [removal for removal in removed.items() if self._holds(searcher, removal[0])]
            if not chunks and not named:
                return
            writer = self._writer()
            try:
                self._write(writer, searcher, chunks, named, removed)
                writer.commit()
            finally:
                # Waits for merges and frees the lock, for other processes.
                writer.wait_merging_threads()
                self._own_commits += 1

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> list[LegHit]:
        """The best `k` by BM25, best first."""
        with _translated():
            commit = self._last_commit()
            hits = commit.best(text, language, where, k)
            ids = chunk_ids(commit.searcher, [address for _, address in hits])
            return [LegHit(chunk_id=chunk_id, score=score) for chunk_id, (score, _) in zip(ids, hits, strict=True)]

    def known(self) -> dict[str, int | None]:
        """Every chunk id here with its removed_in."""
        with _translated():
            searcher = self._last_commit().searcher
            if not searcher.num_docs:
                return {}
            hits = searcher.search(Query.all_query(), searcher.num_docs, count=False).hits
            addresses = [address for _, address in hits]
            removals = searcher.fast_field_values("removed_in", addresses)
            return {
                chunk_id: None if removal is None or removal >= NEVER else int(removal)
                for chunk_id, removal in zip(chunk_ids(searcher, addresses), removals, strict=True)
            }

    def _open(self, folder: Path | None) -> Index:
        if folder is None:
            return Index(self._schema)
        version = folder / _VERSION_FILE
        if not version.exists():
            folder.mkdir(parents=True, exist_ok=True)
            index = Index(self._schema, path=str(folder))
            version.write_text(VERSION, encoding="ascii")
            return index
        if version.read_text(encoding="ascii") != VERSION:
            raise DamagedIndexError("keyword index", f"{folder} was written by another version: rebuild it")
        # Opening also fails where the commit file is gone, which a fresh Index would hide as an empty one.
        return Index.open(str(folder))

    def _last_commit(self) -> CommitQueries:
        """The last commit to search. Asking the file system costs 2 µs, so other processes' commits are seen at once."""
        mark = self._mark()
        seen = self._seen
        if seen is None or seen[0] != mark:
            self._index.reload()
            seen = self._seen = mark, CommitQueries(self._schema, self._index.searcher(), self._analyzer)
        return seen[1]

    def _mark(self) -> tuple[int, ...]:
        """What differs after every commit, by whichever process."""
        if self._commit_file is None:
            return (self._own_commits,)
        status = self._commit_file.stat()
        return self._own_commits, status.st_mtime_ns, status.st_ino

    def _writer(self) -> IndexWriter:
        deadline = monotonic() + _WRITER_WAIT_S
        while True:
            try:
                return self._index.writer(_WRITER_BYTES, 1)
            except ValueError as error:
                if "lock" not in str(error).lower() or monotonic() > deadline:
                    raise
            sleep(0.02)

    def _holds(self, searcher: Searcher, chunk_id: str) -> bool:
        return searcher.doc_freq("id", chunk_id) > 0

    def _write(
        self,
        writer: IndexWriter,
        searcher: Searcher,
        chunks: Sequence[Chunk],
        named: Sequence[tuple[str, int]],
        removed: Mapping[str, int],
    ) -> None:
        fresh = {chunk.chunk_id for chunk in chunks}
        for chunk_id, removed_in in named:
            if chunk_id not in fresh:
                self._mark_removed(writer, searcher, chunk_id, removed_in)
        for chunk in chunks:
            writer.delete_documents_by_term("id", chunk.chunk_id)
            writer.add_document(to_document(chunk, removed.get(chunk.chunk_id)))

    def _mark_removed(self, writer: IndexWriter, searcher: Searcher, chunk_id: str, removed_in: int) -> None:
        hits = searcher.search(Query.term_query(self._schema, "id", chunk_id, "basic"), 1).hits
        if hits:
            writer.delete_documents_by_term("id", chunk_id)
            writer.add_document(with_removal(searcher.doc(hits[0][1]), removed_in))


@contextmanager
def _translated() -> Generator[None]:
    """Translate: whatever fails inside tantivy comes out as ValueError or OSError."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise DamagedIndexError("keyword index", str(error)) from error
