"""DOCX to text under headings. Deleted and hidden words are left out, inserted ones kept."""

import io
import re
from collections.abc import Iterator
from typing import Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.table_text import table_lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "txbxContent")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_NAME = re.compile(r"^(?:heading|标题|überschrift)\s*(\d)$", re.IGNORECASE)


def parse_docx(data: bytes, limits: Limits) -> tuple[Outline, str]:
    """Return the outline of a DOCX file and the title in its properties. Raises RejectedFile(DAMAGED)."""
    from docx import Document
    from docx.opc.exceptions import OpcError
    from docx.table import Table
    from lxml.etree import XMLSyntaxError

    try:
        document = Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError, XMLSyntaxError, AttributeError, OSError) as error:
        raise RejectedFile(
            Reason.DAMAGED, "the document cannot be read; open it in a word processor and save it again"
        ) from error
    outline = Outline(limits.characters)
    styles = _Styles(document)
    items: list[str] = []
    for element in document.iter_inner_content():
        line = "" if isinstance(element, Table) else _list_line(element._p, styles)
        if line:
            items.append(line)
            continue
        outline.block("\n".join(items))
        items = []
        if isinstance(element, Table):
            outline.block(table_lines(_rows(element)))
        else:
            _paragraph(outline, element._p, styles)
    outline.block("\n".join(items))
    return outline, document.core_properties.title or ""


class _Styles:
    """What a paragraph's style says of it, looked up once per style: python-docx searches them all each time."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, int] = {}
        self._lists: set[str] = set()
        for style in document.styles:
            name = (style.name or "").casefold()
            self._levels[style.style_id] = _named_level(name) or _outline_level(style.element)
            if name.startswith("list "):
                self._lists.add(style.style_id)

    def level(self, paragraph: Any) -> int:
        """Return the heading level, 0 for none: by the style, or by the paragraph's own outline level."""
        return self._levels.get(_style_id(paragraph), 0) or _outline_level(paragraph)

    def is_list(self, paragraph: Any) -> bool:
        return _style_id(paragraph) in self._lists


def _named_level(name: str) -> int:
    found = _HEADING_NAME.match(name)
    return 1 if name in ("title", "标题") else int(found.group(1)) if found else 0


def _outline_level(element: Any) -> int:
    level = element.find(f"{_W}pPr/{_W}outlineLvl")
    value = level.get(f"{_W}val", "9") if level is not None else "9"
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else 0


def _style_id(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style.get(f"{_W}val", "") if style is not None else ""


def _paragraph(outline: Outline, paragraph: Any, styles: _Styles) -> None:
    text = _text(paragraph).strip()
    level = styles.level(paragraph)
    if level and text:
        outline.heading(level, text)
    else:
        outline.block(text)


def _list_line(paragraph: Any, styles: _Styles) -> str:
    """Return "- text" for a list item, "" for anything else."""
    numbering = paragraph.find(f"{_W}pPr/{_W}numPr")
    if not (numbering is not None or styles.is_list(paragraph)) or styles.level(paragraph):
        return ""
    level = numbering.find(f"{_W}ilvl") if numbering is not None else None
    depth = level.get(f"{_W}val", "0") if level is not None else "0"
    text = _text(paragraph).strip()
    return f"{'  ' * min(int(depth), 8) if depth.isdecimal() else ''}- {text}" if text else ""


def _rows(table: Any) -> list[list[str]]:
    # A merged cell comes once per column that it covers; python-docx gives the same element each time.
    return [[_cell(cell) for cell in row.cells] for row in table.rows]


def _cell(cell: Any) -> str:
    return " ".join(_text(paragraph).strip() for paragraph in cell._tc.iter(f"{_W}p")).strip()


def _text(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED or child.tag == _FALLBACK:
            continue
        if child.tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield " "
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        else:
            yield from _pieces(child)
