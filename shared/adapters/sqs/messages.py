"""Requests to SQS, and its messages as ours."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.ports import ReceivedMessage

# Our own attribute on a delayed message of a FIFO queue: epoch seconds before which it is not handed out.
NOT_BEFORE = "kefu.not_before"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def send_request(url: str, body: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return the request; an empty text, which SQS refuses as a value, is left out."""
    sent = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value}
    return {"QueueUrl": url, "MessageBody": body, "MessageAttributes": sent}


def receive_request(url: str, limit: int, visibility_s: int, wait_s: int) -> dict[str, Any]:
    """Return the request for up to 10 messages, with all that was sent."""
    return {
        "QueueUrl": url,
        "MaxNumberOfMessages": limit,
        "VisibilityTimeout": visibility_s,
        "WaitTimeSeconds": wait_s,
        "MessageAttributeNames": ["All"],
        "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp", "MessageGroupId"],
    }


def received(raw: Mapping[str, Any]) -> ReceivedMessage:
    """Return the message of an answer."""
    system = raw["Attributes"]
    attributes = {name: value["StringValue"] for name, value in raw.get("MessageAttributes", {}).items() if name != NOT_BEFORE}
    return ReceivedMessage(
        message_id=raw["MessageId"],
        receipt=raw["ReceiptHandle"],
        body=raw["Body"],
        receive_count=int(system["ApproximateReceiveCount"]),
        sent_at=_EPOCH + timedelta(milliseconds=int(system["SentTimestamp"])),
        group=system.get("MessageGroupId", ""),
        attributes=attributes,
    )


def wait_left(raw: Mapping[str, Any], now: datetime) -> float:
    """Return the seconds that a FIFO message's own delay still lasts; 0 or less when it may be handed out."""
    own = raw.get("MessageAttributes", {}).get(NOT_BEFORE)
    return float(own["StringValue"]) - now.timestamp() if own else 0.0
