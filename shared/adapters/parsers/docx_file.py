"""DOCX to text under headings. Deleted, struck and hidden words are left out; notes stand where they are referred to."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from shared.adapters.parsers.docx_numbering import Numbering
from shared.adapters.parsers.docx_runs import Words
from shared.adapters.parsers.docx_styles import Styles, W, is_on
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.table_text import table_lines
from shared.adapters.parsers.text_file import SENTENCE_END, numbered_level

_PARAGRAPH, _TABLE, _CONTROL = f"{W}p", f"{W}tbl", f"{W}sdt"
# What only wraps blocks, rows or cells: content controls, insertions, custom markup.
_WRAPS = {f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_MAX_HEADING = 40
_BOLD_HEADING = 4
_BOLD_SHARE = 0.4
_MAX_DEPTH = 8


def parse_docx(data: bytes, limits: Limits) -> tuple[Outline, str]:
    """Return the outline of a DOCX file and its title: the one that is seen, else the one in its properties.

    Raises RejectedFile(DAMAGED).
    """
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        document = Document(io.BytesIO(data))
        reader = _Reader(document, Outline(limits.characters))
    except (OpcError, KeyError, ValueError, XMLSyntaxError, AttributeError, OSError) as error:
        raise RejectedFile(
            Reason.DAMAGED, "the document cannot be read; open it in a word processor and save it again"
        ) from error
    reader.read(document.element.body)
    return reader.outline, reader.title or document.core_properties.title or ""


class _Reader:
    """Walks the blocks in reading order. `title` is the text of the first paragraph that is styled as one."""

    def __init__(self, document: Any, outline: Outline) -> None:
        self.outline = outline
        self.title = ""
        self._styles = Styles(document)
        self._words = Words(document, self._styles)
        self._numbering = Numbering(_numbering_root(document))
        self._items: list[str] = []
        paragraphs = [one for one in _blocks(document.element.body) if one.tag == _PARAGRAPH and self._words.of(one).strip()]
        bold = sum(map(self._is_bold, paragraphs))
        levels = (self._styles.level(one) for one in paragraphs if not self._styles.is_title(one))
        # Many write headings by hand, as bold or numbered lines: read as such where no style says what is one.
        self._by_hand = not any(levels)
        self._bold_stands_out = bold < len(paragraphs) * _BOLD_SHARE

    def read(self, container: Any) -> None:
        for block in _blocks(container):
            if block.tag == _TABLE:
                self._table(block)
            else:
                self._paragraph(block)
        self._end_list()

    def _paragraph(self, paragraph: Any) -> None:
        if self._styles.is_contents(paragraph):
            return
        text = self._words.of(paragraph).strip()
        if text:
            self._written(paragraph, text)
        for box in self._words.boxes(paragraph):
            self.read(box)

    def _written(self, paragraph: Any, text: str) -> None:
        numbering = self._styles.numbering(paragraph)
        numbered = self._numbering.label(numbering) if numbering is not None else None
        depth, label = numbered or (0, "")
        level = self._styles.level(paragraph)
        by_hand = self._level_by_hand(paragraph, f"{label}{text}") if self._by_hand and not level else 0
        if (numbered is not None or self._styles.is_list(paragraph)) and not level and not by_hand:
            self._items.append(f"{'  ' * min(depth, _MAX_DEPTH)}{label or '-'} {text}")
            return
        self._end_list()
        if self._styles.is_title(paragraph):
            self.title = self.title or " ".join(text.split())
        if level or by_hand:
            self.outline.heading(level or by_hand, f"{label} {text}", guessed=not level)
        else:
            self.outline.block(text)

    def _level_by_hand(self, paragraph: Any, text: str) -> int:
        if len(text) > _MAX_HEADING or "\n" in text or SENTENCE_END.search(text):
            return 0
        return numbered_level(text) or (_BOLD_HEADING if self._bold_stands_out and self._is_bold(paragraph) else 0)

    def _is_bold(self, paragraph: Any) -> bool:
        runs = [run for run in paragraph.iter(f"{W}r") if any((text.text or "").strip() for text in run.iter(f"{W}t"))]
        return bool(runs) and all(is_on(run.find(f"{W}rPr"), "b") for run in runs)

    def _end_list(self) -> None:
        self.outline.block("\n".join(self._items))
        self._items = []

    def _table(self, table: Any) -> None:
        self._end_list()
        rows = list(_rows(table))
        if all(len(cells) == 1 for cells in rows):
            # A frame around text, not a table.
            for (cell,) in rows:
                self.read(cell)
        else:
            self.outline.block(table_lines(self._grid(rows)))

    def _grid(self, rows: Sequence[Sequence[Any]]) -> list[list[str]]:
        """Return the cells' texts; one that spans columns or rows comes once for each."""
        grid: list[list[str]] = []
        for cells in rows:
            line: list[str] = []
            for cell in cells:
                merge, above = cell.find(f"{W}tcPr/{W}vMerge"), grid[-1] if grid else []
                goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue" and len(line) < len(above)
                text = above[len(line)] if goes_on else self._cell(cell)
                line += [text] * _span(cell)
            grid.append(line)
        return grid

    def _cell(self, cell: Any) -> str:
        parts: list[str] = []
        for block in _blocks(cell):
            if block.tag == _TABLE:
                parts.append(table_lines(self._grid(list(_rows(block)))).replace("\n", "; "))
            else:
                inner = (self._cell(box) for box in self._words.boxes(block))
                parts += [self._words.of(block).strip(), *inner]
        return " ".join(filter(None, parts))


def _blocks(container: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables of a container, but not those of what only asks for text, or of a table of contents."""
    for child in container:
        if child.tag in (_PARAGRAPH, _TABLE):
            yield child
        elif child.tag in _WRAPS and not (child.tag == _CONTROL and _is_no_content(child)):
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in _inside(table, f"{W}tr"):
        deleted = row.find(f"{W}trPr/{W}del") is not None
        hidden = is_on(row.find(f"{W}trPr"), "hidden")
        if not deleted and not hidden:
            yield list(_inside(row, f"{W}tc"))


def _inside(container: Any, tag: str) -> Iterator[Any]:
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPS:
            yield from _inside(child, tag)


def _is_no_content(control: Any) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    is_contents = gallery is not None and gallery.get(f"{W}val") == "Table of Contents"
    return is_contents or control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _span(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    value = span.get(f"{W}val", "1") if span is not None else "1"
    return min(max(int(value), 1), 63) if value.isdecimal() else 1


def _numbering_root(document: Any) -> Any:
    part = next((one.target_part for one in document.part.rels.values() if one.reltype.endswith("/numbering")), None)
    return getattr(part, "element", None)
