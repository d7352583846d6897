"""A sheet of facts: typed columns, rows with the names of the thing, and the days on which each row holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shared.adapters.parsers.cell_dates import read_date, read_period
from shared.adapters.parsers.fact_cells import fits, guess_type, is_blank
from shared.adapters.parsers.fact_layout import GOODS, KEY, PRICE_LIST, SERIAL, Layout, layout_of
from shared.adapters.parsers.grid import GridRow, Sheet
from shared.adapters.parsers.sheet_shape import Shape, shape_of
from shared.domain.fact_words import GROUPS, bracketed_unit, built_in_words, compact, core_name, derived_names
from shared.domain.knowledge import ColumnType, DocumentMeta, FactColumn, FactRow, FactTable

_PLACE = re.compile(r"城市|地区|区域|\bcity\b|\bregion\b", re.IGNORECASE)
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF05: "%", 0xFF0E: "."}
_ADDRESS = re.compile(r"地址|位置|\baddress|\blocation", re.IGNORECASE)
_MAX_CELL = 60
_LONG_TEXT = 14
_STOCK_LIST = re.compile(r"库存|现货|存货|\bstock\b|\binventory\b", re.IGNORECASE)


def looks_like_facts(sheet: Sheet, settings: Mapping[str, Any]) -> bool:
    """Whether an undeclared sheet is a list of short facts with a price, a stock, hours or the like."""
    shape = shape_of(sheet, settings.get("header_row"))
    if shape is None or not shape.body or any(len(cell) > _MAX_CELL for row in shape.body for cell in row.cells):
        return False
    names, body = shape.names, shape.body
    first = next((at for at, name in enumerate(names) if not SERIAL.match(name)), 0)
    if not names or not KEY.search(core_name(names[first])):
        return False
    kinds = [guess_type(name, [row.cells[at] for row in body]) for at, name in enumerate(names)]
    if not GOODS.search(core_name(names[first])) and _tells_at_length(shape, kinds, first):
        return False
    listed = bool(PRICE_LIST.search(sheet.name) or _STOCK_LIST.search(sheet.name))
    telling = (ColumnType.MONEY, ColumnType.TIME_RANGE)
    return any(
        kind in telling or (kind is ColumnType.NUMBER and (listed or any(group.header.search(name) for group in GROUPS)))
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if at != first and not SERIAL.match(name)
    )


def _tells_at_length(shape: Shape, kinds: Sequence[ColumnType], first: int) -> bool:
    """Whether a column explains in sentences: customers ask for that in words of their own, so it must be found as text."""
    for at, kind in enumerate(kinds):
        filled = [row.cells[at] for row in shape.body if row.cells[at]]
        if at != first and kind is ColumnType.TEXT and filled and not _ADDRESS.search(shape.names[at]):
            # A Chinese character says about what three Latin letters do.
            length = sum(1 / 3 if letter.isascii() else 1 for cell in filled for letter in cell)
            if length > _LONG_TEXT * len(filled):
                return True
    return False


def read_facts(
    sheet: Sheet, settings: Mapping[str, Any], meta: DocumentMeta
) -> tuple[FactTable | None, tuple[str, ...], tuple[GridRow, ...]]:
    """Return the table, one warning per row or cell that cannot be used, and the rows of notes below it.

    No table without a header and rows.
    """
    shape = shape_of(sheet, settings.get("header_row"))
    if shape is None:
        return None, (f"sheet {sheet.name!r} has no header row",), ()
    layout, warnings = layout_of(sheet, shape.names, shape.body, settings)
    about = " ".join((sheet.name, meta.title, *(layout.names[at] for at in layout.keys)))
    columns = _columns(layout, shape.body, settings, about)
    rows, notes = _rows(sheet, shape, layout, columns, meta)
    warnings = [*warnings, *shape.warnings, *notes, *_twins(sheet.name, rows, layout)]
    if not rows:
        return None, (*warnings, f"sheet {sheet.name!r} has no usable rows"), shape.notes
    return _table(sheet, settings, meta, layout, columns, shape.body, rows), tuple(warnings), shape.notes


def _rows(
    sheet: Sheet, shape: Shape, layout: Layout, columns: Sequence[FactColumn], meta: DocumentMeta
) -> tuple[list[FactRow], list[str]]:
    found: list[tuple[tuple[str, ...], FactRow]] = []
    warnings: list[str] = []
    undated: set[tuple[str, ...]] = set()
    for row in shape.body:
        rows, notes = _row(sheet.name, row, layout, columns, meta)
        thing = _identity(row, layout)
        found += [(thing, one) for one in rows]
        warnings += notes
        undated |= {thing} if any(thing) and not rows else set()
    # Which row of a thing holds today is unknown where the days of another cannot be read.
    warnings += [
        f"{sheet.name}!{row.row}: the days of another row for the same thing cannot be read, so this one was left out too"
        for thing, row in found
        if thing in undated
    ]
    return [row for thing, row in found if thing not in undated], warnings


def _identity(row: GridRow, layout: Layout) -> tuple[str, ...]:
    return tuple(" ".join(row.cells[at].split()) for at in layout.keys if at not in layout.aliases)


def _table(
    sheet: Sheet,
    settings: Mapping[str, Any],
    meta: DocumentMeta,
    layout: Layout,
    columns: Sequence[FactColumn],
    body: Sequence[GridRow],
    rows: Sequence[FactRow],
) -> FactTable:
    identity = tuple(layout.names[at] for at in layout.keys if at not in layout.aliases)
    return FactTable(
        table_id=sheet.name,
        document_id="",
        title=meta.title,
        sheet=sheet.name,
        source_url=meta.source_url,
        language=meta.language or "zh",
        audience=meta.audience,
        columns=tuple(columns),
        rows=tuple(rows),
        key_columns=identity,
        options={**_options(settings, layout), **_names_by_language(layout, body, rows), **_titles(meta)},
    )


def _options(settings: Mapping[str, Any], layout: Layout) -> dict[str, object]:
    declared: Mapping[str, Mapping[str, Any]] = settings.get("columns", {})
    options: dict[str, object] = {
        "labels": {
            name: {key[-2:]: spec[key] for key in ("label_zh", "label_en") if key in spec} for name, spec in declared.items()
        },
        "values": {
            name: {key[-2:]: spec[key] for key in ("values_zh", "values_en") if key in spec} for name, spec in declared.items()
        },
    }
    if layout.category >= 0:
        options["category"] = layout.names[layout.category]
    return options


def _titles(meta: DocumentMeta) -> dict[str, object]:
    return {"titles": meta.options["titles"]} if "titles" in meta.options else {}


def _names_by_language(layout: Layout, body: Sequence[GridRow], rows: Sequence[FactRow]) -> dict[str, object]:
    """Give rows an English name where the keys are Chinese but an alias is not: "云雀 S3" is "Skylark S3"."""
    kept = {row.row for row in rows}
    english = {str(row.number): _english_name(row, layout) for row in body if row.number in kept}
    return {"names": {"en": {number: parts for number, parts in english.items() if any(parts)}}}


def _english_name(row: GridRow, layout: Layout) -> list[str]:
    parts: list[str] = []
    for key, aliases in _keys_with_aliases(layout):
        cell = row.cells[key]
        latin = [cell] if cell.isascii() else [name for name in _split(row, aliases, layout) if name.isascii() and len(name) > 2]
        parts.append(next((name for name in latin if " " in name), latin[0] if latin else ""))
    return parts


def _keys_with_aliases(layout: Layout) -> list[tuple[int, list[int]]]:
    """Pair each key column with the alias columns that stand to its right, before the next key."""
    keys = [at for at in layout.keys if at not in layout.aliases]
    return [(key, [at for at in layout.aliases if key == max((one for one in keys if one < at), default=-1)]) for key in keys]


def _split(row: GridRow, columns: Sequence[int], layout: Layout) -> list[str]:
    separators = re.compile(f"[{re.escape(layout.separators)}\n]")
    return [part.strip() for at in columns for part in separators.split(row.cells[at]) if part.strip()]


def _columns(layout: Layout, body: Sequence[GridRow], settings: Mapping[str, Any], about: str) -> list[FactColumn]:
    declared: Mapping[str, Mapping[str, Any]] = settings.get("columns", {})
    names = [layout.names[at] for at in layout.shown]
    specs = [declared.get(name, {}) for name in names]
    types = [
        ColumnType(spec["type"]) if "type" in spec else guess_type(name, [row.cells[at] for row in body])
        for at, name, spec in zip(layout.shown, names, specs, strict=True)
    ]
    # A general word that the company gives to one column is not another's too.
    claimed = {compact(word) for spec in specs for word in spec.get("synonyms", ())}
    built_in = [[word for word in words if compact(word) not in claimed] for words in built_in_words(names, types, about)]
    return [
        FactColumn(
            name=name,
            type=kind,
            unit=str(spec.get("unit", bracketed_unit(name))),
            synonyms=tuple(
                dict.fromkeys((*spec.get("synonyms", ()), *([spec["label_en"]] if "label_en" in spec else ()), *words))
            ),
        )
        for name, kind, spec, words in zip(names, types, specs, built_in, strict=True)
    ]


def _row(
    sheet: str, row: GridRow, layout: Layout, columns: Sequence[FactColumn], meta: DocumentMeta
) -> tuple[list[FactRow], list[str]]:
    """Return the row's facts: one, or two where an offer holds for some days, the usual price and the offer."""
    where = f"{sheet}!{row.number}"
    names = _names(row, layout)
    if not names:
        return [], [
            f"{where}: the name ({', '.join(layout.names[at] for at in layout.keys[:2])}) is missing; the row was left out"
        ]
    try:
        begins, ends = _days(row, layout)
    except ValueError as error:
        return [], [f"{where}: {str(error)!r} is no date; write 2026-12-31. The row was left out"]
    if begins and ends and ends < begins:
        return [], [f"{where}: it ends before it begins; the row was left out"]
    bounded = bool(begins or ends)
    # A row holds on no day on which its document does not.
    begins = max((day for day in (begins, meta.valid_from) if day), default=None)
    ends = min((day for day in (ends, meta.valid_to) if day), default=None)
    never = bool(begins and ends and ends < begins)
    if never and not layout.offers:
        return [], [f"{where}: it holds on none of the document's days ({_span(meta)}); the row was left out"]
    cells, warnings = _cells(where, row, layout, columns)
    places = [row.cells[at] for at, name in enumerate(layout.names) if _PLACE.search(name)]
    found = FactRow(
        row=row.number,
        aliases=derived_names(names, places),
        cells=cells,
        valid_from=begins,
        valid_to=ends,
    )
    if not layout.offers:
        return [found], warnings
    of_offer = {layout.names[at] for at in (*layout.offers, layout.period)}
    usual = replace(
        found,
        cells={name: cell for name, cell in cells.items() if name not in of_offer},
        valid_from=meta.valid_from,
        valid_to=meta.valid_to,
    )
    return [usual, *([found] if bounded and not never else [])], warnings


