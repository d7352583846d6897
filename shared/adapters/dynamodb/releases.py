"""Releases in DynamoDB."""

from shared.adapters.dynamodb.attributes import Request, columns_of
from shared.adapters.dynamodb.expressions import get, key_of, put
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB
from shared.adapters.dynamodb.keys import joined
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.releases import (
    RELEASE_COLUMNS,
    TRAFFIC_COLUMNS,
    release_from,
    release_record,
    traffic_from,
    traffic_record,
)
from shared.contracts import RELEASES
from shared.domain.errors import VersionConflictError
from shared.domain.release import Release, Traffic

_TRAFFIC = "traffic"
_IS_FIRST = "attribute_not_exists(pk)"
# "version" is a reserved word.
_IS_NEXT = "#version = :was"


class DynamoDBReleaseStore:
    """An item per release, and the item "traffic"; every front door reads that one, so put a cache before it."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(RELEASES)

    def traffic(self) -> Traffic:
        item = self._database.get(get(self._table, key_of(pk=_TRAFFIC)))
        return Traffic() if item is None else traffic_from(columns_of(item, TRAFFIC_COLUMNS))

    def set_traffic(self, traffic: Traffic) -> None:
        try:
            self._database.put(_put_traffic(self._table, traffic))
        except ConditionFailedError as refused:
            if not refused.item or traffic_from(columns_of(refused.item, TRAFFIC_COLUMNS)) != traffic:
                raise VersionConflictError("traffic", str(traffic.version)) from refused

    def release(self, release_id: str) -> Release | None:
        item = self._database.get(get(self._table, key_of(pk=_place(release_id))))
        return None if item is None else release_from(columns_of(item, RELEASE_COLUMNS))

    def put_release(self, release: Release) -> None:
        self._database.put(put(self._table, {"pk": _place(release.release_id), **release_record(release)}))


def _put_traffic(table: str, traffic: Traffic) -> Request:
    item = {"pk": _TRAFFIC, **traffic_record(traffic)}
    if traffic.version == 1:
        return put(table, item, _IS_FIRST)
    return {**put(table, item, _IS_NEXT, was=traffic.version - 1), "ExpressionAttributeNames": {"#version": "version"}}


def _place(release_id: str) -> str:
    return joined("release", release_id)
