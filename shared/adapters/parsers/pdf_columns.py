"""Lines of a PDF with wide white in them: rows of a table, cells that go on below, or columns of running text."""

import re
from collections.abc import Sequence
from dataclasses import replace

from shared.adapters.parsers.pdf_lines import Line, Span

_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
# Columns of text: so many lines, so wide (in Latin characters), and so many of them filled to the right edge.
_PROSE_LINES = 3
_PROSE_WIDTH = 22
_FILLED_SHARE = 0.7
_FILLED = 0.8
_LINE_HEIGHTS = 1.9
_WRAPPED_LINES = 3


def aligned(lines: Sequence[Line]) -> list[list[str]]:
    """Return the rows of a table, each cell below the column's others: where one is empty, the next does not move up."""
    width = max(len(line.spans) for line in lines)
    full = [line for line in lines if len(line.spans) == width]
    columns = [(min(line.spans[at][0] for line in full), max(line.spans[at][1] for line in full)) for at in range(width)]
    rows: list[list[str]] = []
    for line in lines:
        cells = line.text.split("\t")
        if len(cells) == width or len(cells) != len(line.spans):
            rows.append(cells)
            continue
        row = [""] * width
        for cell, span in zip(cells, line.spans, strict=True):
            at = max(range(width), key=lambda column: (_overlap(columns[column], span), -_distance(columns[column], span)))
            row[at] = f"{row[at]} {cell}".strip()
        rows.append(row)
    return rows


def columns_of_prose(lines: Sequence[Line]) -> tuple[list[Line], list[Line]] | None:
    """Return the lines of the left and of the right column, where two columns of running text were drawn line by line."""
    pairs = [(line, line.text.split("\t")) for line in lines if len(line.spans) == 2]
    pairs = [(line, cells) for line, cells in pairs if len(cells) == 2]
    if len(pairs) < _PROSE_LINES or len(pairs) < len(lines):
        return None
    for at in (0, 1):
        widths = sorted(_width(cells[at]) for _, cells in pairs)
        left, right = min(line.spans[at][0] for line, _ in pairs), max(line.spans[at][1] for line, _ in pairs)
        # The last line of a paragraph is as short as it happens to be.
        inner = [line.spans[at][1] - left for line, _ in pairs[:-1]]
        filled = sum(1 for reached in inner if reached >= (right - left) * _FILLED)
        starts_together = all(line.spans[at][0] - left < line.size * 3 for line, _ in pairs)
        if widths[len(widths) // 2] < _PROSE_WIDTH or filled < len(inner) * _FILLED_SHARE or not starts_together:
            return None
    first, second = ([replace(line, text=cells[at], spans=line.spans[at : at + 1]) for line, cells in pairs] for at in (0, 1))
    return first, second


def with_wrapped_cells(paragraphs: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Put lines that go on with a cell of the row above into that cell: between two rows, right below and as narrow."""
    joined: list[list[Line]] = []
    for position, paragraph in enumerate(paragraphs):
        after: Sequence[Line] = paragraphs[position + 1] if position + 1 < len(paragraphs) else []
        between = joined and after and "\t" in joined[-1][0].text and "\t" in after[0].text and "\t" not in paragraph[0].text
        row = _with_more(joined[-1][-1], paragraph, after[0]) if between else None
        if row is None:
            joined.append(list(paragraph))
        else:
            joined[-1][-1] = row
    return joined


def _with_more(row: Line, wrapped: Sequence[Line], after: Line) -> Line | None:
    cells = row.text.split("\t")
    heights = [row.top - wrapped[0].top, wrapped[-1].top - after.top]
    if (
        len(wrapped) > _WRAPPED_LINES
        or len(cells) != len(row.spans)
        or not all(0 < one < row.size * _LINE_HEIGHTS for one in heights)
    ):
        return None
    span = (min(line.spans[0][0] for line in wrapped), max(line.spans[-1][1] for line in wrapped))
    below = [at for at, own in enumerate(row.spans) if _overlap(own, span) > 0]
    if len(below) != 1:
        return None
    text = " ".join(line.text for line in wrapped)
    glue = "" if _WIDE.match(cells[below[0]][-1]) or _WIDE.match(text[0]) else " "
    cells[below[0]] += glue + text
    return replace(row, text="\t".join(cells), top=wrapped[-1].top)


def _overlap(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _distance(one: Span, other: Span) -> float:
    return abs((one[0] + one[1]) - (other[0] + other[1])) / 2


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))
