"""What arrives in the queue of documents: our own events, and the object store's notifications."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import unquote_plus

from shared.domain.errors import InvalidInputError
from shared.domain.event_body import read_event
from shared.domain.outbox import EventName, OutboxEvent

# In an event's `ids`: the tenant whose content folder has changed.
CONTENT = "content"
_CONTENT_KEY = re.compile(r"tenants/([A-Za-z0-9][A-Za-z0-9_-]{0,62})/content/.")


def read_upload(body: str) -> OutboxEvent:
    """Return an event of ours as it is; a notification of S3 as one whose ids name the CONTENT that changed, or nothing.

    The form is https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html.
    Raises InvalidInputError for anything else.
    """
    raw = _object(body)
    if raw.get("Event") == "s3:TestEvent":
        return _event("", str(raw.get("RequestId", body)))
    records = raw.get("Records")
    if not isinstance(records, list):
        return read_event(body)
    try:
        # The tenant counts, not the file: all of its folder is looked at. Keys in notifications are quoted.
        keys = [unquote_plus(record["s3"]["object"]["key"]) for record in records]
    except (KeyError, TypeError) as error:
        raise InvalidInputError("body", "must be an event or a notification of S3") from error
    tenants = {found.group(1) for found in map(_CONTENT_KEY.match, keys) if found}
    if len(tenants) > 1:
        raise InvalidInputError("body", "must be about one tenant's objects")
    return _event(next(iter(tenants), ""), body)


def _object(body: str) -> Mapping[str, object]:
    try:
        raw = json.loads(body)
    except ValueError as error:
        raise InvalidInputError("body", "must be JSON") from error
    if not isinstance(raw, dict):
        raise InvalidInputError("body", "must be a JSON object")
    return raw


def _event(tenant: str, seed: str) -> OutboxEvent:
    identifier = sha256(seed.encode()).hexdigest()[:32]
    return OutboxEvent(
        event_id=identifier,
        name=EventName.DOCUMENT_UPLOADED,
        tenant=tenant,
        group=tenant,
        occurred_at=datetime.now(UTC),
        correlation_id=identifier,
        ids={CONTENT: tenant} if tenant else {},
    )
