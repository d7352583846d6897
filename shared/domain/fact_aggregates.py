"""The least, the most, and "which of them": questions over several rows that a table can answer soundly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.fact_book import PreparedTable
from shared.domain.fact_question import Found, Question
from shared.domain.fact_ranges import amounts, fitting
from shared.domain.fact_words import GROUPS, compact, core_name
from shared.domain.knowledge import ColumnType

Positions = frozenset[int]

# Words that name their column themselves, then words that need a column beside them. True: the most.
_PRICE_WORDS = (
    (False, re.compile(r"最便宜|最低价|价格最低|价钱最低|最实惠|\b(?:cheapest|least expensive|lowest[- ]price[d]?)\b")),
    (True, re.compile(r"最贵|最高价|价格最高|价钱最高|\b(?:most expensive|priciest|dearest|highest[- ]price[d]?)\b")),
)
_DEGREES = (
    (False, re.compile(r"最低|最少|最小|最短|最轻|\b(?:lightest|lowest|fewest|smallest|shortest|least)\b")),
    (True, re.compile(r"最高|最多|最大|最长|最久|最快|最重|\b(?:fastest|heaviest|highest|most|largest|longest|biggest)\b")),
)
_NUMBER = re.compile(r"^([¥￥$€£]|[A-Za-z]{1,3}\$?|)\s*(-?\d+(?:\.\d+)?)\s*([^\d\s]\D{0,12})?$")
_BOUNDLESS = re.compile(r"^(?:不限|无限|无限制|不限量|unlimited|no limit)$", re.IGNORECASE)
_YUAN = {
    "元": "¥",
    "￥": "¥",
    "人民币": "¥",
    "rmb": "¥",
    "cny": "¥",
    "usd": "$",
    "美元": "$",
    "eur": "€",
    "欧元": "€",
    "gbp": "£",
    "英镑": "£",
}
_BELOW = re.compile(
    r"(?:预算|不超过|低于|少于)\s*(\d+(?:\.\d+)?)\s*(?:元|块钱|块)?(?:以内|以下|之内)?|(\d+(?:\.\d+)?)\s*(?:元|块钱|块)?(?:以内|以下|之内)"
    r"|\b(?:under|below|less than|cheaper than|up to|within)\s*[$€£¥]?\s*(\d+(?:\.\d+)?)"
)
_BEFORE = re.compile(r"(\d+(?:\.\d+)?)\s*[个名位台人只块]?\s*$")
_COUNTED = {"people": "几个人", "area": "多少平", "gb": "存储"}
_NO = re.compile(r"^(?:否|无|不|没|not?\b|false|n$|[×✗✘✕○/—–-]+$)", re.IGNORECASE)
_CLOSED = re.compile(r"^(?:休|不营业|关|闭|停诊|closed|no\b)", re.IGNORECASE)
_NUMBERS = (ColumnType.NUMBER, ColumnType.MONEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """The most (or the least) of columns that must agree on the rows, and where the question says so."""

    columns: frozenset[int]
    most: bool
    place: tuple[int, int]


def asked_extreme(text: str, prepared: PreparedTable, words: Sequence[Found[Positions]]) -> Extreme | None:
    """Return what a question wants the most or the least of, when exactly one number column is meant."""
    for most, pattern in _PRICE_WORDS:
        found = pattern.search(text)
        columns = _price_columns(prepared)
        if found and columns:
            asked = columns & {at for one in words for at in one.value}
            return Extreme(columns=asked or columns, most=most, place=found.span())
    numbers = {at for one in words for at in one.value if prepared.column(at).type in _NUMBERS}
    for most, pattern in _DEGREES:
        found = pattern.search(text)
        # "最高时速" is what the column is called: it asks for no extreme.
        named = found and any(one.start <= found.start() and found.end() < one.end for one in words)
        if found and not named and len(numbers) == 1:
            return Extreme(columns=frozenset(numbers), most=most, place=found.span())
    return None


def _price_columns(prepared: PreparedTable) -> Positions:
    """Return the columns that a bare "多少钱" means."""
    found = prepared.columns.get(compact("多少钱"), frozenset())
    group = next(group for group in GROUPS if "多少钱" in group.words)
    return frozenset(at for at in found if group.header.search(core_name(prepared.column(at).name)))


def extreme_rows(prepared: PreparedTable, rows: Positions, extreme: Extreme) -> Positions:
    """Return the rows with the extreme value.

    None where the columns disagree on them, or when a value cannot be compared, for the truth is then unknown.
    """
    found = {_extreme_of(prepared, rows, column, extreme.most) for column in extreme.columns}
    return found.pop() if len(found) == 1 else frozenset()


def _extreme_of(prepared: PreparedTable, rows: Positions, column: int, most: bool) -> Positions:
    numbers = _numbers(prepared, rows, column)
    if len(numbers) < len(rows) or len(numbers) < 2:
        return frozenset()
    best = max(numbers.values()) if most else min(numbers.values())
    return frozenset(at for at, number in numbers.items() if number == best)


def _numbers(prepared: PreparedTable, rows: Positions, column: int) -> dict[int, float]:
    """Return the numbers in a column by row, {} where they are in several units: 2000 泰铢 is less than 880 元, 15 天 than 3 个月."""
    values = {at: _NUMBER.match(_cell(prepared, at, column).replace(",", "").replace("，", "")) for at in rows}
    numbers = {at: float(found.group(2)) for at, found in values.items() if found}
    own = prepared.column(column).unit
    units = {_unit(found.group(1) or found.group(3) or own) for found in values.values() if found and float(found.group(2))}
    return numbers if len(units) < 2 else {}


def _unit(text: str) -> str:
    """Return the unit without what it is per: "元/月" and "¥" are one currency in one column."""
    unit = text.partition("/")[0].strip().casefold()
    return _YUAN.get(unit, unit)


def asked_limit(
    text: str, prepared: PreparedTable, rows: Positions, words: Sequence[Found[Positions]]
) -> tuple[Positions, Positions, tuple[tuple[int, int], ...]] | None:
    """Return the rows that allow for the number that stands before a column's word: "12 people, which plan"; and the column.

    "under 300" and "预算 500 以内" turn it round: what is allowed is the number, and the column a price.
    """
    below = _BELOW.search(text)
    prices = _price_columns(prepared)
    if below and len(prices) == 1:
        (price,) = prices
        limit = float(next(filter(None, below.groups())))
        return _within(prepared, rows, price, limit, most=True), prices, (below.span(),)
    for amount in amounts(text):
        counted = prepared.columns.get(_COUNTED.get(amount.unit, ""), frozenset())
        if len(counted) == 1:
            fits = _within(prepared, rows, next(iter(counted)), amount.value, most=False)
            return fits, counted, ((amount.start, amount.end),)
    for one in words:
        columns = [at for at in one.value if prepared.column(at).type is ColumnType.NUMBER]
        number = _BEFORE.search(text[: one.start])
        if number and len(columns) == 1:
            fits = _within(prepared, rows, columns[0], float(number.group(1)), most=False)
            return fits, frozenset(columns), ((number.start(), one.end),)
    return None


def asked_range(
    text: str, prepared: PreparedTable, rows: Positions, words: Sequence[Found[Positions]]
) -> tuple[Positions, Positions, tuple[tuple[int, int], ...]] | None:
    """Return the rows whose range holds an amount in the question ("8 岁上哪个班"), with that column or those asked for."""
    for amount in amounts(text):
        for column, ranges in prepared.ranges.items():
            fits = fitting(ranges, amount) & rows
            if fits and next(iter(ranges.values())).unit == amount.unit:
                keys = prepared.table.key_columns
                asked = frozenset(at for one in words for at in one.value if prepared.column(at).name not in keys)
                return fits, asked | {column}, ((amount.start, amount.end),)
    return None


def _within(prepared: PreparedTable, rows: Positions, column: int, limit: float, *, most: bool) -> Positions:
    numbers = _numbers(prepared, rows, column)
    if not most:
        numbers |= {at: float("inf") for at in rows if _BOUNDLESS.match(_cell(prepared, at, column))}
    return frozenset(at for at, number in numbers.items() if (number <= limit if most else number >= limit))


def asked_truth(
    prepared: PreparedTable, rows: Positions, words: Sequence[Found[Positions]], days: frozenset[int]
) -> tuple[Positions, Positions, tuple[tuple[int, int], ...]] | None:
    """Return the rows where the one yes-or-no column that is named says yes, or that are open on the days asked for."""
    meant = {at for one in words for at in one.value}
    yes_or_no = {at for at in meant if prepared.column(at).type is ColumnType.BOOLEAN}
    hours = {at for at in prepared.hours() if days and days <= prepared.days[at]} if meant & prepared.hours() else set()
    for columns, negatives in ((yes_or_no, _NO), (hours, _CLOSED)):
        if len(columns) == 1:
            (column,) = columns
            fits = frozenset(at for at in rows if not negatives.match(_cell(prepared, at, column) or "no"))
            return (fits, frozenset(columns), ()) if fits else None
    return None


def _cell(prepared: PreparedTable, row: int, column: int) -> str:
    return prepared.table.rows[row].cells.get(prepared.column(column).name, "")


def asked_values(asked: Question, prepared: PreparedTable) -> tuple[int, str, tuple[int, int]] | None:
    """Return a column, the value of it that the question names ("有货", "out of stock"), and where.

    None when no value, or values of several columns, are named.
    """
    found: list[tuple[int, str, tuple[int, int]]] = []
    for position, (words, lengths) in prepared.values.items():
        spots = asked.find(words, lengths)
        if spots:
            longest = max(spots, key=lambda spot: spot.length)
            found.append((position, longest.value, (longest.start, longest.end)))
    return found[0] if len(found) == 1 else None
