"""Listings over an index: its shards merged, then the rows read fresh from the table."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from shared.adapters.dynamodb.attributes import Request, to_attribute, to_attributes
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.keys import joined, shard
from shared.adapters.records.values import Record
from shared.contracts import IndexContract, TableContract


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRange:
    """What to list: the index's key without its shard, and the place after which (or, backwards, before which) to go on."""

    table: str
    index: IndexContract
    key: str
    after: str = ""
    before: str = ""
    forward: bool = True


def shelf(index: IndexContract, key: str, identifier: str) -> str:
    """Return the index's partition for an item: the key, and the shard of its id where there are several."""
    return key if index.shards == 1 else joined(key, shard(identifier, index.shards))


def shelves(index: IndexContract, key: str) -> tuple[str, ...]:
    """Return all partitions of a key."""
    return (key,) if index.shards == 1 else tuple(joined(key, str(number)) for number in range(index.shards))


def range_requests(wanted: IndexRange, limit: int) -> list[Request]:
    """Return one query per shard."""
    return [_request(wanted, partition, limit) for partition in shelves(wanted.index, wanted.key)]


def first_keys(database: DynamoDB, ranges: Sequence[IndexRange], limit: int) -> list[Record]:
    """Return the first `limit` index entries (keys and the sort attribute) of all ranges together, in order."""
    sort, forward = ranges[0].index.sort, ranges[0].forward
    pages = [database.query(request) for wanted in ranges for request in range_requests(wanted, limit)]
    return list(islice(heapq.merge(*pages, key=lambda entry: entry[sort], reverse=not forward), limit))


def rows_of(database: DynamoDB, table: str, contract: TableContract, entries: Sequence[Record]) -> list[Record]:
    """Return the rows of index entries, in their order; one that is gone by now is left out."""
    names = [name for name in (contract.partition, contract.sort) if name]
    # Each once: an item that moves within an index may be seen at both places.
    places = list(dict.fromkeys(tuple(entry[name] for name in names) for entry in entries))
    keys = [to_attributes(dict(zip(names, place, strict=True))) for place in places]
    rows = {tuple(row[name] for name in names): row for row in database.get_many(table, keys)}
    return [rows[place] for place in places if place in rows]


def _request(wanted: IndexRange, partition: str, limit: int) -> Request:
    condition, values = "#partition = :partition", {"partition": partition}
    if wanted.after:
        condition, values = condition + " AND #sort > :after", {**values, "after": wanted.after}
    if wanted.before:
        condition, values = condition + " AND #sort < :before", {**values, "before": wanted.before}
    names = {"#partition": wanted.index.partition}
    if wanted.after or wanted.before:
        names["#sort"] = wanted.index.sort
    return {
        "TableName": wanted.table,
        "IndexName": wanted.index.name,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":{name}": to_attribute(value) for name, value in values.items()},
        "ScanIndexForward": wanted.forward,
        "Limit": limit,
    }
