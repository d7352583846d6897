"""PDF to text under headings with page numbers: lines by position and size, repeated margins dropped."""

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.table_text import table_lines

_HEADING_RATIO = 1.15
_BOLD = 600
_BOLD_SHARE = 0.4
_MAX_HEADING = 60
_MARGIN_LINES = 2
# White that is wider than this many characters' height parts the cells of a table.
_CELL_GAP = 1.2
_SPACE = 32
_TAB = "\t".encode("utf-16-le")
_REPEATED_SHARE = 0.6
_SENTENCE_END = re.compile(r"[。！？；.!?;：:，,、]$")
_PARAGRAPH_END = re.compile(r"[。！？；.!?;：:”\")）]$")
_LIST_ITEM = re.compile(r"^(?:[•·●○▪■◆–—*-]\s*|[(（]?(?:\d{1,2}|[a-z]|[一二三四五六七八九十]{1,3})[.)）、．]\s*\D)")
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:第\s*)?(?:page\s*)?\d{1,4}(?:\s*页)?(?:\s*(?:/|of|共)\s*\d{1,4}(?:\s*页)?)?[\W_]*$", re.IGNORECASE
)
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef，。、；：？！“”（）《》]")
# Some fonts map common characters to look-alike radicals, which nobody types.
_RADICALS = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page, its cells parted by tabs. `top` and `size` are in points; `size` is the height of its characters."""

    text: str
    page: int
    top: float
    size: float
    right: float
    bold: bool


def parse_pdf(data: bytes, limits: Limits) -> tuple[Outline, str]:
    """Return the outline of a PDF file and the title in its properties. Raises RejectedFile."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise RejectedFile(Reason.ENCRYPTED, "the PDF is protected by a password; save it without one") from error
        raise RejectedFile(Reason.DAMAGED, "the PDF cannot be read; print it to a new PDF") from error
    if len(document) > limits.pages:
        raise RejectedFile(Reason.TOO_MANY_PAGES, f"{len(document)} pages, at most {limits.pages} are taken; divide the file")
    pages = [_page_lines(document, number, limits) for number in range(len(document))]
    if not any(pages):
        raise RejectedFile(Reason.EMPTY, "the PDF holds pictures but no text; recognise its text (OCR) first")
    bookmarks = {_key(entry.get_title()): entry.level + 1 for entry in document.get_toc()}
    outline = Outline(limits.characters)
    _write(_without_margins(pages), bookmarks, outline)
    return outline, document.get_metadata_dict().get("Title", "")


def _page_lines(document: Any, number: int, limits: Limits) -> list[Line]:
    import pypdfium2 as pdfium

    try:
        page = document[number]
        text = page.get_textpage()
        count = text.count_chars()
    except pdfium.PdfiumError:
        return []
    if count > limits.characters:
        raise RejectedFile(Reason.TOO_LARGE, "the text is too long; divide the document")
    try:
        return _lines(text, count, number + 1)
    finally:
        text.close()
        page.close()


def _lines(text: Any, count: int, page: int) -> list[Line]:
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
        top=max((box[3] for box in boxes), default=0.0),
        size=size,
        right=last[1] if last else 0.0,
        bold=raw.FPDFText_GetFontWeight(text, sample[0]) >= _BOLD,
    )


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


