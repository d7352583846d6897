"""A passage cut into the units that an answer may take: sentences, list items, table rows. Word for word, with their places."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

# Ends of sentences, with the closing quotes and brackets that belong to them. An English full stop ends a sentence only
# before a space and something that can start one, so that "3.5", "e.g. this" and "a.m. on" stay whole.
_END = re.compile(r"[。！？!?]+[”’」』）)】》\"]*|\.(?=[”’\"')]*\s+[\"“'(\[]?[A-Z0-9\u4e00-\u9fff])[”’\"')]*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|No|Nos|approx|Mr|Mrs|Ms|Dr|St|Inc|Ltd|Co|Fig|min|max|Tel|[A-Z])|\ba\.m|\bp\.m)\.$"
)
_ORDERED = re.compile(
    r"^\s*(?:\d{1,2}[.、)）]\s*|[(（]\d{1,2}[)）]\s*|[①-⑳]\s*|第[一二三四五六七八九十]{1,3}步[:：，,、]?\s*|[Ss]tep\s+\d{1,2}[.:：)]?\s+)(?=\S)"
)
_BULLET = re.compile(r"^\s*(?:[-*•·●○▪◦–]\s+|[•·●○▪◦]\s*)(?=\S)")
_RULE = re.compile(r"^[\s|:\-—=*_+]+$")
_LEAD_IN = re.compile(r"[:：]\s*$")
# Up to seven words, or fourteen Chinese characters, without a comma or a figure, in front of more.
_RUN_IN = re.compile(r"^(?:[A-Z][\w'’-]*(?: [\w'’-]+){0,6}[.?:]|[\u4e00-\u9fffA-Za-z ]{2,14}[。？?：:])$")
_RECORD = re.compile(r"^\s*[^：:；;。.\n]{1,40}[：:][^；;\n]{1,200}(?:；|; )[^：:；;。\n]{1,40}[：:]\s?\S")
_DECIMAL = re.compile(r"^\s*\d+[.]\d")
# Openings that lean on the sentence before: a qualifier of it, or a word that points back at it.
_QUALIFIER = re.compile(
    r"^\s*(?:除非|但是|但|不过|否则|然而|除外|例外|存在例外|注意|另外需|只有|仅限|except|unless|however|but\b|otherwise|provided that|only\b|note\b|"
    r"beyond\b|after that|as long as)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"^\s*(?:此类|此时|此项|该|其中|其|这些|这样|这种|这|它|以上|上述|超过|超出|逾期|因此|所以|届时|同时|并且|"
    r"it\b|its\b|they\b|these\b|this\b|those\b|that\b|both\b|then\b|if so|in that case|so\b|each\b|the rest)",
    re.IGNORECASE,
)


class UnitKind(StrEnum):
    """SENTENCE of a paragraph, STEP of an ordered list, ITEM of an unordered one.

    ROW of a table with bars or tabs, under its head; RECORD: a row that names its columns itself ("地区：新疆；运费：25 元").
    """

    SENTENCE = "sentence"
    STEP = "step"
    ITEM = "item"
    ROW = "row"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """`start`/`end` are offsets into the passage's text, marker included; `text` is without the list marker.

    `group` numbers the paragraph, list or table; `lead_in` is the index of the line that announces its list, or -1.
    `qualifies` and `points_back` say that it must not be given without, or should bring along, the unit before it.
    `announces`: a line that ends in a colon, or a few words in front of a paragraph ("**Booking.** Book at least ..."), which
    means nothing alone; the sentences behind such words have them as their lead-in.
    """

    index: int
    text: str
    start: int
    end: int
    kind: UnitKind
    group: int
    lead_in: int = -1
    qualifies: bool = False
    points_back: bool = False
    announces: bool = False


@lru_cache(maxsize=2_000)
def cut(text: str) -> tuple[Unit, ...]:
    """Cut a passage into units, in order. Linear in the length of the text."""
    units: list[Unit] = []
    group, lead_in, last_kind = 0, -1, None
    offset = 0
    for line in text.splitlines(keepends=True):
        body = line.strip()
        if not body or _RULE.match(line):
            # A blank line inside a list does not end it; a table it ends, which a rule under its header does not.
            last_kind = None if not body and last_kind in (UnitKind.ROW, UnitKind.RECORD) else last_kind
            offset += len(line)
            continue
        kind, marker = _kind_of(line)
        if kind is UnitKind.SENTENCE or kind is not last_kind:
            group += 1
            if kind is not UnitKind.SENTENCE:
                lead_in = len(units) - 1 if units and units[-1].announces else -1
        start = offset + len(line) - len(line.lstrip())
        end = offset + len(line.rstrip())
        if kind is UnitKind.SENTENCE:
            units.extend(_sentences(text, start, end, group, len(units)))
        else:
            units.append(_entry(text, start, end, marker, kind, group, lead_in, len(units)))
        last_kind = kind
        offset += len(line)
    return tuple(units)


def _kind_of(line: str) -> tuple[UnitKind, int]:
    if line.count("|") >= 2 or line.count("\t") >= 1:
        return UnitKind.ROW, 0
    if _RECORD.match(line):
        return UnitKind.RECORD, 0
    ordered = None if _DECIMAL.match(line) else _ORDERED.match(line)
    if ordered:
        return UnitKind.STEP, ordered.end()
    bullet = _BULLET.match(line)
    if bullet:
        return UnitKind.ITEM, bullet.end()
    return UnitKind.SENTENCE, 0


def _entry(text: str, start: int, end: int, marker: int, kind: UnitKind, group: int, lead_in: int, index: int) -> Unit:
    line_start = text.rfind("\n", 0, start) + 1
    body = text[max(start, line_start + marker) : end]
    return Unit(index=index, text=body, start=start, end=end, kind=kind, group=group, lead_in=lead_in)


def _sentences(text: str, start: int, end: int, group: int, index: int) -> list[Unit]:
    units: list[Unit] = []
    begin = start
    for stop in [*_stops(text, start, end), end]:
        piece = text[begin:stop]
        left = begin + len(piece) - len(piece.lstrip())
        if piece.strip():
            units.append(_sentence(text, left, begin + len(piece.rstrip()), group, index + len(units), first=not units))
        begin = stop
    return _with_run_in_heading(units)


def _with_run_in_heading(units: list[Unit]) -> list[Unit]:
    """Make a few words in front of a paragraph the lead-in of its sentences."""
    if len(units) < 2 or not _RUN_IN.match(units[0].text):
        return units
    return [replace(units[0], announces=True), *(replace(unit, lead_in=units[0].index) for unit in units[1:])]


def _stops(text: str, start: int, end: int) -> list[int]:
    return [
        match.end()
        for match in _END.finditer(text, start, end)
        if not _ABBREVIATION.search(text[max(start, match.end() - 8) : match.end()])
    ]


def _sentence(text: str, start: int, end: int, group: int, index: int, *, first: bool) -> Unit:
    body = text[start:end]
    return Unit(
        index=index,
        text=body,
        start=start,
        end=end,
        kind=UnitKind.SENTENCE,
        group=group,
        qualifies=not first and bool(_QUALIFIER.match(body)),
        points_back=not first and bool(_POINTS_BACK.match(body)),
        announces=bool(_LEAD_IN.search(body)),
    )
