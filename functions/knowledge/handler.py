"""The Lambda entry of `knowledge`: documents from the object store into the draft of their tenant, and its publication."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.knowledge.uploads import CONTENT, read_upload
from shared.contracts import KNOWLEDGE
from shared.domain.envelope import Envelope
from shared.domain.errors import SupportError
from shared.domain.knowledge import Snapshot
from shared.ports import Clock, Queue
from shared.runtime.envelopes import EnvelopeServer
from shared.runtime.observability import Telemetry
from shared.runtime.payload import Payload
from shared.runtime.queue_batch import QueueBatch, QueuedEvent
from shared.use_cases.publish_knowledge import PublishIndexed

JsonObject = Mapping[str, object]
_FIRST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeWork:
    """`document` consumes one event of ours; `folder` brings a tenant's draft in line with its content folder.

    `queue`: the one that is consumed, where the leases of a failed batch can be shortened.
    """

    document: Callable[[QueuedEvent], None]
    folder: Callable[[str, str], None]
    publish: PublishIndexed
    publish_at_once: bool = False
    queue: Queue | None = None


def make_handler(work: KnowledgeWork, clock: Clock, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler of batches of the queue, and of the envelopes `publish` and `rollback`."""
    server = EnvelopeServer(operations=_operations(work.publish), clock=clock, telemetry=telemetry)

    def handle(event: JsonObject, context: object) -> JsonObject:
        return _batch(work, telemetry, event, context) if "Records" in event else server.serve(event)

    return handle


def _batch(work: KnowledgeWork, telemetry: Telemetry, event: JsonObject, context: object) -> JsonObject:
    """A folder is looked at once for all of a batch's notifications; what fails then brings back the whole batch.

    Soon, after a failure that may pass: the queue's own lease is made for the longest of works.
    """
    leases: list[tuple[str, int]] = []
    touched: dict[str, str] = {}
    folders: dict[str, str] = {}

    def consume(queued: QueuedEvent) -> None:
        tenant = queued.event.tenant
        leases.append((queued.receipt, queued.receive_count))
        if CONTENT in queued.event.ids:
            folders[tenant] = queued.event.correlation_id
        elif tenant:
            work.document(queued)
            touched[tenant] = queued.event.correlation_id

    answer = QueueBatch(consume=consume, telemetry=telemetry, read=read_upload)(event, context)
    try:
        for tenant, correlation_id in folders.items():
            work.folder(tenant, correlation_id)
        if work.publish_at_once:
            for tenant in touched | folders:
                work.publish(tenant)
    except Exception as error:  # the edge: recorded here, and raised, so that the batch comes back
        telemetry.failure("folder_failed", next(iter((touched | folders).values()), ""), error, tenants=sorted(touched | folders))
        if work.queue and isinstance(error, SupportError) and error.retryable:
            for receipt, receive_count in leases:
                work.queue.change_visibility(receipt, _pause_s(receive_count))
        raise
    return answer


def _pause_s(receive_count: int) -> float:
    """One minute, 4, 16, 64: what lasts longer than these together ends as a dead letter, and rings."""
    return min(_FIRST_PAUSE_S * 4.0 ** (receive_count - 1), KNOWLEDGE.visibility_s)


def _operations(publish: PublishIndexed) -> Mapping[str, Callable[[Envelope], JsonObject]]:
    def roll_back(envelope: Envelope) -> JsonObject:
        return _snapshot_json(publish.publish.rollback(envelope.tenant, Payload(envelope.payload).number("snapshot")))

    return {"publish": lambda envelope: _snapshot_json(publish(envelope.tenant)), "rollback": roll_back}


def _snapshot_json(snapshot: Snapshot) -> JsonObject:
    return {"published": snapshot.published, "head": snapshot.head}
