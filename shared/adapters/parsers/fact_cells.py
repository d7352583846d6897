"""What a cell of a fact table holds: the type that its column has, or nothing."""

import re
from collections.abc import Callable, Sequence

from shared.domain.fact_words import bracketed_unit, core_name
from shared.domain.knowledge import ColumnType

_CODES = r"(?:[¥￥$€£]|(?:rmb|cny|usd|eur|gbp|hkd|mop|twd|jpy|krw|nok|sek|dkk|chf|aud|cad|nzd|sgd|inr|myr|thb|php|idr|vnd|aed|zar|brl|pln|czk|huf)\b|(?:us|hk|nt|au?|ca?|s)\$|kr\b|rs\.?)"
_NUMBER = re.compile(
    rf"^{_CODES}?\s*[-+]?(?:\d{{1,3}}(?:[,，]\d{{3}})+|\d+)(?:\.\d+)?\s*(?:%|[\u4e00-\u9fffA-Za-z/]{{1,6}})?$", re.IGNORECASE
)
_CURRENCY = re.compile(rf"^{_CODES}\s*\d|^\d[\d,.]*\s*(?:{_CODES}|[元圆])$", re.IGNORECASE)
_CLOCK = r"(?:(?:[01]?\d|2[0-4])[:：][0-5]\d(?:\s*[ap]\.?m\.?)?|(?:1[0-2]|[1-9])\s*[ap]\.?m\.?|noon|midnight)"
_SPAN = (
    rf"(?:上午|下午|中午|晚上|晚间|早)?\s*{_CLOCK}\s*(?:[-–—~～至到]+|to|until)\s*(?:次日|翌日|凌晨|上午|下午|晚上)?\s*{_CLOCK}"
)
_TIME_RANGE = re.compile(
    # A break at noon makes two: "8:00-12:00, 14:00-17:30".
    rf"^{_SPAN}(?:\s*(?:[,，、;；/&和]|and)?\s*{_SPAN}){{0,3}}$"
    r"|^(?:休息|休|不营业|闭店|闭馆|停诊|休诊|休馆|closed|全天|24\s*小时|24\s*h(?:ou)?rs|24\s*hours|24/7)$",
    re.IGNORECASE,
)
_DATE = re.compile(r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]00:00(?::00)?)?$")
_BOOLEANS = {
    *("是", "否", "有", "无", "支持", "不支持", "含", "不含", "包含", "不包含", "可", "不可", "可以", "不可以"),
    *("yes", "no", "true", "false", "y", "n", "√", "×", "✓", "✗", "✔", "✘", "✕", "○", "●", "included", "not included"),
}
# What stands in a cell that has nothing to say.
BLANKS = frozenset(
    {"/", "\\", "-", "--", "—", "——", "–", "n/a", "na", "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "null", "nan"}
)
_NO_NUMBER = {
    *(
        "免费",
        "面议",
        "不包邮",
        "包邮",
        "不限",
        "无限",
        "无限制",
        "无",
        "不限量",
        "不收费",
        "赠送",
        "联系我们",
        "联系客服",
        "咨询客服",
    ),
    *("定制", "询价", "详询", "电询", "电议", "待定", "时价", "按需", "缺货", "售罄"),
    *(
        "free",
        "unlimited",
        "none",
        "on request",
        "contact us",
        "contact sales",
        "call us",
        "custom",
        "tbd",
        "tba",
        "poa",
        "included",
    ),
}
_MONEY_HEADER = re.compile(r"价|(?<!免)费|金额|price|cost|fee|amount", re.IGNORECASE)
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
    filled = [cell.strip() for cell in cells if cell.strip() and not is_blank(cell)]
    for kind, test in _TESTS:
        # "免费" among prices is a price too, if it is not the only one.
        telling = [cell for cell in filled if cell.casefold() not in _NO_NUMBER] if kind is ColumnType.NUMBER else filled
        if telling and sum(bool(test(cell)) for cell in telling) >= len(telling) * _MOST:
            return _money_or_number(name, telling) if kind is ColumnType.NUMBER else kind
    # "not allowed" among prices is none, and leaves the others what they are.
    return (
        ColumnType.MONEY if filled and 2 * sum(bool(_CURRENCY.match(cell)) for cell in filled) > len(filled) else ColumnType.TEXT
    )


def is_blank(cell: str) -> bool:
    """Whether a cell only fills its place: "/", "—", "N/A"."""
    return cell.strip().casefold() in BLANKS


def is_value(cell: str) -> bool:
    """Whether a filled cell is a number, a date, hours, or yes or no, rather than a name or a heading."""
    return any(test(cell.strip()) for _, test in _TESTS)


def fits(kind: ColumnType, cell: str) -> bool:
    """Whether a filled cell can be read as its column's type."""
    if kind in (ColumnType.NUMBER, ColumnType.MONEY):
        return bool(_NUMBER.match(cell))
    test = next((test for known, test in _TESTS if known is kind), None)
    return test is None or bool(test(cell))


def _money_or_number(name: str, cells: Sequence[str]) -> ColumnType:
    unit = bracketed_unit(name)
    named = (unit and _MONEY_UNIT.match(unit)) or (not unit and _MONEY_HEADER.search(core_name(name)))
    money = _CURRENCY.match(cells[0]) or (named and not cells[0].endswith("%"))
    return ColumnType.MONEY if money else ColumnType.NUMBER
