"""Requests for profiles."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import SHOW_WHAT_IS_THERE, get, key_of, put
from shared.adapters.dynamodb.keys import joined
from shared.adapters.records.values import Record

# A first version needs that there is none, a later one that it follows the stored one.
_IS_FREE = "attribute_not_exists(pk)"
_FOLLOWS = "#version = :previous"


def profile_key(tenant: str, subject_id: str) -> Record:
    """Return the key of a profile."""
    return {"pk": joined(tenant, subject_id), "sk": "profile"}


def get_profile(table: str, tenant: str, subject_id: str) -> Request:
    """Return the read of a profile."""
    return get(table, key_of(**profile_key(tenant, subject_id)))


def put_profile(table: str, record: Mapping[str, Any]) -> Request:
    """Return the put of version 1, or of the version after the stored one; a refusal shows what is stored."""
    item = {**profile_key(record["tenant"], record["subject_id"]), **record}
    if record["version"] == 1:
        return put(table, item, _IS_FREE)
    request = put(table, item, _FOLLOWS, previous=record["version"] - 1)
    return request | {"ExpressionAttributeNames": {"#version": "version"}, **SHOW_WHAT_IS_THERE}
