"""Plain values as DynamoDB attributes, and back."""

from collections.abc import Mapping
from typing import Any, cast

from shared.adapters.records.values import Record
from shared.domain.errors import InvalidInputError

# An item or request in DynamoDB's own notation: {"name": {"S": "text"}}.
Attributes = dict[str, dict[str, Any]]
Request = dict[str, Any]


def to_attribute(value: object) -> dict[str, Any]:
    """Return text, whole numbers, bytes, booleans, lists and maps of them. Raises InvalidInputError for half a surrogate pair."""
    if isinstance(value, str):
        return {"S": _checked(value)}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list | tuple):
        return {"L": [to_attribute(part) for part in cast("list[object]", value)]}
    if isinstance(value, Mapping):
        return {"M": {name: to_attribute(part) for name, part in cast("Mapping[str, object]", value).items()}}
    raise TypeError(f"no attribute for {type(value).__name__}")


def to_attributes(record: Mapping[str, object]) -> Attributes:
    """Return the item; what is None is left out."""
    return {name: to_attribute(value) for name, value in record.items() if value is not None}


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """Return the plain value of what `to_attribute` made."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "B":
        return bytes(value)
    if kind == "L":
        return [from_attribute(part) for part in value]
    if kind == "M":
        return from_attributes(value)
    return value


def from_attributes(item: Mapping[str, Mapping[str, Any]]) -> Record:
    """Return the plain record."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def columns_of(item: Mapping[str, Any], columns: tuple[str, ...]) -> Record:
    """Return the record's own columns; one that the item lacks is None."""
    return {column: item.get(column) for column in columns}


def _checked(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError("value", "holds half a surrogate pair") from error
    return value
