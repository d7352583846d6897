"""The days in a table's cells, however offices write them: one day, no end, or a period."""

import re
import unicodedata
from calendar import monthrange
from datetime import date

_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_CLOCK = re.compile(r"[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_WORDS = re.compile(r"^(?:自|从|至|到|截至|截止到?|from|until|till|to)\s*|\s*(?:起|开始|止|为止|前|以前|之前|onwards?)$")
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_MONTH_ONLY = re.compile(r"^(\d{4})[-/年](\d{1,2})月?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_EITHER_FIRST = re.compile(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$")
_DAY_NAMED = re.compile(rf"^(\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of )?{_MONTH}[ ,-]*(\d{{4}})$")
_MONTH_NAMED = re.compile(rf"^{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})$")
_OPEN = re.compile(
    r"^(?:长期(?:有效)?|永久(?:有效)?|一直有效|不限期?|无期限|无限期|至今|今|另行通知|有效|即日起?|现在起?|立即生效|无|/|-+|—+|–|n/?a|none|null"
    r"|open(?:[- ]ended)?|ongoing|no (?:end(?: date)?|expiry)|never|indefinite(?:ly)?|permanent|until further notice|further notice|now|immediately|present|current)$"
)
_BETWEEN = re.compile(r"\s*(?:至|到|~|–|—|\bto\b|\buntil\b|\btill\b| - )\s*")
_HYPHEN = re.compile(r"^(\d{4}[./年]\d{1,2}[./月]\d{1,2}日?)-(.+)$")
_SHORT_END = re.compile(r"^(?:(\d{1,2})[-/.月])?(\d{1,2})日?$")


def read_date(cell: str, *, end: bool = False) -> date | None:
    """Return the day in a cell; None for an empty one or one that sets no bound ("长期有效", "open-ended").

    A month alone is its first day, with `end` its last. Raises ValueError for anything else, and for "01/07/2026", which
    is one day here and another there.
    """
    text = _plain(cell)
    if not text or _OPEN.match(text):
        return None
    named = _DAY_NAMED.match(text)
    if named:
        return date(int(named[3]), _MONTHS[named[2][:3]], int(named[1]))
    named = _MONTH_NAMED.match(text)
    if named:
        return date(int(named[3]), _MONTHS[named[1][:3]], int(named[2]))
    found = _YEAR_FIRST.match(text)
    if found:
        return date(*map(int, found.groups()))
    found = _DAY_FIRST.match(text)
    if found:
        return date(*map(int, reversed(found.groups())))
    found = _EITHER_FIRST.match(text)
    if found and (day_and_month := _told_apart(int(found[1]), int(found[2]))):
        return date(int(found[3]), day_and_month[1], day_and_month[0])
    found = _MONTH_ONLY.match(text)
    if found:
        year, month = int(found[1]), int(found[2])
        return date(year, month, monthrange(year, month)[1] if end else 1)
    raise ValueError(cell.strip())


def read_period(cell: str) -> tuple[date | None, date | None] | None:
    """Return the first and the last day of a period ("2026-11-01至2026-11-11", "2026.11.1-11.11"), None for anything else.

    An end that is open is None; so is a begin. "3个月" is no period: it does not say when.
    """
    text = _plain(cell, words=False)
    sides = _BETWEEN.split(text)
    hyphened = _HYPHEN.match(text)
    if len(sides) == 1 and hyphened:
        sides = list(hyphened.groups())
    if len(sides) != 2 or not all(sides):
        return None
    try:
        begins = read_date(sides[0])
        ends = _end_of(begins, sides[1])
    except ValueError:
        return None
    return (begins, ends) if begins or ends else None


def _end_of(begins: date | None, text: str) -> date | None:
    short = _SHORT_END.match(_plain(text))
    if not (short and begins):
        return read_date(text, end=True)
    ends = date(begins.year, int(short[1] or begins.month), int(short[2]))
    return ends if ends >= begins else ends.replace(year=ends.year + 1)


def _plain(cell: str, *, words: bool = True) -> str:
    text = " ".join(unicodedata.normalize("NFKC", cell).casefold().split())
    text = _CLOCK.sub("", text)
    return _WORDS.sub("", text).strip() if words and not _OPEN.match(text) else text


def _told_apart(one: int, other: int) -> tuple[int, int] | None:
    """Return day and month of "13/07" or "07/13"; None where both may be either."""
    if one == other or one > 12 >= other:
        return one, other
    return (other, one) if other > 12 >= one else None