def _without_margins(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Drop page numbers, and lines that stand at the edge of most pages."""
    edges = Counter(
        key for lines in pages for key in {_edge_key(line) for line in (*lines[:_MARGIN_LINES], *lines[-_MARGIN_LINES:])}
    )
    filled = sum(1 for lines in pages if lines)
    often = {key for key, count in edges.items() if filled >= 3 and count >= filled * _REPEATED_SHARE}
    kept: list[Line] = []
    for lines in pages:
        for position, line in enumerate(lines):
            at_edge = position < _MARGIN_LINES or position >= len(lines) - _MARGIN_LINES
            number = position in (0, len(lines) - 1) and len(lines) > 1 and _PAGE_NUMBER.match(line.text)
            if not (at_edge and _edge_key(line) in often) and not number:
                kept.append(line)
    return kept


def _edge_key(line: Line) -> str:
    return re.sub(r"\d+", "#", _key(line.text))


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _write(lines: Sequence[Line], bookmarks: dict[str, int], outline: Outline) -> None:
    level_of = _headings(lines, bookmarks)
    width = max((line.right for line in lines), default=0.0)
    page = 0
    paragraphs: list[list[Line]] = []
    for line in lines:
        level = level_of(line)
        if level or line.page != page:
            _flush(paragraphs, outline)
        if line.page != page:
            page = line.page
            outline.page(page)
        if level:
            outline.heading(level, _words(line.text))
        elif not paragraphs or _starts_new(paragraphs[-1][-1], line, width):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    _flush(paragraphs, outline)


def _flush(paragraphs: list[list[Line]], outline: Outline) -> None:
    """Write paragraphs; the items of a list, and the rows of a table, as one block each."""
    for kind, group in groupby(paragraphs, key=_kind):
        if kind == "cells":
            outline.block(table_lines([line.text.split("\t") for paragraph in group for line in paragraph]))
        elif kind == "item":
            outline.block("\n".join(_joined(paragraph) for paragraph in group))
        else:
            for paragraph in group:
                outline.block(_joined(paragraph))
    paragraphs.clear()


def _kind(paragraph: Sequence[Line]) -> str:
    if "\t" in paragraph[0].text:
        return "cells"
    return "item" if _LIST_ITEM.match(paragraph[0].text) else "text"


def _headings(lines: Sequence[Line], bookmarks: dict[str, int]) -> Callable[[Line], int]:
    """Return what tells a line's heading level, 0 for none: by the file's own outline, else by size, else by weight."""
    levels = _heading_levels(lines)
    bold_stands_out = sum(line.bold for line in lines) < len(lines) * _BOLD_SHARE

    def level_of(line: Line) -> int:
        if not _may_head(line):
            return 0
        if bookmarks and _key(line.text) in bookmarks:
            return bookmarks[_key(line.text)]
        if bookmarks:
            return 0
        if round(line.size) in levels:
            return levels[round(line.size)]
        return len(levels) + 1 if line.bold and bold_stands_out and not _LIST_ITEM.match(line.text) else 0

    return level_of


def _body_size(lines: Sequence[Line]) -> float:
    """Return the size in which most characters are set."""
    weights: Counter[int] = Counter()
    for line in lines:
        weights[round(line.size)] += len(line.text)
    return float(weights.most_common(1)[0][0]) if weights else 0.0


def _heading_levels(lines: Sequence[Line]) -> dict[int, int]:
    """Give each size clearly above the body's its level; the largest is 1."""
    body = _body_size(lines)
    sizes = {round(line.size) for line in lines if line.size >= body * _HEADING_RATIO and _may_head(line)}
    return {size: level for level, size in enumerate(sorted(sizes, reverse=True)[:5], 1)}


def _may_head(line: Line) -> bool:
    return (
        "\t" not in line.text
        and len(line.text) <= _MAX_HEADING
        and not _SENTENCE_END.search(line.text)
        and any(map(str.isalpha, line.text))
    )


def _starts_new(before: Line, line: Line, width: float) -> bool:
    if _LIST_ITEM.match(line.text) or "\t" in line.text or "\t" in before.text:
        return True
    gap = before.top - line.top
    if gap > 1.9 * max(before.size, 1) or gap < -max(before.size, 1) or abs(before.size - line.size) > 1.5:
        return True
    return before.right < width * 0.85 and bool(_PARAGRAPH_END.search(before.text))


def _joined(lines: Sequence[Line]) -> str:
    """Join the lines of a paragraph: words divided by a hyphen become whole, Chinese takes no space."""
    text = ""
    for line in lines:
        if not text:
            text = line.text
        elif text.endswith("\u00ad"):
            text = text[:-1] + line.text
        elif re.search(r"[A-Za-z]-$", text) and line.text[:1].islower():
            text = text[:-1] + line.text
        else:
            glue = "" if _WIDE.match(text[-1]) or _WIDE.match(line.text[0]) else " "
            text += glue + line.text
    return _words(text)


def _words(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())
