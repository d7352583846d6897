"""Requests for wrapped data keys."""

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import get, key_of, put

# Neither a key nor the tombstone of a destroyed one.
_IS_FREE = "attribute_not_exists(pk)"


def get_key(table: str, place: str) -> Request:
    """Return the read of a wrapped key."""
    return get(table, key_of(pk=place))


def put_key(table: str, place: str, wrapped: bytes) -> Request:
    """Return the put of a new key; where there is one, or was one, the refusal shows it."""
    return put(table, {"pk": place, "wrapped": wrapped}, _IS_FREE)


def bury_key(table: str, place: str) -> Request:
    """Return the put that overwrites a key with its tombstone, whatever is there."""
    return put(table, {"pk": place, "destroyed": True})
