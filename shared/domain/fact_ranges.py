"""Rows that hold for a range of amounts ("1-5kg", "5 公里内", "over 20 kg"), and the amounts that a question names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_UNIT_NAMES = {
    "kg": ("kg", 1.0), "kgs": ("kg", 1.0), "公斤": ("kg", 1.0), "千克": ("kg", 1.0), "kilo": ("kg", 1.0), "kilos": ("kg", 1.0),
    "斤": ("kg", 0.5), "克": ("kg", 0.001), "g": ("kg", 0.001), "吨": ("kg", 1000.0),
    "kilograms": ("kg", 1.0), "kilogram": ("kg", 1.0), "lb": ("lb", 1.0), "lbs": ("lb", 1.0), "pounds": ("lb", 1.0),
    "km": ("km", 1.0), "公里": ("km", 1.0), "千米": ("km", 1.0), "kilometres": ("km", 1.0), "kilometers": ("km", 1.0),
    "miles": ("mile", 1.0), "mile": ("mile", 1.0), "米": ("m", 1.0), "m": ("m", 1.0), "cm": ("m", 0.01), "厘米": ("m", 0.01),
    "元": ("money", 1.0), "块": ("money", 1.0), "块钱": ("money", 1.0), "yuan": ("money", 1.0), "rmb": ("money", 1.0),
    "人": ("people", 1.0), "个人": ("people", 1.0), "people": ("people", 1.0), "persons": ("people", 1.0), "users": ("people", 1.0),
    "guests": ("people", 1.0), "位": ("people", 1.0), "名": ("people", 1.0),
    "天": ("day", 1.0), "日": ("day", 1.0), "days": ("day", 1.0), "day": ("day", 1.0), "晚": ("day", 1.0), "nights": ("day", 1.0),
    "岁": ("age", 1.0), "years old": ("age", 1.0), "小时": ("hour", 1.0), "个小时": ("hour", 1.0), "hours": ("hour", 1.0),
    "hour": ("hour", 1.0), "分钟": ("hour", 1 / 60), "minutes": ("hour", 1 / 60), "个月": ("month", 1.0), "months": ("month", 1.0),
    "件": ("piece", 1.0), "个": ("piece", 1.0), "只": ("piece", 1.0), "盒": ("piece", 1.0), "pieces": ("piece", 1.0),
    "pcs": ("piece", 1.0), "units": ("piece", 1.0), "套": ("piece", 1.0),
    "立方米": ("m3", 1.0), "立方": ("m3", 1.0), "方": ("m3", 1.0), "m³": ("m3", 1.0), "m3": ("m3", 1.0),
    "gb": ("gb", 1.0), "tb": ("gb", 1024.0), "平": ("area", 1.0), "平米": ("area", 1.0), "平方米": ("area", 1.0), "寸": ("inch", 1.0),
    "英寸": ("inch", 1.0), "inch": ("inch", 1.0), "inches": ("inch", 1.0), "升": ("litre", 1.0), "l": ("litre", 1.0),
    "litres": ("litre", 1.0), "ml": ("litre", 0.001), "毫升": ("litre", 0.001),
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNIT_NAMES), key=len, reverse=True))
_N = r"(\d+(?:\.\d+)?)"
_U = rf"\s*({_UNIT})?"
_BETWEEN = re.compile(rf"^\D{{0,6}}?{_N}{_U}\s*(?:-|–|—|~|～|至|到|to)\s*{_N}{_U}(?:\D{{0,4}})$")
_MOST = re.compile(rf"^(?:≤|<=|<|不超过|至多|最多|低于|小于|不满|up to|under|below|less than|within)\s*{_N}{_U}\D{{0,4}}$")
_MOST_AFTER = re.compile(rf"^\D{{0,6}}?{_N}{_U}\s*(?:以内|之内|及以下|以下|内|or less|and under|max)$")
_LEAST = re.compile(rf"^(?:≥|>=|满|至少|不少于|from|at least)\s*{_N}{_U}\D{{0,4}}$")
_MORE = re.compile(rf"^(?:>|超过|超出|大于|高于|over|above|more than)\s*{_N}{_U}\D{{0,4}}$")
_LEAST_AFTER = re.compile(rf"^\D{{0,6}}?{_N}{_U}\s*(?:及以上|以上|起|or more|and (?:up|over|above)|\+)$")
_OVER_WORDS = re.compile(r"(?:超过|超出|大于|高于|多于|超|over|above|more than|exceed\w*|heavier than)\s*$")
_OVER_AFTER = re.compile(r"^\s*(?:以上|多(?![少久大远重长])|\+|or more|and up)")
_HAN = {"半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_AMOUNT = re.compile(rf"(\d+(?:\.\d+)?|[半一二两三四五六七八九十])\s*({_UNIT})(?![a-z])")
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `low` (itself not in it when `above`) to `high`, in the base of `unit`; "" when no unit is said."""

    low: float
    high: float
    above: bool
    unit: str

    def holds(self, value: float) -> bool:
        return (self.low < value if self.above else self.low <= value) and value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount that a question names at [start, end) of its text; `over`: more than that."""

    value: float
    unit: str
    over: bool
    start: int
    end: int


def read_range(cell: str, unit: str = "") -> Range | None:
    """Return the range that a folded cell is, or None. `unit` is its column's; two units in one cell are none."""
    found = _BETWEEN.match(cell)
    if found:
        low, first, high, last = found.groups()
        return _range(float(low), float(high), False, first or last or unit, last or first or unit)
    for pattern, above in ((_MORE, True), (_LEAST, False), (_LEAST_AFTER, False)):
        found = pattern.match(cell)
        if found:
            return _range(float(found.group(1)), float("inf"), above, found.group(2) or unit, found.group(2) or unit)
    for pattern in (_MOST, _MOST_AFTER):
        found = pattern.match(cell)
        if found:
            return _range(0.0, float(found.group(1)), False, found.group(2) or unit, found.group(2) or unit)
    return None


