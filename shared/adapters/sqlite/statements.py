"""SQL made from the column lists of the records, and rows by column name."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from shared.adapters.records.values import Record

# Every name that goes into these statements is a constant of ours; values are always bound.


def insert_into(table: str, columns: Sequence[str]) -> str:
    """Return an INSERT of a whole record."""
    names = ", ".join(columns)
    values = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608


def assignments(columns: Sequence[str]) -> str:
    """Return the SET part of an UPDATE from a record."""
    return ", ".join(f"{column} = :{column}" for column in columns)


def select_from(table: str, columns: Sequence[str]) -> str:
    """Return a SELECT of whole records; a WHERE follows."""
    return f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608


def record_of(columns: Sequence[str], row: Sequence[Any]) -> Record:
    """Return a fetched row by column name."""
    return dict(zip(columns, row, strict=True))


def fetch_record(connection: sqlite3.Connection, columns: Sequence[str], sql: str, parameters: Sequence[object]) -> Record | None:
    """Return the first row by column name, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else record_of(columns, row)
