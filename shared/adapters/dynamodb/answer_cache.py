"""Cached answers in DynamoDB."""

from datetime import datetime

from shared.adapters.dynamodb.expressions import get, key_of, put
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.keys import digest
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.blocks import answer_from_bytes, answer_to_bytes
from shared.adapters.records.values import to_us
from shared.contracts import ANSWER_CACHE
from shared.domain.blocks import Answer

# An answer that would not fit into an item is made anew each time.
_MAX_BYTES = 350_000


class DynamoDBAnswerCache:
    """Keys are kept as digests only, since they hold questions."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(ANSWER_CACHE)

    def get(self, tenant: str, key: str, now: datetime) -> Answer | None:
        item = self._database.get(get(self._table, key_of(pk=digest(tenant, key))))
        if item is None or item["expires_at"] <= to_us(now):
            return None
        return answer_from_bytes(item["answer"])

    def put(self, tenant: str, key: str, answer: Answer, expires_at: datetime) -> None:
        """A longer answer than an item holds (350 kB) is not kept, nor is the one before it."""
        data = answer_to_bytes(answer)
        place = digest(tenant, key)
        if len(data) > _MAX_BYTES:
            self._database.delete({"TableName": self._table, "Key": key_of(pk=place)})
            return
        times = {"expires_at": to_us(expires_at), "ttl": int(expires_at.timestamp()) + 1}
        self._database.put(put(self._table, {"pk": place, "answer": data, **times}))
