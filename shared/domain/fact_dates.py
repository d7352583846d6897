"""The day that a question is about, when it names one that is still to come: "明年一月", "next Monday", "12月5号"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH_NUMBER = {name: at for at, name in enumerate(_MONTHS.split("|"), 1)}
_HAN_MONTHS = {name: at for at, name in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}
_HAN_DAYS = tuple("一二三四五六日")
_LATIN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HAN_MONTH = "十一|十二|[一二三四五六七八九十]|1[0-2]|0?[1-9]"
_AFTER = r"(?:以后|之后|过后|后|份|的时候|开始|起)?"
_DAY_SAID = re.compile(r"[号日]|(?<!\d)\d{1,2}(?!\d|月)")
_ON = ("in ", "on ", "from ", "by ", "after ", "until ", "next ", "of ")
_DAY = r"(?:(3[01]|[12]\d|0?[1-9])(?:号|日))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDay:
    """The day asked about, and where the question says so. `single`: an ordinary day is named, not a month or a holiday."""

    day: date
    single: bool
    start: int
    end: int


_Reader = Callable[[re.Match[str], date], date | None]


def asked_day(text: str, today: date) -> AskedDay | None:
    """Return the day from today on that a folded question names, the first of a month or year named alone; None otherwise."""
    for pattern, read in _PATTERNS:
        found = pattern.search(text)
        day = _safely(read, found, today) if found else None
        if found and day and day >= today:
            single = read in (_full, _next_week) or (read is not _new_year and bool(_DAY_SAID.search(found[0])))
            return AskedDay(day=day, single=single, start=found.start(), end=found.end())
    return None


def _safely(read: _Reader, found: re.Match[str], today: date) -> date | None:
    try:
        return read(found, today)
    except ValueError:
        # 31 February: no day, so none that is asked about.
        return None


def _full(found: re.Match[str], _today: date) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _next_year(found: re.Match[str], today: date) -> date:
    month = _month(found[1]) if found[1] else 1
    return date(today.year + 1, month, int(found[2] or 1) if found[1] else 1)


def _year(found: re.Match[str], today: date) -> date:
    return max(date(int(found[1]), _month(found[2]) if found[2] else 1, 1), today if int(found[1]) == today.year else date.min)


def _coming_month(found: re.Match[str], today: date) -> date:
    month, day = _month(found[1]), found[2]
    if day:
        same = date(today.year, month, int(day))
        return same if same >= today else date(today.year + 1, month, int(day))
    if month == today.month:
        return today
    return date(today.year + (month < today.month), month, 1)


def _english_month(found: re.Match[str], today: date) -> date | None:
    month = _MONTH_NUMBER[found[2]]
    day = found[1] or found[3]
    if not day and not found[0].startswith(_ON):
        # "May I ask" and "march on" name no month.
        return None
    year = int(found[4]) if found[4] else today.year
    if month == today.month and not day:
        return today
    asked = date(year, month, int(day or 1))
    return asked if found[4] or asked >= today else date(year + 1, month, int(day or 1))


def _new_year(_found: re.Match[str], today: date) -> date:
    return date(today.year + 1, 1, 1)


def _next_month(_found: re.Match[str], today: date) -> date:
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def _next_week(found: re.Match[str], today: date) -> date:
    weekday = _HAN_DAYS.index(found[1].replace("天", "日")) if found[1] else _LATIN_DAYS.index(found[2])
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    return monday + timedelta(days=weekday)


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _HAN_MONTHS[text]


_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"(20\d\d)[-/.年](1[0-2]|0?[1-9])[-/.月](3[01]|[12]\d|0?[1-9])[日号]?"), _full),
    (re.compile(rf"(?:(?:明年|来年|新年)?元旦|new year's day){_AFTER}"), _new_year),
    (re.compile(rf"(?:明年|来年)(?:({_HAN_MONTH})月份?{_DAY})?{_AFTER}"), _next_year),
    (re.compile(rf"(20\d\d)年(?:({_HAN_MONTH})月)?{_AFTER}"), _year),
    (re.compile(rf"(?:下个?月|next month){_AFTER}"), _next_month),
    (re.compile(r"(?:下周|下星期|下个星期|下礼拜)([一二三四五六日天])|\bnext (mon|tue|wed|thu|fri|sat|sun)[a-z]*"), _next_week),
    (re.compile(rf"(?:等到|到了|到)?(?:今年|(?<![个\d年]))({_HAN_MONTH})月(?!内)份?{_DAY}{_AFTER}"), _coming_month),
    (
        re.compile(
            rf"\b(?:in|on|from|by|after|until|next|of)?\s*(?:the )?(?:(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?({_MONTHS})\b"
            r"(?: (\d{1,2})(?:st|nd|rd|th)?\b)?(?:,? (20\d\d))?"
        ),
        _english_month,
    ),
    (re.compile(r"\bin (20\d\d)()"), _year),
    (re.compile(r"\bnext year()()"), _next_year),
)
