"""One batch of the queue of `knowledge`: its documents one by one, its folders and what is to be published once for all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.knowledge.uploads import CONTENT, read_upload
from shared.contracts import KNOWLEDGE
from shared.domain.errors import SupportError
from shared.ports import Queue
from shared.runtime.observability import Telemetry
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


def serve_batch(work: KnowledgeWork, telemetry: Telemetry, event: JsonObject, context: object) -> JsonObject:
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
