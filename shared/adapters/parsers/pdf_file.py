"""PDF to text under headings with page numbers: lines by position and size, repeated margins dropped."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.pdf_columns import aligned, columns_of_prose, with_wrapped_cells
from shared.adapters.parsers.pdf_lines import Line, lines_of
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.table_text import table_lines
from shared.adapters.parsers.text_file import numbered_level

_HEADING_RATIO = 1.15
_BOLD_SHARE = 0.4
_MAX_HEADING = 60
_NAMED_PAGES = 20
_MARGIN_LINES = 2
_REPEATED_SHARE = 0.6
# A line that ends before this share of the text's width was ended on purpose.
_FULL_LINE = 0.85
_SENTENCE_END = re.compile(r"[。！？；.!?;：:，,、]$")
_PARAGRAPH_END = re.compile(r"[。！？；.!?;：:”\")）]$")
_LIST_ITEM = re.compile(r"^(?:[•·●○▪■◆–—*-]\s*|[(（]?(?:\d{1,2}|[a-z]|[一二三四五六七八九十]{1,3})[.)）、．]\s*\D)")
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:第\s*)?(?:page\s*)?\d{1,4}(?:\s*页)?(?:\s*(?:/|of|共)\s*\d{1,4}(?:\s*页)?)?[\W_]*$", re.IGNORECASE
)
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef，。、；：？！“”（）《》]")


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
    unread = [number + 1 for number, lines in enumerate(pages) if not lines and any(pages) and _has_picture(document, number)]
    if not any(pages):
        raise RejectedFile(Reason.EMPTY, "the PDF holds pictures but no text; recognise its text (OCR) first")
    bookmarks = {_key(entry.get_title()): entry.level + 1 for entry in document.get_toc()}
    outline = Outline(limits.characters)
    if unread:
        numbers = ", ".join(map(str, unread[:_NAMED_PAGES])) + (" ..." if len(unread) > _NAMED_PAGES else "")
        outline.warnings.append(f"pages without text, only pictures, were left out: {numbers}; recognise their text (OCR) first")
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
        return lines_of(text, count, number + 1)
    finally:
        text.close()
        page.close()


def _has_picture(document: Any, number: int) -> bool:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    try:
        page = document[number]
        found = any(True for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3))
        page.close()
    except pdfium.PdfiumError:
        return True
    return found


def _without_margins(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Drop page numbers, and lines that stand at the edge of most pages."""
    edges = [_at_edge(lines) for lines in pages]
    counts = Counter(key for lines in edges for key in {_edge_key(line) for line in lines})
    filled = sum(1 for lines in pages if lines)
    often = {key for key, count in counts.items() if filled >= 3 and count >= filled * _REPEATED_SHARE}
    if filled == 2:
        # Of two pages only what stands at the very same height on both.
        heights = Counter((_edge_key(line), round(line.top)) for lines in edges for line in lines)
        often = {key for (key, _), count in heights.items() if count == 2}
    kept: list[Line] = []
    for lines, edge in zip(pages, edges, strict=True):
        outermost = {id(line) for line in (*lines[:1], *lines[-1:], *_by_height(lines)[:1], *_by_height(lines)[-1:])}
        at_edge = {id(line) for line in edge}
        for line in lines:
            number = id(line) in outermost and len(lines) > 1 and _PAGE_NUMBER.match(line.text)
            if not (id(line) in at_edge and _edge_key(line) in often) and not number:
                kept.append(line)
    return kept


def _at_edge(lines: Sequence[Line]) -> list[Line]:
    """Return the outer lines of a page, in the order of the file and by height: some programs write the foot first."""
    outer = [*lines[:_MARGIN_LINES], *lines[-_MARGIN_LINES:]]
    outer += [*_by_height(lines)[:_MARGIN_LINES], *_by_height(lines)[-_MARGIN_LINES:]]
    return list({id(line): line for line in outer}.values())


def _by_height(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: -line.top)


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
            outline.heading(level, _words(line.text), guessed=not bookmarks)
        elif not paragraphs or _starts_new(paragraphs[-1][-1], line, width):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    _flush(paragraphs, outline)


def _flush(paragraphs: list[list[Line]], outline: Outline) -> None:
    """Write paragraphs; the items of a list, and the rows of a table, as one block each."""
    for kind, group in groupby(with_wrapped_cells(paragraphs), key=_kind):
        if kind == "cells":
            lines = [line for paragraph in group for line in paragraph]
            columns = columns_of_prose(lines)
            if columns:
                for column in columns:
                    outline.block(_joined(column))
            else:
                outline.block(table_lines(aligned(lines)))
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
    """Return what tells a line's heading level, 0 for none: by the file's own outline, else by size, weight or number."""
    levels = _heading_levels(lines)
    width = max((line.right for line in lines), default=0.0)
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
        if line.bold and bold_stands_out and not _LIST_ITEM.match(line.text):
            return len(levels) + 1
        by_number = not levels and line.right < width * _FULL_LINE and not line.text[0].isascii()
        return numbered_level(line.text) if by_number else 0

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
    return before.right < width * _FULL_LINE and bool(_PARAGRAPH_END.search(before.text))


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
