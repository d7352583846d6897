"""Where a table begins and ends in a sheet as offices make them: a heading of one row or two, rows, totals, notes below."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.adapters.parsers.fact_cells import is_value
from shared.adapters.parsers.grid import GridRow, Sheet, body_after, header_position

_TOTAL = re.compile(
    r"(?:(?:本页|本表|费用|金额)?(?:合计|总计|小计|共计|总和|累计|汇总|平均值?|均价)|(?:grand |sub-?)?totals?|sum|average)"
    r"\s*(?:[(（][^)）]{0,12}[)）])?\s*[:：]?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?:^|[^\d.])[1-9]\d{0,2}$")
_HUNDREDS = re.compile(r"^\d{3}(?!\d)")
_NOTE = re.compile(
    r"^[*＊※]|^(?:注意?|备注|说明|附注|温馨提示|提示|notes?|remarks?|n\.?b\.?|please note)\s*\d{0,2}\s*(?:[:：.、]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A sheet's table. `names`: its headings, "" for a column that cannot be read; `notes`: the rows of text below it."""

    names: tuple[str, ...]
    body: tuple[GridRow, ...]
    notes: tuple[GridRow, ...]
    warnings: tuple[str, ...]


def shape_of(sheet: Sheet, declared_row: int | None) -> Shape | None:
    """Return the table of a sheet, None without a heading. `declared_row`: the number of its row, if the company says it.

    A heading of two rows ("旺季" over "平日 | 周末") becomes one, "旺季 平日"; a table laid in blocks side by side is put
    one below the other. Columns that are still called the same cannot be told apart, so none of them is read.
    """
    top = header_position(sheet.rows, declared_row)
    if top is None:
        return None
    first, last = _heading_rows(sheet, top)
    names = _joined(sheet, first, last) if first != last else sheet.rows[last].cells
    rows = [row for row in body_after(sheet.rows, last) if row.cells != sheet.rows[first].cells]
    names, rows = _stacked(names, rows)
    width = sum(map(bool, names))
    torn = [row for row in rows if _is_torn(row, names)]
    kept = [row for row in rows if row not in torn and not _is_total(row) and not _is_note(row, width)]
    end = kept[-1].number if kept else 0
    left_out = [row for row in rows if _is_total(row) or (_is_note(row, width) and row.number < end)]
    same = _same(names, kept)
    return Shape(
        names=tuple("" if at in same else name for at, name in enumerate(names)),
        body=tuple(kept),
        notes=tuple(row for row in rows if _is_note(row, width) and row.number > end),
        warnings=(
            *(f"{sheet.name}!{row.number}: a comma divides a number; put it in quotes. The row was left out" for row in torn),
            *(f"{sheet.name}!{row.number}: a total or a heading, no fact of a thing; the row was left out" for row in left_out),
            *(f"sheet {sheet.name!r}: several columns are called {name!r}; they were left out" for name in _twins(names, same)),
        ),
    )


def _heading_rows(sheet: Sheet, top: int) -> tuple[int, int]:
    """Return the first and the last row of the heading: one row, or one of groups and one of what they hold."""
    for upper in (top - 1, top):
        if upper >= 0 and upper + 1 < len(sheet.rows) and _groups(sheet, upper):
            return upper, upper + 1
    return top, top


def _groups(sheet: Sheet, upper: int) -> bool:
    """Whether a row holds headings each over several columns of the row below it."""
    above, below = sheet.rows[upper].cells, sheet.rows[upper + 1].cells
    # A row of facts has a name of its own in the first column; the lower row of a heading has none, or that above.
    continued = bool(above[0]) and below[0] in ("", above[0])
    if not continued and (above[0] or any(map(is_value, below))):
        return False
    begins = [at for at in range(len(above) - 1) if above[at] and below[at] not in ("", above[at])]
    spread = any(not above[at + 1] and below[at + 1] for at in begins)
    texts = [cell for cell in below if cell]
    merged = any(1 < width < len(above) for _, width in sheet.spans.get(sheet.rows[upper].number, ()))
    return spread and (continued or merged or len(set(texts)) < len(texts))


