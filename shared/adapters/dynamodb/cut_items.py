"""Items below 400 KB by construction: what is too long in one is cut into pieces that are items of their own.

Pieces lie in the partition of their item, in numbered places that a later version writes over. The item keeps how many
there are and a digest of the whole, so that a reader notices when it met two versions, and reads again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import key_of, put
from shared.adapters.dynamodb.gateway import NAME, DynamoDB, Part
from shared.adapters.dynamodb.keys import numbered
from shared.adapters.records.values import Record
from shared.domain.errors import DependencyUnavailableError

# An item may have 409,600 bytes. What one write puts into it stays below this; one attribute that comes later (feedback)
# below the second.
ITEM_BYTES = 250_000
LATER_BYTES = 50_000
_PIECE_BYTES = 350_000
_READS = 4
_DIGEST_BYTES = 16
_CUT = "cut"


class TornError(Exception):
    """An item and its pieces are of two versions."""


@dataclass(frozen=True, slots=True)
class CutRecord:
    """A record with its long values replaced, and the parts that put their pieces, for the same transaction."""

    record: Record
    pieces: list[Part]


def cut(table: str, key: Record, record: Mapping[str, Any], *, limit: int = ITEM_BYTES, ttl: int | None = None) -> CutRecord:
    """Return the record with its longest values cut until the rest has at most `limit` bytes, and the pieces to put.

    `key` (pk and sk) is that of the item; `ttl` goes to the pieces, where the item's own end does not remove them.
    """
    kept = dict(record)
    parts: list[Part] = []
    while sum(map(_size, kept.values())) > limit:
        name = max(kept, key=lambda one: _size(kept[one]))
        kept[name], pieces = _cut_value(kept[name])
        for number, piece in enumerate(pieces):
            item = {"pk": key["pk"], "sk": _piece_sort(key["sk"], name, number), "piece": piece, "ttl": ttl}
            parts.append(Part(action={"Put": put(table, item)}))
    return CutRecord(record=kept, pieces=parts)


def read_whole(database: DynamoDB, table: str, read: Callable[[], Sequence[Record]]) -> list[Record]:
    """Return what `read` gives with the pieces of each item joined; read again while a writer is in between."""
    for attempt in range(_READS):
        if attempt:
            database.wait(attempt)
        try:
            return _mended(database, table, read())
        except TornError:
            continue
    raise DependencyUnavailableError(NAME, f"an item of {table} lacks pieces")


def _mended(database: DynamoDB, table: str, items: Sequence[Record]) -> list[Record]:
    keys = [key for item in items for key in _piece_keys(item)]
    if not keys:
        return list(items)
    pieces = {(item["pk"], item["sk"]): item["piece"] for item in database.get_many(table, keys)}
    return [_joined(item, pieces) for item in items]


def _piece_keys(item: Record) -> list[Request]:
    return [
        key_of(pk=item["pk"], sk=_piece_sort(item["sk"], name, number))
        for name, value in item.items()
        if _is_cut(value)
        for number in range(value[_CUT])
    ]


def _joined(item: Record, pieces: Mapping[tuple[str, str], bytes]) -> Record:
    return {name: _join(item, name, pieces) if _is_cut(value) else value for name, value in item.items()}


def _join(item: Record, name: str, pieces: Mapping[tuple[str, str], bytes]) -> bytes | str:
    places = [(item["pk"], _piece_sort(item["sk"], name, number)) for number in range(item[name][_CUT])]
    whole = b"".join(pieces.get(place, b"") for place in places)
    if _digest(whole) != item[name]["digest"]:
        raise TornError
    return whole.decode() if item[name]["text"] else whole


def _cut_value(value: str | bytes) -> tuple[Record, list[bytes]]:
    whole = value.encode() if isinstance(value, str) else value
    pieces = [whole[start : start + _PIECE_BYTES] for start in range(0, len(whole), _PIECE_BYTES)]
    return {_CUT: len(pieces), "digest": _digest(whole), "text": isinstance(value, str)}, pieces


def _is_cut(value: object) -> bool:
    return isinstance(value, dict) and _CUT in value


def _piece_sort(sort: str, name: str, number: int) -> str:
    return f"{_CUT}#{sort}#{name}#{numbered(number)}"


def _digest(whole: bytes) -> bytes:
    return hashlib.sha256(whole).digest()[:_DIGEST_BYTES]


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0
