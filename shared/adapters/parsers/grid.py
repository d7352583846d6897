"""Spreadsheets and CSV to rows of exact text, with the row numbers that people see."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.rejections import Reason, RejectedFile

_DELIMITERS = ",;\t|"
# "单位：元", a date: no heading of a column.
_SAYS = re.compile(r"[:：]\s*\S|^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_HEADER_TRIED = 15
_FULL = 0.6
# What a format writes behind its number (0.0"万"), and how many places it shows.
_BEHIND = re.compile(r"[0#]\s*\"([^\"0-9¥￥$€£]{1,8})\"\s*(?:_.)?$")
_PLACES = re.compile(r"0(?:\.(0+))?(?![\d.#?/])")
_CURRENCY = re.compile(r"(?:\[\$([^\]-]+)(?:-[^\]]*)?\]|\"?([¥￥$€£])\"?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row: `number` counts from 1 as spreadsheet programs show it; `cells` is as wide as the sheet."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet with its non-empty rows; `warnings` say what was left out.

    `spans`: by row number, where cells are merged across columns: their position and width.
    """

    name: str
    rows: tuple[GridRow, ...]
    warnings: tuple[str, ...] = ()
    spans: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)


def read_csv(name: str, text: str, limits: Limits) -> tuple[Sheet, ...]:
    """Return the one sheet of a CSV text, called `name`. Raises RejectedFile."""
    csv.field_size_limit(limits.characters)
    # A title above the table has no delimiter.
    first = next((line for line in text.split("\n") if any(mark in line for mark in _DELIMITERS)), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[GridRow] = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for cells in reader:
            _check_size(len(rows), len(cells), limits)
            if any(cell.strip() for cell in cells):
                # `line_num` is where the row ends; a cell may hold several lines.
                rows.append(GridRow(number=reader.line_num, cells=tuple(cell.strip() for cell in cells)))
    except csv.Error as error:
        raise RejectedFile(Reason.DAMAGED, f"line {reader.line_num}: {error}") from error
    return (Sheet(name=name, rows=_even(rows)),)


def read_workbook(data: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """Return what is visible of an XLSX file with the values that its program stored. Raises RejectedFile."""
    from openpyxl import load_workbook

    try:
        # Not the read-only mode: that one knows no hidden columns and rows.
        workbook = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError) as error:
        raise RejectedFile(
            Reason.DAMAGED, "the workbook cannot be read; open it in a spreadsheet program and save it again"
        ) from error
    sheets: list[Sheet] = []
    taken = 0
    for worksheet in workbook.worksheets:
        if worksheet.sheet_state != "visible":
            sheets.append(
                Sheet(name=worksheet.title, rows=(), warnings=(f"sheet {worksheet.title!r} is hidden and was left out",))
            )
            continue
        sheet = _read_sheet(worksheet, limits, taken)
        taken += len(sheet.rows)
        sheets.append(sheet)
    return tuple(sheets)


def _read_sheet(worksheet: Any, limits: Limits, taken: int) -> Sheet:
    hidden_columns, hidden_rows = _hidden_columns(worksheet), _hidden_rows(worksheet)
    merged = _merged_values(worksheet)
    rows: list[GridRow] = []
    left_out = 0
    for cells in worksheet.iter_rows():
        _check_size(taken + len(rows), len(cells), limits)
        texts = tuple(
            cell_text(merged.get((cell.row, cell.column), cell.value), cell.number_format or "")
            for cell in cells
            if cell.column not in hidden_columns
        )
        if not any(texts):
            continue
        if cells[0].row in hidden_rows:
            left_out += 1
            continue
        rows.append(GridRow(number=cells[0].row, cells=texts))
    warnings = (*_left_out(worksheet, len(hidden_columns), "column"), *_left_out(worksheet, left_out, "row"))
    return Sheet(name=worksheet.title, rows=_even(rows), warnings=warnings, spans=_spans(worksheet, hidden_columns))


def _left_out(worksheet: Any, count: int, name: str) -> tuple[str, ...]:
    if not count:
        return ()
    counted = f"1 hidden {name} was" if count == 1 else f"{count} hidden {name}s were"
    return (f"sheet {worksheet.title!r}: {counted} left out",)


def _hidden_columns(worksheet: Any) -> frozenset[int]:
    found: set[int] = set()
    for dimension in worksheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max:
            found.update(range(dimension.min, min(dimension.max, worksheet.max_column) + 1))
    return frozenset(found)


def _hidden_rows(worksheet: Any) -> frozenset[int]:
    """Rows hidden by hand, by a filter or in a closed group: the file marks them all alike."""
    return frozenset(number for number, dimension in worksheet.row_dimensions.items() if dimension.hidden)


def _merged_values(worksheet: Any) -> dict[tuple[int, int], object]:
    """Return the value of a merged area for each of its cells; across columns only one cell keeps it."""
    values: dict[tuple[int, int], object] = {}
    for area in worksheet.merged_cells.ranges:
        value = worksheet.cell(area.min_row, area.min_col).value
        for row in range(area.min_row, min(area.max_row, worksheet.max_row) + 1):
            values[row, area.min_col] = value
    return values


def _spans(worksheet: Any, hidden_columns: frozenset[int]) -> dict[int, list[tuple[int, int]]]:
    """Return where cells are merged across columns, by the row they begin in, counted in visible columns."""
    found: dict[int, list[tuple[int, int]]] = {}
    for area in worksheet.merged_cells.ranges:
        columns = [at for at in range(area.min_col, min(area.max_col, worksheet.max_column) + 1) if at not in hidden_columns]
        if len(columns) > 1:
            before = sum(at < columns[0] for at in hidden_columns)
            found.setdefault(area.min_row, []).append((columns[0] - 1 - before, len(columns)))
    return found


def _check_size(rows: int, columns: int, limits: Limits) -> None:
    if rows >= limits.rows:
        raise RejectedFile(Reason.TOO_MANY_ROWS, f"more than {limits.rows} rows; divide the file")
    if columns > limits.columns:
        raise RejectedFile(Reason.TOO_LARGE, f"more than {limits.columns} columns; delete the unused ones")


def _even(rows: Sequence[GridRow]) -> tuple[GridRow, ...]:
    """Make all rows as wide as the widest that has text."""
    width = max((_width(row.cells) for row in rows), default=0)
    return tuple(GridRow(number=row.number, cells=(*row.cells[:width], *[""] * (width - len(row.cells)))) for row in rows)


def _width(cells: Sequence[str]) -> int:
    return max((position + 1 for position, cell in enumerate(cells) if cell), default=0)


def cell_text(value: object, number_format: str = "") -> str:
    """Return a cell as people read it: 2299, ¥12.5, 15%, 2026-12-31, 10:00."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(value, number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return "\n".join(line.strip() for line in str(value).replace("_x000D_", "").splitlines()).strip()


def _number_text(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{_plain(round(value * 100, 8))}%"
    currency = _CURRENCY.search(number_format)
    sign = next((mark for mark in currency.groups() if mark), "") if currency else ""
    behind = _BEHIND.search(number_format.partition(";")[0])
    return f"{sign}{_plain(_as_shown(value, number_format))}{behind.group(1) if behind and not sign else ''}"


def _as_shown(value: float, number_format: str) -> float:
    """Return a number with the places that its format shows: 339.145 as 0.00 is 339.15; 0.5 as General stays."""
    places = _PLACES.search(number_format.partition(";")[0])
    if not places or isinstance(value, int) or "E+" in number_format:
        return value
    step = Decimal(1).scaleb(-len(places.group(1) or ""))
    return float(Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP))


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(round(value, 10))


def header_position(rows: Sequence[GridRow], declared_row: int | None) -> int | None:
    """Return the position of the header: the declared row, or the first of two texts or more that looks like one.

    "单位：元 | 2026-01-05" above it does not: it is not about as full as the other rows, or it says something already.
    """
    if declared_row is not None:
        return next((position for position, row in enumerate(rows) if row.number == declared_row), None)
    several = [position for position, row in enumerate(rows) if len({cell for cell in row.cells if cell}) >= 2]
    usual = median(sum(map(bool, rows[position].cells)) for position in several) if several else 0
    heads = (position for position in several[:_HEADER_TRIED] if _may_head(rows[position], usual))
    return next(heads, several[0] if several else None)


def _may_head(row: GridRow, usual: float) -> bool:
    texts = [cell for cell in row.cells if cell]
    said = sum(bool(_SAYS.search(text)) for text in texts)
    return len(texts) >= usual * _FULL and 2 * said < len(texts)


def body_after(rows: Sequence[GridRow], header: int) -> Iterator[GridRow]:
    """Yield the rows below the header, without repeats of it."""
    names = rows[header].cells
    yield from (row for row in rows[header + 1 :] if row.cells != names)
