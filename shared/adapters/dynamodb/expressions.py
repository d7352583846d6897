"""The parts of a request that every builder writes alike."""

from collections.abc import Mapping

from shared.adapters.dynamodb.attributes import Request, to_attribute, to_attributes

# A refused write shows the item that stood in its way: that is how an owner recognises its own earlier success.
SHOW_WHAT_IS_THERE = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def key_of(**parts: str) -> Request:
    """Return a key (or another small item) in DynamoDB's notation."""
    return to_attributes(parts)


def put(table: str, record: Mapping[str, object], condition: str = "", **values: object) -> Request:
    """Return a put, with `condition` over the :names of `values`."""
    request: Request = {"TableName": table, "Item": to_attributes(record)}
    if condition:
        request |= {"ConditionExpression": condition, **SHOW_WHAT_IS_THERE}
    return request | _values(values)


def update(table: str, key: Request, changes: Mapping[str, object], condition: str = "", **values: object) -> Request:
    """Return an update: each change is set, or removed where it is None. A condition may use #NAME of each change."""
    kept = [name for name, value in changes.items() if value is not None]
    gone = [name for name, value in changes.items() if value is None]
    clauses = ["SET " + ", ".join(f"#{name} = :{name}" for name in kept)] if kept else []
    clauses += ["REMOVE " + ", ".join(f"#{name}" for name in gone)] if gone else []
    request: Request = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": " ".join(clauses),
        "ExpressionAttributeNames": {f"#{name}": name for name in changes},
    }
    if condition:
        request |= {"ConditionExpression": condition, **SHOW_WHAT_IS_THERE}
    return request | _values({**{name: changes[name] for name in kept}, **values})


def get(table: str, key: Request) -> Request:
    """Return a consistent read of one item."""
    return {"TableName": table, "Key": key, "ConsistentRead": True}


def query(table: str, condition: str, values: Mapping[str, object], *, limit: int, forward: bool = True) -> Request:
    """Return a consistent query of a table's partition; `limit` is that of one page."""
    return {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {f":{name}": to_attribute(value) for name, value in values.items()},
        "ConsistentRead": True,
        "ScanIndexForward": forward,
        "Limit": limit,
    }


def _values(values: Mapping[str, object]) -> Request:
    if not values:
        return {}
    return {"ExpressionAttributeValues": {f":{name}": to_attribute(value) for name, value in values.items()}}
