"""Events in the very shapes of SQS, a DynamoDB stream and EventBridge: what the single machine feeds to the handlers."""

from collections.abc import Mapping, Sequence

from shared.adapters.records.outbox_items import to_item
from shared.domain.outbox import OutboxEvent
from shared.ports import ReceivedMessage

_REGION = "local"
_ACCOUNT = "000000000000"


def sqs_event(queue: str, messages: Sequence[ReceivedMessage]) -> dict[str, object]:
    """Return the event by which Lambda hands over a batch."""
    return {"Records": [_sqs_record(queue, message) for message in messages]}


def stream_event(events: Sequence[OutboxEvent]) -> dict[str, object]:
    """Return the event by which a DynamoDB stream tells of new outbox items; the sequence number is the place in the batch."""
    return {"Records": [_stream_record(str(number), event) for number, event in enumerate(events, start=1)]}


def schedule_event(identifier: str, at: str) -> dict[str, object]:
    """Return EventBridge's scheduled event. `at` is ISO 8601."""
    return {
        "version": "0",
        "id": identifier,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": _ACCOUNT,
        "time": at,
        "region": _REGION,
        "resources": [f"arn:aws:events:{_REGION}:{_ACCOUNT}:rule/sweeper"],
        "detail": {},
    }


def failed_identifiers(answer: Mapping[str, object]) -> frozenset[str]:
    """Return the identifiers that a handler reported in `batchItemFailures`."""
    failures = answer.get("batchItemFailures", [])
    assert isinstance(failures, list)  # noqa: S101 - the shape of every partial answer
    return frozenset(str(failure["itemIdentifier"]) for failure in failures)


def _sqs_record(queue: str, message: ReceivedMessage) -> dict[str, object]:
    system = {
        "ApproximateReceiveCount": str(message.receive_count),
        "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        "SenderId": _ACCOUNT,
        "ApproximateFirstReceiveTimestamp": str(int(message.sent_at.timestamp() * 1000)),
    }
    if message.group:
        system["MessageGroupId"] = message.group
    sent = {name: {"stringValue": value, "dataType": "String"} for name, value in message.attributes.items()}
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": system,
        "messageAttributes": sent,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:{queue}",
        "awsRegion": _REGION,
    }


def _stream_record(sequence_number: str, event: OutboxEvent) -> dict[str, object]:
    item = to_item(event)
    return {
        "eventID": event.event_id,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": _REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": int(event.occurred_at.timestamp()),
            "Keys": {"event_id": item["event_id"]},
            "NewImage": item,
            "SequenceNumber": sequence_number,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": f"arn:aws:dynamodb:{_REGION}:{_ACCOUNT}:table/outbox/stream/1",
    }
