"""Which agents are there, in DynamoDB."""

from datetime import datetime

from shared.adapters.dynamodb.expressions import put, query
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.keys import joined
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.values import to_us
from shared.contracts import PRESENCE

_PAGE = 500
# Whoever asks who has been away for a while must still find the marks that expired since.
_KEPT_S = 86_400


class DynamoDBPresenceStore:
    """One item per agent, overwritten at each mark: no condition, so a mark may be repeated."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(PRESENCE)

    def mark(self, tenant: str, agent_id: str, expires_at: datetime) -> None:
        key = {"pk": joined(tenant), "sk": joined(agent_id)}
        times = {"expires_at": to_us(expires_at), "ttl": int(expires_at.timestamp()) + _KEPT_S}
        self._database.put(put(self._table, {**key, "agent_id": agent_id, **times}))

    def available(self, tenant: str, now: datetime) -> tuple[str, ...]:
        """Sorted, so that the answer is stable."""
        agents = self._database.query(query(self._table, "pk = :pk", {"pk": joined(tenant)}, limit=_PAGE))
        return tuple(sorted(agent["agent_id"] for agent in agents if agent["expires_at"] > to_us(now)))
