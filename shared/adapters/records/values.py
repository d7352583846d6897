"""How times, JSON and cursors look in a record."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from shared.domain.errors import InvalidInputError

# Column or attribute name to a plain value; sealed fields are bytes.
Record = dict[str, Any]
Row = Mapping[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode
_encode_ascii = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False).encode


def to_us(at: datetime) -> int:
    """Return microseconds since 1970 (exact). A time without a zone is a programming error: TypeError."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Return the time in UTC."""
    return _EPOCH + timedelta(microseconds=us)


def optional_to_us(at: datetime | None) -> int | None:
    """Return `to_us`, or None."""
    return None if at is None else to_us(at)


def optional_from_us(us: int | None) -> datetime | None:
    """Return `from_us`, or None."""
    return None if us is None else from_us(us)


def to_json(value: object) -> str:
    """Return the one compact JSON text of a value, in ASCII: equal values give equal texts."""
    return _encode_ascii(value)


def to_json_bytes(value: object) -> bytes:
    """Return the one compact JSON text as UTF-8; halves of surrogate pairs, which JSON input may hold, survive."""
    return _encode(value).encode("utf-8", "surrogatepass")


def from_json_bytes(data: bytes) -> Any:
    """Read what `to_json_bytes` wrote."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def to_cursor(*position: str | int) -> str:
    """Return an opaque, URL-safe cursor for a place in a listing."""
    return base64.urlsafe_b64encode(to_json_bytes(position)).decode().rstrip("=")


def from_cursor(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """Return the place. Raises InvalidInputError for anything that `to_cursor` did not make with these kinds."""
    problem = InvalidInputError("cursor", "send the cursor of the page before, as it was")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise problem from error
    if not isinstance(position, list) or [type(part) for part in position] != list(kinds):
        raise problem
    parts = cast("list[Any]", position)
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise problem
    return tuple(parts)
