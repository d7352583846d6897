"""DOCX to text under headings. Deleted and hidden words are left out, inserted ones kept."""

import io
import re
from collections.abc import Iterator
from typing import Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline, table_lines
from shared.adapters.parsers.rejections import Reason, RejectedFile

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
    items: list[str] = []
    for element in document.iter_inner_content():
        line = "" if isinstance(element, Table) else _list_line(element)
        if line:
            items.append(line)
            continue
        outline.block("\n".join(items))
        items = []
        if isinstance(element, Table):
            outline.block(table_lines(_rows(element)))
        else:
            _paragraph(outline, element)
    outline.block("\n".join(items))
    return outline, document.core_properties.title or ""


def _paragraph(outline: Outline, paragraph: Any) -> None:
    text = _text(paragraph._p).strip()
    level = _heading_level(paragraph)
    if level and text:
        outline.heading(level, text)
    else:
        outline.block(text)


def _heading_level(paragraph: Any) -> int:
    """Return the level: by the style's name, or by an outline level of the paragraph or its style."""
    style = paragraph.style
    name = (style.name or "") if style is not None else ""
    if name.casefold() in ("title", "标题"):
        return 1
    found = _HEADING_NAME.match(name)
    if found:
        return int(found.group(1))
    for element in (paragraph._p, style.element if style is not None else None):
        level = element.find(f"{_W}pPr/{_W}outlineLvl") if element is not None else None
        if level is not None and int(level.get(f"{_W}val", "9")) < 9:
            return int(level.get(f"{_W}val")) + 1
    return 0


def _list_line(paragraph: Any) -> str:
    """Return "- text" for a list item, "" for anything else."""
    style = paragraph.style
    named = style is not None and (style.name or "").casefold().startswith("list ")
    numbering = paragraph._p.find(f"{_W}pPr/{_W}numPr")
    if not (named or numbering is not None) or _heading_level(paragraph):
        return ""
    level = numbering.find(f"{_W}ilvl") if numbering is not None else None
    text = _text(paragraph._p).strip()
    return f"{'  ' * int(level.get(f'{_W}val', '0') if level is not None else 0)}- {text}" if text else ""


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
