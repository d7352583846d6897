"""The lines of a PDF's page as they are drawn: text, place and size, with the white that parts the cells of tables."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_BOLD = 600
# White that is wider than this many characters' height parts the cells of a table.
_CELL_GAP = 1.2
_SPACE = 32
_TAB = "\t".encode("utf-16-le")
# Some fonts map common characters to look-alike radicals, which nobody types.
_RADICALS = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page, its cells parted by tabs. `top` and `size` are in points; `size` is the height of its characters.

    `spans`: the left and right edge of each cell.
    """

    text: str
    page: int
    spans: tuple[Span, ...]
    top: float
    size: float
    right: float
    bold: bool


def lines_of(text: Any, count: int, page: int) -> list[Line]:
    import pypdfium2.raw as raw

    units = [raw.FPDFText_GetUnicode(text, position) for position in range(count)]
    lines: list[Line] = []
    start = 0
    for position in range(count + 1):
        if position < count and units[position] not in (10, 13):
            continue
        line = _line(text, units, start, position, page)
        if line:
            lines.append(line)
        start = position + 1
    return lines


def _line(text: Any, units: Sequence[int], start: int, end: int, page: int) -> Line | None:
    import pypdfium2.raw as raw

    visible = [position for position in range(start, end) if units[position] > 32]
    if not visible:
        return None
    sample = visible[:: max(1, len(visible) // 5)]
    boxes = [box for box in (_box(text, position) for position in sample) if box]
    size = median(box[3] - box[2] for box in boxes) if boxes else 0.0
    wide = {position for position in visible[:-1] if _gap_after(text, units, position) > size * _CELL_GAP}
    words = b"".join(
        unit.to_bytes(2, "little") + (_TAB if position in wide else b"")
        for position, unit in enumerate(units[start:end], start)
        if unit < 0x10000
    ).decode("utf-16-le", "replace")
    last = _box(text, visible[-1])
    return Line(
        text="\t".join(filter(None, map(_clean, words.split("\t")))),
        page=page,
        spans=tuple(_spans(text, visible, wide)),
        top=max((box[3] for box in boxes), default=0.0),
        size=size,
        right=last[1] if last else 0.0,
        bold=raw.FPDFText_GetFontWeight(text, sample[0]) >= _BOLD,
    )


def _spans(text: Any, visible: Sequence[int], wide: set[int]) -> Iterator[Span]:
    first = visible[0]
    for position, after in zip(visible, [*visible[1:], -1], strict=True):
        if position not in wide and after != -1:
            continue
        left, right = _box(text, first), _box(text, position)
        yield (left[0] if left else 0.0, right[1] if right else 0.0)
        first = after


def _gap_after(text: Any, units: Sequence[int], position: int) -> float:
    """Return the width of the white after a character where a space follows, in points."""
    after = position + 1
    while after < len(units) and units[after] == _SPACE:
        after += 1
    if after == position + 1 or after >= len(units):
        return 0.0
    left, right = _box(text, position), _box(text, after)
    return right[0] - left[1] if left and right else 0.0


def _box(text: Any, position: int) -> tuple[float, float, float, float] | None:
    """Return (left, right, bottom, top) of a character, as high as its font."""
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, position, ctypes.byref(box)):
        return None
    return box.left, box.right, min(box.bottom, box.top), max(box.bottom, box.top)


def _clean(text: str) -> str:
    # U+0002 and U+FFFE stand for a hyphen that only divides a word at the line's end.
    text = text.replace("\x02", "\u00ad").replace("\ufffe", "\u00ad")
    text = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return " ".join(text.split())
