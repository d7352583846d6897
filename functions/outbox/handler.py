"""The Lambda entry of `outbox`: the table's stream, in order, to queues."""

from collections.abc import Callable, Mapping, Sequence

from shared.adapters.records.outbox_items import from_item
from shared.domain.errors import InvalidInputError
from shared.domain.outbox import OutboxEvent
from shared.runtime.observability import Telemetry

JsonObject = Mapping[str, object]


def make_handler(
    relay: Callable[[Sequence[OutboxEvent]], None], telemetry: Telemetry
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler. It stops at the first failure and reports it, so the stream goes on from there, in order.

    An event that no repeat can send (a newer release's, say, that has gone back) is recorded and passed over: the stream
    would hold up its neighbours for it, and then drop them with it. It stays unpublished in the table.
    """

    def handle(event: JsonObject, _context: object) -> JsonObject:
        for sequence_number, item in _inserted(event):
            try:
                relay((from_item(item),))
            except InvalidInputError as error:
                telemetry.failure("relay_failed", "", error, sequence_number=sequence_number)
            except Exception as error:  # the edge: recorded, and reported to the stream
                telemetry.failure("relay_failed", "", error, sequence_number=sequence_number)
                return {"batchItemFailures": [{"itemIdentifier": sequence_number}]}
        return {"batchItemFailures": []}

    return handle


def _inserted(event: JsonObject) -> list[tuple[str, JsonObject]]:
    # An update (published) or a removal (expired) of an outbox item causes nothing.
    records = event["Records"]
    assert isinstance(records, list)  # noqa: S101 - the shape of every stream event
    inserted = [record["dynamodb"] for record in records if record["eventName"] == "INSERT"]
    return [(change["SequenceNumber"], change["NewImage"]) for change in inserted]
