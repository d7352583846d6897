"""The numbers that a word processor puts before paragraphs itself: "第三条", "2.1", "(a)". A text refers to them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.parsers.docx_styles import W

_LEVELS = 9
_HAN = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One level of a list; `text` has %1 to %9 where the numbers of the levels stand."""

    kind: str
    text: str
    start: int


class Numbering:
    """Counts a document's numbered paragraphs, which are to be shown to it in reading order."""

    def __init__(self, part: Any) -> None:
        """`part` is the root of numbering.xml, None where there is none."""
        self._levels: dict[str, Mapping[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if part is None:
            return
        for abstract in part.findall(f"{W}abstractNum"):
            self._levels[abstract.get(f"{W}abstractNumId", "")] = dict(_level(one) for one in abstract.findall(f"{W}lvl"))
        for number in part.findall(f"{W}num"):
            reference = number.find(f"{W}abstractNumId")
            # Lists that share a definition go on counting, unless one says that it starts anew.
            own = number.find(f"{W}lvlOverride/{W}startOverride") is not None
            abstract_id = reference.get(f"{W}val", "") if reference is not None else ""
            name = number.get(f"{W}numId", "")
            self._abstract[name] = f"{abstract_id}/{name}" if own else abstract_id

    def label(self, numbering: Any) -> tuple[int, str] | None:
        """Return (depth, label) of the next paragraph with this `numPr`; the label is "" for a bullet. None: not a list."""
        depth, name = (_value(numbering, key, "0") for key in ("ilvl", "numId"))
        at = min(int(depth), _LEVELS - 1) if depth.isdecimal() else 0
        if name == "0":
            return None
        place = self._abstract.get(name, "")
        levels = self._levels.get(place.partition("/")[0], {})
        level = levels.get(at)
        if level is None or level.kind in ("bullet", "none"):
            return at, ""
        counts = self._counts[place]
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [one for one in counts if one > at]:
            del counts[deeper]
        text = level.text
        for above in range(at + 1):
            known = levels.get(above, level)
            text = text.replace(f"%{above + 1}", _written(counts.get(above, known.start), known.kind))
        return at, text.strip()


def _value(element: Any, name: str, usual: str) -> str:
    found = element.find(f"{W}{name}")
    return found.get(f"{W}val", usual) if found is not None else usual


def _level(element: Any) -> tuple[int, _Level]:
    start, at = _value(element, "start", "1"), element.get(f"{W}ilvl", "0")
    return int(at) if at.isdecimal() else 0, _Level(
        kind=_value(element, "numFmt", "decimal"),
        text=_value(element, "lvlText", ""),
        start=int(start) if start.isdecimal() else 1,
    )


def _written(number: int, kind: str) -> str:
    return _KINDS.get(kind, str)(number)


def _han(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return f"{'' if tens < 2 else _HAN[tens]}{'十' if tens else ''}{_HAN[ones] if ones else ''}"


def _letter(number: int) -> str:
    return chr(96 + number) if 0 < number <= 26 else str(number)


def _roman(number: int) -> str:
    signs = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    text = ""
    for value, sign in signs:
        while 0 < value <= number < 90:
            text, number = text + sign, number - value
    return text or str(number)


_KINDS: Mapping[str, Callable[[int], str]] = {
    "chineseCounting": _han,
    "chineseCountingThousand": _han,
    "ideographDigital": _han,
    "japaneseCounting": _han,
    "taiwaneseCountingThousand": _han,
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
