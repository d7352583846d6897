"""The tables' own deletion, which the contract suites leave off: the attribute that says when is one that tables take."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.sessions import DynamoDBSessionStore
from shared.contracts import SESSIONS
from tests.contract.aws.installed import dynamodb_local_url
from tests.contract.aws.opening import aws_at, fresh_tables
from tests.contract.aws.processes import EngineMissingError
from tests.contract.aws.tables import set_ttl
from tests.contract.samples import a_session

_PATIENCE_S = 20


def test_a_table_deletes_what_has_expired_and_nothing_else() -> None:
    try:
        client = aws_at(dynamodb_local_url()).client("dynamodb")
    except EngineMissingError as error:
        pytest.skip(str(error))
    now = datetime.now(UTC)
    with fresh_tables(client) as names:
        store = DynamoDBSessionStore(DynamoDB(client), names)
        store.create(a_session(created_at=now - timedelta(hours=2), expires_at=now - timedelta(hours=1)))
        kept = store.create(a_session(created_at=now, expires_at=now + timedelta(hours=1)))
        client.update_time_to_live(**set_ttl(names.of(SESSIONS), SESSIONS))
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and client.scan(TableName=names.of(SESSIONS))["Count"] > 2:
            time.sleep(0.2)
        assert client.scan(TableName=names.of(SESSIONS))["Count"] == 2  # by conversation, and by owner
        assert store.get(kept.conversation_id, now) == kept