def _range(low: float, high: float, above: bool, first: str, last: str) -> Range | None:
    one, other = (_UNIT_NAMES.get(name, ("", 1.0)) for name in (first, last))
    if one[0] != other[0]:
        return None
    return Range(low=low * one[1], high=high * other[1], above=above, unit=one[0])


def read_ranges(cells: Sequence[str], unit: str = "") -> Mapping[int, Range]:
    """Return the ranges of a column by row, {} when most of its cells are none or their units differ."""
    found = {at: one for at, cell in enumerate(cells) if (one := read_range(cell, unit))}
    several = len({(one.low, one.high) for one in found.values()}) > 1 and len({one.unit for one in found.values()}) == 1
    return found if several and len(found) >= _ENOUGH * sum(bool(cell) for cell in cells) else {}


def amounts(text: str) -> Iterator[Amount]:
    """Yield the amounts with a unit in a folded question."""
    for found in _AMOUNT.finditer(text):
        name, factor = _UNIT_NAMES[found.group(2)]
        number = found.group(1)
        before, after = _OVER_WORDS.search(text[: found.start()]), _OVER_AFTER.match(text[found.end() :])
        value = _HAN[number] if number in _HAN else float(number)
        yield Amount(
            value=value * factor,
            unit=name,
            over=bool(before or after),
            start=before.start() if before else found.start(),
            end=found.end() + (after.end() if after else 0),
        )


def fitting(ranges: Mapping[int, Range], amount: Amount) -> frozenset[int]:
    """Return the rows whose range holds the amount. On the border of two ("1-5", "5-20") the lower one counts."""
    value = amount.value * (1 + 1e-6) + 1e-9 if amount.over else amount.value
    held = {at: one for at, one in ranges.items() if one.unit in (amount.unit, "") and one.holds(value)}
    if not held:
        return frozenset()
    lowest = min(one.low for one in held.values())
    touching = len({(one.low, one.high) for one in held.values()}) > 1 and any(one.low == amount.value for one in held.values())
    return frozenset(at for at, one in held.items() if not touching or one.low == lowest)
