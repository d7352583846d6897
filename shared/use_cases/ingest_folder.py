"""IngestFolder: all documents of a company; each fails alone, and what is gone from the folder is removed. Uploads stay."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import DocumentMeta
from shared.use_cases.ingest_document import IngestDocument, IngestResult, IngestStatus, SourceDocument

# Where documents that were added one by one have their names: no folder holds them, so none can miss them.
UPLOADS = "uploads/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFile:
    """A file found in a folder. `load` reads it, or raises DocumentRejectedError; `rejected` says why it is not even read."""

    source: str
    load: Callable[[], bytes]
    meta: DocumentMeta
    rejected: DocumentRejectedError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSummary:
    """One result per file, in order, then one per removed document."""

    results: tuple[IngestResult, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each status."""
        found = Counter(result.status for result in self.results)
        return {status.value: found[status] for status in IngestStatus}

    @property
    def rejected(self) -> tuple[IngestResult, ...]:
        """Those that could not be used."""
        return tuple(result for result in self.results if result.status is IngestStatus.REJECTED)


def _silent(result: IngestResult, done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestFolder:
    """`on_result(result, done, total)` is told of each file. Running again finishes what an end in between left.

    Uploads stay: they are taken out one by one, with RemoveUpload.
    """

    ingest: IngestDocument

    def __call__(
        self, tenant: str, files: Sequence[FolderFile], on_result: Callable[[IngestResult, int, int], None] = _silent
    ) -> FolderSummary:
        known = {one.source for one in self.ingest.knowledge.documents(tenant) if not one.source.startswith(UPLOADS)}
        gone = sorted(known - {file.source for file in files})
        total = len(files) + len(gone)
        results: list[IngestResult] = []
        for result in self._results(tenant, files, gone):
            results.append(result)
            on_result(result, len(results), total)
        return FolderSummary(results=tuple(results))

    def _results(self, tenant: str, files: Sequence[FolderFile], gone: Sequence[str]) -> Iterator[IngestResult]:
        for file in files:
            yield self.one(tenant, file)
        for source in gone:
            yield self.ingest.remove(tenant, source)

    def one(self, tenant: str, file: FolderFile) -> IngestResult:
        """Ingest this file, and leave all others as they are."""
        try:
            if file.rejected is not None:
                raise file.rejected
            data = file.load()
        except DocumentRejectedError as error:
            return self.ingest.refuse(tenant, file.source, error, file.meta)
        return self.ingest(SourceDocument(tenant=tenant, source=file.source, data=data, meta=file.meta))
