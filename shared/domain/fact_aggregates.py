"""The least, the most, and "which of them": questions over several rows that a table can answer soundly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.fact_book import PreparedTable, translated
from shared.domain.fact_question import Found, Question
from shared.domain.fact_words import GROUPS, compact, core_name
from shared.domain.knowledge import ColumnType

Positions = frozenset[int]

# Words that name their column themselves, then words that need a column beside them. True: the most.
_PRICE_WORDS = (
    (False, re.compile(r"最便宜|最低价|价格最低|价钱最低|最实惠|\b(?:cheapest|least expensive|lowest[- ]price[d]?)\b")),
    (True, re.compile(r"最贵|最高价|价格最高|价钱最高|\b(?:most expensive|priciest|dearest|highest[- ]price[d]?)\b")),
)
_DEGREES = (
    (False, re.compile(r"最低|最少|最小|最短|最快|\b(?:lowest|fewest|smallest|shortest|least)\b")),
    (True, re.compile(r"最高|最多|最大|最长|最久|\b(?:highest|most|largest|longest|biggest)\b")),
)
_NUMBER = re.compile(r"^[¥￥$€£]?\s*(-?\d+(?:\.\d+)?)\s*\D{0,6}$")
_NUMBERS = (ColumnType.NUMBER, ColumnType.MONEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """The most (or the least) of a column, and where the question says so."""

    column: int
    most: bool
    place: tuple[int, int]


def asked_extreme(text: str, prepared: PreparedTable, words: Sequence[Found[Positions]]) -> Extreme | None:
    """Return what a question wants the most or the least of, when exactly one number column is meant."""
    for most, pattern in _PRICE_WORDS:
        found = pattern.search(text)
        column = _price_column(prepared)
        if found and column is not None:
            return Extreme(column=column, most=most, place=found.span())
    numbers = {at for one in words for at in one.value if prepared.column(at).type in _NUMBERS}
    for most, pattern in _DEGREES:
        found = pattern.search(text)
        if found and len(numbers) == 1:
            return Extreme(column=numbers.pop(), most=most, place=found.span())
    return None


def _price_column(prepared: PreparedTable) -> int | None:
    """Return the one column that a bare "多少钱" means."""
    found = prepared.columns.get(compact("多少钱"), frozenset())
    group = next(group for group in GROUPS if "多少钱" in group.words)
    named = {at for at in found if group.header.search(core_name(prepared.column(at).name))}
    return next(iter(named)) if len(named) == 1 else None


def extreme_rows(prepared: PreparedTable, rows: Positions, extreme: Extreme) -> Positions:
    """Return the rows with the extreme value; none when a value cannot be compared, for the truth is then unknown."""
    values: dict[int, float] = {}
    for position in rows:
        cell = prepared.table.rows[position].cells.get(prepared.column(extreme.column).name, "")
        number = _NUMBER.match(cell.replace(",", ""))
        if not number:
            return frozenset()
        values[position] = float(number.group(1))
    if len(values) < 2:
        return frozenset()
    best = max(values.values()) if extreme.most else min(values.values())
    return frozenset(position for position, value in values.items() if value == best)


def asked_values(asked: Question, prepared: PreparedTable) -> tuple[int, str, tuple[int, int]] | None:
    """Return a column, the value of it that the question names ("有货", "out of stock"), and where.

    None when no value, or values of several columns, are named.
    """
    found: list[tuple[int, str, tuple[int, int]]] = []
    for position, column in enumerate(prepared.table.columns):
        if column.type not in (ColumnType.TEXT, ColumnType.BOOLEAN) or column.name in prepared.table.key_columns:
            continue
        if column.name == prepared.table.options.get("category"):
            continue
        words = _value_words(prepared, column.name)
        spots = asked.find(words, sorted({len(word) for word in words}, reverse=True))
        if spots:
            longest = max(spots, key=lambda spot: spot.length)
            found.append((position, longest.value, (longest.start, longest.end)))
    if len(found) != 1:
        return None
    return found[0]


def _value_words(prepared: PreparedTable, column: str) -> dict[str, str]:
    """Return the short values of a column by the words for them."""
    words: dict[str, str] = {}
    for row in prepared.table.rows:
        cell = row.cells.get(column, "")
        for word in (cell, translated(prepared.table, column, cell, "en"), translated(prepared.table, column, cell, "zh")):
            if 1 < len(compact(word)) <= 16:
                words[compact(word)] = cell
    return words
