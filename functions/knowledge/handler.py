"""The Lambda entry of `knowledge`: documents from the object store into the draft of their tenant, and its publication."""

from collections.abc import Callable, Mapping

from functions.knowledge.batch import KnowledgeWork, serve_batch
from shared.domain.envelope import Envelope
from shared.domain.knowledge import Snapshot
from shared.ports import Clock
from shared.runtime.envelopes import EnvelopeServer
from shared.runtime.observability import Telemetry
from shared.runtime.payload import Payload
from shared.use_cases.publish_knowledge import PublishIndexed

JsonObject = Mapping[str, object]


def make_handler(work: KnowledgeWork, clock: Clock, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler of batches of the queue, and of the envelopes `publish` and `rollback`."""
    server = EnvelopeServer(operations=_operations(work.publish), clock=clock, telemetry=telemetry)

    def handle(event: JsonObject, context: object) -> JsonObject:
        return serve_batch(work, telemetry, event, context) if "Records" in event else server.serve(event)

    return handle


def _operations(publish: PublishIndexed) -> Mapping[str, Callable[[Envelope], JsonObject]]:
    def roll_back(envelope: Envelope) -> JsonObject:
        return _snapshot_json(publish.publish.rollback(envelope.tenant, Payload(envelope.payload).number("snapshot")))

    return {"publish": lambda envelope: _snapshot_json(publish(envelope.tenant)), "rollback": roll_back}


def _snapshot_json(snapshot: Snapshot) -> JsonObject:
    return {"published": snapshot.published, "head": snapshot.head}
