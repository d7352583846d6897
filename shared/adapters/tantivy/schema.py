"""What a tantivy document of ours looks like, and how a chunk becomes one."""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from tantivy import DocAddress, Document, Schema, SchemaBuilder, Searcher

from shared.adapters.tantivy.analysis import ANALYZER, spaced_terms
from shared.domain.knowledge import Chunk

# Changed whenever the schema or the analysis changes: an index of another version is rebuilt from the chunks.
VERSION = "3"

TEXT_FIELDS = ("title", "questions", "body")
NUMBER_FIELDS = ("added_in", "removed_in", "valid_from", "valid_to")

ID_FIELDS = ("id_high", "id_low")
LANGUAGE_NUMBER = "language_number"
_HALF = 16
_HALF_BITS, _ID_FORMAT = 4 * _HALF, f"0{2 * _HALF}x"
# Columns are signed.
_SIGNED = 1 << 63
_HEX_ID = re.compile(rf"[0-9a-f]{{{2 * _HALF}}}")

# A day or snapshot that never comes. Numbers are indexed, so that "removed by now" touches only what was removed.
NEVER = 1 << 40


def build_schema() -> Schema:
    """Fields: id, language, three analysed texts, four numbers to filter by, and the source to index the chunk again.

    Id and language stand in columns of numbers as well: reading a hundred stored documents costs more than finding them.
    """
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("source", stored=True, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="freq")
    for name in NUMBER_FIELDS:
        builder.add_integer_field(name, stored=True, indexed=True, fast=True)
    for name in (*ID_FIELDS, LANGUAGE_NUMBER):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def day_number(day: date | None, absent: int) -> int:
    """Days since year 1, or `absent`."""
    return absent if day is None else day.toordinal()


def language_number(language: str) -> int:
    """A language's code as a number, for its column."""
    return int.from_bytes(language.encode("ascii"))


def to_document(chunk: Chunk, removed_in: int | None) -> Document:
    """The document of a chunk; `removed_in` overrides the chunk's own where it is given."""
    removed = removed_in if removed_in is not None else chunk.removed_in
    return _document(
        {
            "id": chunk.chunk_id,
            "language": chunk.language,
            "source": json.dumps([chunk.title, list(chunk.heading_path), list(chunk.questions), chunk.text], ensure_ascii=False),
            "added_in": chunk.added_in,
            "removed_in": NEVER if removed is None else removed,
            "valid_from": day_number(chunk.valid_from, 0),
            "valid_to": day_number(chunk.valid_to, NEVER),
        }
    )


def chunk_ids(searcher: Searcher, addresses: Sequence[DocAddress]) -> list[str]:
    """The ids of the documents, from the columns where they are there."""
    halves = zip(*(searcher.fast_field_values(name, list(addresses)) for name in ID_FIELDS), strict=True)
    return [
        str(searcher.doc(address).get_first("id")) if high is None or low is None else _id_of(int(high), int(low))
        for address, (high, low) in zip(addresses, halves, strict=True)
    ]


def visible(searcher: Searcher, addresses: Sequence[DocAddress], language: str, snapshot: int, day: int) -> list[bool]:
    """Which of the documents are in `language` and may be seen in the snapshot on that day, by their columns."""
    columns = (searcher.fast_field_values(name, list(addresses)) for name in (LANGUAGE_NUMBER, *NUMBER_FIELDS))
    wanted = language_number(language)
    return [
        spoken == wanted and added <= snapshot < removed and first <= day <= last
        for spoken, added, removed, first, last in zip(*columns, strict=True)
    ]


def with_removal(stored: Document, removed_in: int) -> Document:
    """The same document, removed in that snapshot: tantivy cannot change one in place."""
    fields = {name: stored.get_first(name) for name in ("id", "language", "source", *NUMBER_FIELDS)}
    return _document({**fields, "removed_in": removed_in})


def _document(fields: dict[str, Any]) -> Document:
    title, heading_path, questions, text = json.loads(fields["source"])
    analysed = {
        "title": spaced_terms(" ".join([title, *(heading for heading in heading_path if heading != title)])),
        "questions": spaced_terms(" ".join(questions)),
        "body": spaced_terms(text),
    }
    numbers = {**_id_numbers(fields["id"]), LANGUAGE_NUMBER: language_number(fields["language"])}
    return Document(**{name: [value] for name, value in {**fields, **analysed, **numbers}.items()})


def _id_numbers(chunk_id: str) -> dict[str, int]:
    """The halves of an id of 32 hexadecimal digits, as ingestion makes them; nothing for any other id."""
    if not _HEX_ID.fullmatch(chunk_id):
        return {}
    halves = (int(chunk_id[:_HALF], 16) - _SIGNED, int(chunk_id[_HALF:], 16) - _SIGNED)
    return dict(zip(ID_FIELDS, halves, strict=True))


def _id_of(high: int, low: int) -> str:
    # One number is written twice as fast as two.
    return format(((high + _SIGNED) << _HALF_BITS) + low + _SIGNED, _ID_FORMAT)
