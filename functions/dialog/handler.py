"""The Lambda entry: an envelope from another function, or a batch of the FIFO queue."""

from collections.abc import Callable, Mapping

from functions.dialog.event_consumer import EventConsumer
from shared.ports import Clock
from shared.runtime.envelopes import EnvelopeServer, Operation
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueueBatch

JsonObject = Mapping[str, object]


def make_handler(
    operations: Mapping[str, Operation], consume: EventConsumer, clock: Clock, telemetry: Telemetry
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""
    server = EnvelopeServer(operations=operations, clock=clock, telemetry=telemetry)
    batch = QueueBatch(consume=consume, telemetry=telemetry, fifo=True)

    def handle(event: JsonObject, context: object) -> JsonObject:
        return batch(event, context) if "Records" in event else server.serve(event)

    return handle
