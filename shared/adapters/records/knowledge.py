"""Documents, chunks, fact tables and parsed documents as JSON-able records, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from shared.domain.knowledge import (
    Audience,
    Chunk,
    ColumnType,
    Document,
    DocumentMeta,
    FactColumn,
    FactRow,
    FactTable,
    FaqEntry,
    ParsedDocument,
    Section,
)

Record = Mapping[str, Any]


def to_record(value: Document | DocumentMeta | Chunk | FactTable | ParsedDocument) -> dict[str, Any]:
    """Return any of this module's types as nested dicts and lists; dates as ISO texts."""
    return _plain(asdict(value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def meta_from(record: Record) -> DocumentMeta:
    return DocumentMeta(**_changed(record, **_rights(record), **_validity(record)))


def document_from(record: Record) -> Document:
    at = datetime.fromisoformat(record["ingested_at"])
    return Document(
        **_changed(record, **_rights(record), **_validity(record), ingested_at=at, warnings=tuple(record["warnings"]))
    )


def chunk_from(record: Record) -> Chunk:
    # Some forty chunks a question come through here: no more dictionaries than one.
    fields: dict[str, Any] = {**record, "audience": Audience(record["audience"])}
    fields["heading_path"], fields["questions"] = tuple(record["heading_path"]), tuple(record["questions"])
    if record["valid_from"] or record["valid_to"]:
        fields |= _validity(record)
    return Chunk(**fields)


def table_from(record: Record) -> FactTable:
    columns = tuple(_column(column) for column in record["columns"])
    rows = tuple(_row(row) for row in record["rows"])
    return FactTable(**_changed(record, **_rights(record), columns=columns, rows=rows, key_columns=tuple(record["key_columns"])))


def parsed_from(record: Record) -> ParsedDocument:
    return ParsedDocument(
        meta=meta_from(record["meta"]),
        sections=tuple(Section(**_changed(part, heading_path=tuple(part["heading_path"]))) for part in record["sections"]),
        entries=tuple(FaqEntry(**_changed(entry, questions=tuple(entry["questions"]))) for entry in record["entries"]),
        tables=tuple(table_from(table) for table in record["tables"]),
        warnings=tuple(record["warnings"]),
    )


def _column(record: Record) -> FactColumn:
    return FactColumn(**_changed(record, type=ColumnType(record["type"]), synonyms=tuple(record["synonyms"])))


def _row(record: Record) -> FactRow:
    return FactRow(**_changed(record, **_validity(record), aliases=tuple(record["aliases"])))


def _changed(record: Record, **changes: Any) -> dict[str, Any]:
    return {**record, **changes}


def _rights(record: Record) -> dict[str, Any]:
    return {"audience": Audience(record["audience"])}


def _validity(record: Record) -> dict[str, Any]:
    return {key: date.fromisoformat(record[key]) if record[key] else None for key in ("valid_from", "valid_to")}