def _joined(sheet: Sheet, first: int, last: int) -> tuple[str, ...]:
    above, below = sheet.rows[first].cells, sheet.rows[last].cells
    over = _spread(above, dict(sheet.spans.get(sheet.rows[first].number, ())))
    return tuple(
        lower if not upper or upper == lower else f"{upper} {lower}".strip() for upper, lower in zip(over, below, strict=True)
    )


def _spread(above: Sequence[str], widths: dict[int, int]) -> list[str]:
    """Give each group's heading to the columns below it: as wide as its cell, else up to the next heading."""
    starts = [at for at, cell in enumerate(above) if cell]
    free = [end - start for start, end in pairwise(starts)]
    over = [""] * len(above)
    for start, end in zip(starts, [*starts[1:], len(above)], strict=True):
        # The last one ends where nothing says; it is no wider than the widest before it.
        limit = max(free, default=end - start) if end == len(above) and len(free) > 0 else end - start
        for at in range(start, min(end, start + widths.get(start, limit))):
            over[at] = above[start]
    return over


def _stacked(names: tuple[str, ...], rows: list[GridRow]) -> tuple[tuple[str, ...], list[GridRow]]:
    """Put blocks with the same headings side by side ("型号 | 价格 | 型号 | 价格") one below the other."""
    first = next(filter(None, names), "")
    starts = [at for at, name in enumerate(names) if name == first]
    blocks = [range(start, end) for start, end in zip(starts, [*starts[1:], len(names)], strict=True)]
    headings = [tuple(names[at] for at in block if names[at]) for block in blocks]
    if len(blocks) < 2 or len(set(headings)) > 1 or len(headings[0]) < 2:
        return names, rows
    taken = [tuple(at for at in block if names[at]) for block in blocks]
    return headings[0], [
        replace(row, cells=tuple(row.cells[at] for at in block))
        for block in taken
        for row in rows
        if any(row.cells[at] for at in block)
    ]


def _is_torn(row: GridRow, names: Sequence[str]) -> bool:
    """Whether a thousands comma has torn a number of a CSV in two ("6" and "800"), so that the row has a cell too many."""
    width = max((at + 1 for at, name in enumerate(names) if name), default=0)
    pairs = pairwise(row.cells) if any(row.cells[width:]) else ()
    return any(_THOUSANDS.search(one) and _HUNDREDS.match(other) for one, other in pairs)


def _is_total(row: GridRow) -> bool:
    texts = [cell for cell in row.cells if cell]
    first = texts[1] if len(texts) > 1 and texts[0].isdecimal() else texts[0]
    return bool(_TOTAL.fullmatch(first.replace(" ", "") if not first.isascii() else first))


def _is_note(row: GridRow, width: int) -> bool:
    """Whether a row is a text across the sheet and tells nothing of a thing."""
    texts = [cell for cell in row.cells if cell]
    return bool(_NOTE.match(texts[0])) and len(texts) <= 2 if width < 3 else len(texts) == 1 or bool(_NOTE.match(texts[0]))


def _same(names: Sequence[str], rows: Sequence[GridRow]) -> frozenset[int]:
    """Return the columns that share their name with another that says something else; of those that repeat one, all but the first."""
    found: set[int] = set()
    for name, count in Counter(filter(None, names)).items():
        if count > 1:
            first, *others = (at for at, other in enumerate(names) if other == name)
            repeats = all(row.cells[at] == row.cells[first] for at in others for row in rows)
            found |= set(others) if repeats else {first, *others}
    return frozenset(found)


def _twins(names: Sequence[str], same: frozenset[int]) -> list[str]:
    kept = {name for at, name in enumerate(names) if at not in same}
    return list(dict.fromkeys(names[at] for at in sorted(same) if names[at] not in kept))
