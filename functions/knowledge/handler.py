"""The Lambda entry of `knowledge`: an uploaded document from the object store into the draft of its tenant's knowledge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.errors import NotFoundError
from shared.ports import ObjectStore
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueueBatch, QueuedEvent
from shared.use_cases.ingest_document import IngestDocument, SourceDocument
from shared.use_cases.publish_knowledge import PublishKnowledge

JsonObject = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentConsumer:
    """Idempotent: the same document again changes nothing. One that cannot be read is recorded and done."""

    ingest: IngestDocument
    publish: PublishKnowledge
    objects: ObjectStore
    telemetry: Telemetry
    publish_at_once: bool = False

    def __call__(self, queued: QueuedEvent) -> None:
        """Consume one DocumentUploaded: `ids` name the object's `key` and the document's `source`."""
        event = queued.event
        try:
            data = self.objects.get(_own_key(event.tenant, event.ids["key"]))
        except NotFoundError:
            return  # taken back before it was read
        result = self.ingest(SourceDocument(tenant=event.tenant, source=event.ids["source"], data=data))
        facts: dict[str, object] = {"document_id": result.document_id, "status": str(result.status), "reason": result.reason}
        self.telemetry.event("document", event.correlation_id, **facts, chunks_added=result.chunks_added)
        self.telemetry.measure("Document", 1, status=str(result.status))
        if self.publish_at_once:
            self.publish(event.tenant)


def _own_key(tenant: str, key: str) -> str:
    # The event names its object; that it lies in the event's own tenant is ours to check.
    if not key.startswith(f"tenants/{tenant}/"):
        raise NotFoundError("object", key)
    return key


def make_handler(consume: DocumentConsumer, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""
    return QueueBatch(consume=consume, telemetry=telemetry)
