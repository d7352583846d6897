"""Tables on an emulator, made from the contracts as CDK makes them in AWS, at the moment that a test first uses one."""

import threading
from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.contracts import TABLES, TableContract


def create_table(name: str, contract: TableContract) -> Request:
    """Return the request for a table."""
    keys = [
        contract.partition,
        contract.sort,
        contract.lookup,
        *(key for one in contract.indexes for key in (one.partition, one.sort)),
    ]
    request: Request = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in dict.fromkeys(filter(None, keys))],
        "KeySchema": _key_schema(contract.partition, contract.sort),
    }
    if contract.lookup:
        request["LocalSecondaryIndexes"] = [_index(contract.lookup, contract.partition, contract.lookup)]
    if contract.indexes:
        request["GlobalSecondaryIndexes"] = [_index(one.name, one.partition, one.sort) for one in contract.indexes]
    if contract.stream:
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    return request


def set_ttl(name: str, contract: TableContract) -> Request:
    """Return the request that lets a table delete what has expired."""
    return {"TableName": name, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": contract.ttl}}


class LazyTables:
    """Makes a table of `prefix` before the first call that names it.

    The tables' own deleting of expired items stays off: the clock of the contract suites stands in the past.
    """

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._contracts = {prefix + contract.name: contract for contract in TABLES}
        self._made: set[str] = set()
        self._lock = threading.Lock()

    def before_call(self, params: Mapping[str, Any], **_: object) -> None:
        """Handle botocore's event before-parameter-build of a client."""
        for name in _tables_in(params):
            self.ensure(name)

    def ensure(self, name: str) -> None:
        """Make the table; again: no effect."""
        with self._lock:
            if name not in self._made and name in self._contracts:
                self._client.create_table(**create_table(name, self._contracts[name]))
                self._made.add(name)

    def drop(self) -> None:
        """Delete what was made."""
        for name in self._made:
            self._client.delete_table(TableName=name)


def _tables_in(params: Mapping[str, Any]) -> set[str]:
    actions = (body for action in params.get("TransactItems", ()) for body in action.values())
    named = {str(one["TableName"]) for one in (params, *actions) if "TableName" in one}
    return named | set(params.get("RequestItems", ()))


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys


def _index(name: str, partition: str, sort: str) -> Request:
    return {"IndexName": name, "KeySchema": _key_schema(partition, sort), "Projection": {"ProjectionType": "KEYS_ONLY"}}
