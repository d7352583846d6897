"""How long marks of presence are kept in DynamoDB; all else is in the contract suite."""

from datetime import timedelta
from typing import Any, cast

from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.presence import DynamoDBPresenceStore
from shared.adapters.dynamodb.table_names import TableNames
from tests.contract.samples import NOW


class Written:
    """Takes what would be written."""

    def put(self, request: dict[str, Any]) -> None:
        self.item = request["Item"]


def test_the_table_does_not_delete_a_mark_while_it_is_asked_who_has_been_away_since() -> None:
    database = Written()
    DynamoDBPresenceStore(cast("DynamoDB", database), TableNames("kefu")).mark("t", "a1", NOW)
    assert int(database.item["ttl"]["N"]) >= (NOW + timedelta(days=1)).timestamp()
