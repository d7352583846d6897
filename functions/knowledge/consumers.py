"""What `knowledge` does with one document, and with a whole folder. Both idempotent: the same again changes nothing."""

from dataclasses import dataclass

from functions.knowledge.content_folder import meta_of, read_content
from shared.domain.errors import DocumentRejectedError, NotFoundError
from shared.ports import ObjectStore
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueuedEvent
from shared.use_cases.ingest_document import IngestDocument, IngestResult, IngestStatus, SourceDocument
from shared.use_cases.ingest_folder import IngestFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentConsumer:
    """One that cannot be read is recorded and done."""

    ingest: IngestDocument
    objects: ObjectStore
    telemetry: Telemetry

    def __call__(self, queued: QueuedEvent) -> None:
        """Consume one DocumentUploaded: `ids` name the object's `key` and the document's `source`."""
        event = queued.event
        try:
            data = self.objects.get(_own_key(event.tenant, event.ids["key"]))
        except NotFoundError:
            return  # taken back before it was read
        _record(self.telemetry, self._ingested(event.tenant, event.ids["key"], event.ids["source"], data), event.correlation_id)

    def _ingested(self, tenant: str, key: str, source: str, data: bytes) -> IngestResult:
        try:
            meta = meta_of(self.objects, tenant, key, source)
        except DocumentRejectedError as error:
            return self.ingest.refuse(tenant, source, error)
        return self.ingest(SourceDocument(tenant=tenant, source=source, data=data, meta=meta))


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderConsumer:
    """The whole folder at each notification: whatever order files and settings arrive in, the last look is the right one."""

    ingest: IngestFolder
    objects: ObjectStore
    telemetry: Telemetry

    def __call__(self, tenant: str, correlation_id: str) -> None:
        """Ingest what is new or changed, remove what is gone."""
        files = read_content(self.objects, tenant)
        for result in self.ingest(tenant, files).results:
            if result.status is not IngestStatus.UNCHANGED:
                _record(self.telemetry, result, correlation_id)


def _record(telemetry: Telemetry, result: IngestResult, correlation_id: str) -> None:
    facts: dict[str, object] = {"document_id": result.document_id, "status": str(result.status), "reason": result.reason}
    telemetry.event("document", correlation_id, **facts, chunks_added=result.chunks_added, left_out=len(result.warnings))
    telemetry.measure("Document", 1, status=str(result.status))


def _own_key(tenant: str, key: str) -> str:
    # The event names its object; that it lies in the event's own tenant is ours to check.
    if not key.startswith(f"tenants/{tenant}/"):
        raise NotFoundError("object", key)
    return key