def _span(meta: DocumentMeta) -> str:
    return f"{meta.valid_from or ''} – {meta.valid_to or ''}".strip()


def _days(row: GridRow, layout: Layout) -> tuple[date | None, date | None]:
    """Return the first and last day on which a row holds. Raises ValueError with what cannot be read."""
    if layout.period >= 0:
        cell = row.cells[layout.period]
        if not cell or is_blank(cell):
            return None, None
        period = read_period(cell)
        return period or (None, read_date(cell, end=True))
    begins, ends = (row.cells[at] if at >= 0 else "" for at in (layout.valid_from, layout.valid_to))
    return read_date(begins), read_date(ends, end=True)


def _names(row: GridRow, layout: Layout) -> list[str]:
    found: list[str] = []
    for at in layout.keys:
        parts = _split(row, [at], layout) if at in layout.aliases else re.split(r"\s/\s|\n", row.cells[at])
        found.extend(part.strip() for part in parts if part.strip())
    return found


def _cells(where: str, row: GridRow, layout: Layout, columns: Sequence[FactColumn]) -> tuple[dict[str, str], list[str]]:
    cells: dict[str, str] = {}
    warnings: list[str] = []
    for at, column in zip(layout.shown, columns, strict=True):
        text = " ".join(row.cells[at].translate(_DIGITS).split())
        if not text or (is_blank(text) and column.type is not ColumnType.BOOLEAN):
            continue
        if not fits(column.type, text) and column.type not in (ColumnType.NUMBER, ColumnType.MONEY):
            warnings.append(f"{where}: {column.name} is {text!r}, which is no {column.type.value.replace('_', ' ')}")
        cells[column.name] = text
    return cells, warnings


def _twins(sheet: str, rows: Sequence[FactRow], layout: Layout) -> list[str]:
    """Two rows for one thing that begin on one day contradict each other."""
    seen: dict[tuple[object, ...], int] = {}
    warnings: list[str] = []
    identity = [layout.names[at] for at in layout.keys if at not in layout.aliases]
    for row in rows:
        key = (*(row.cells.get(name, "") for name in identity), row.valid_from, row.valid_to)
        first = seen.setdefault(key, row.row)
        if first != row.row:
            warnings.append(f"{sheet}!{row.row}: the same {', '.join(identity)} as row {first}, for the same days")
    return warnings
