"""What a cell of a fact table holds: its type, and dates however they are written."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from shared.domain.fact_words import bracketed_unit, core_name
from shared.domain.knowledge import ColumnType

_NUMBER = re.compile(r"^[¥￥$€£]?\s*[-+]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?\s*(?:%|[\u4e00-\u9fffA-Za-z/]{1,6})?$")
_TIME_RANGE = re.compile(
    r"^(?:\d{1,2}[:：]\d{2}|24:00)\s*(?:[-–—~～至到]|to)\s*(?:次日)?\d{1,2}[:：]\d{2}$|^(?:休息|不营业|closed|24\s*小时|24\s*hours)$",
    re.I,
)
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?$")
_BOOLEANS = {"是", "否", "有", "无", "支持", "不支持", "yes", "no", "true", "false", "y", "n", "√", "×", "✓", "✗"}
_NO_NUMBER = {
    "免费",
    "面议",
    "不包邮",
    "包邮",
    "不限",
    "无限",
    "无",
    "-",
    "/",
    "—",
    "n/a",
    "free",
    "unlimited",
    "none",
    "on request",
}
_MONEY_HEADER = re.compile(r"价|费|金额|price|cost|fee|amount", re.IGNORECASE)
_MONEY_UNIT = re.compile(r"^(?:元|人民币|美元|RMB|CNY|USD|EUR|¥|￥|\$|€|£)", re.IGNORECASE)
_MOST = 0.8

_TESTS: tuple[tuple[ColumnType, Callable[[str], object]], ...] = (
    (ColumnType.TIME_RANGE, _TIME_RANGE.match),
    (ColumnType.DATE, _DATE.match),
    (ColumnType.BOOLEAN, lambda cell: cell.casefold() in _BOOLEANS),
    (ColumnType.NUMBER, _NUMBER.match),
)


def guess_type(name: str, cells: Sequence[str]) -> ColumnType:
    """Return the type that most of the filled cells have; text when none does."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    for kind, test in _TESTS:
        # "免费" among prices is a price too, if it is not the only one.
        telling = [cell for cell in filled if cell.casefold() not in _NO_NUMBER] if kind is ColumnType.NUMBER else filled
        if telling and sum(bool(test(cell)) for cell in telling) >= len(telling) * _MOST:
            return _money_or_number(name, telling) if kind is ColumnType.NUMBER else kind
    return ColumnType.TEXT


def fits(kind: ColumnType, cell: str) -> bool:
    """Whether a filled cell can be read as its column's type."""
    if kind in (ColumnType.NUMBER, ColumnType.MONEY):
        return bool(_NUMBER.match(cell))
    test = next((test for known, test in _TESTS if known is kind), None)
    return test is None or bool(test(cell))


def parse_date(cell: str) -> date | None:
    """Return the date in a cell (2026-12-31, 2026/12/31, 2026年12月31日), or None. Raises ValueError for anything else."""
    text = cell.strip()
    if not text:
        return None
    found = _DATE.match(text)
    if not found:
        raise ValueError(text)
    year, month, day = map(int, found.groups())
    return date(year, month, day)


def _money_or_number(name: str, cells: Sequence[str]) -> ColumnType:
    unit = bracketed_unit(name)
    money = cells[0][0] in "¥￥$€£" or (unit and _MONEY_UNIT.match(unit)) or (not unit and _MONEY_HEADER.search(core_name(name)))
    return ColumnType.MONEY if money else ColumnType.NUMBER
