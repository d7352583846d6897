"""The words of a DOCX's paragraphs as a reader of the final text sees them, and the text boxes that hang on these."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.adapters.parsers.docx_styles import Styles, W, is_on, style_id_of

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{W}txbxContent"
_SKIPPED = {_FALLBACK, _BOX, *(f"{W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "rt", "sdtPr"))}
_NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
_SIGNS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Ticks and crosses in the fonts Wingdings and Wingdings 2; other signs of such fonts are ornaments.
_SYMBOLS = {
    ("wingdings", "FC"): "✓",
    ("wingdings", "FB"): "✗",
    ("wingdings", "FE"): "☑",
    ("wingdings", "FD"): "☒",
    ("wingdings", "A8"): "☐",
    ("wingdings 2", "50"): "✓",
    ("wingdings 2", "4F"): "✗",
    ("wingdings 2", "52"): "☑",
    ("wingdings 2", "53"): "☒",
    ("wingdings 2", "A3"): "☐",
}
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Words:
    """Reads paragraphs of one document."""

    def __init__(self, document: Any, styles: Styles) -> None:
        self._styles = styles
        self._notes = {tag: _notes(document, name) for tag, name in _NOTES.items()}

    def of(self, paragraph: Any) -> str:
        """Return a paragraph's text without that of its boxes."""
        return "".join(self._pieces(paragraph, self._styles.is_left_out(style_id_of(paragraph))))

    def boxes(self, element: Any) -> Iterator[Any]:
        """Yield the text boxes in a paragraph, each once: the older drawing of the same box is skipped."""
        for child in element:
            if child.tag == _BOX:
                yield child
            elif child.tag not in _SKIPPED:
                yield from self.boxes(child)

    def _pieces(self, element: Any, left_out: bool) -> Iterator[str]:
        for child in element:
            if child.tag in _SKIPPED or (child.tag == f"{W}r" and self._is_left_out(child, left_out)):
                continue
            if child.tag in (f"{W}t", _MATH_TEXT):
                yield child.text or ""
            elif child.tag in _SIGNS:
                yield _SIGNS[child.tag]
            elif child.tag == f"{W}sym":
                yield _SYMBOLS.get((child.get(f"{W}font", "").casefold(), child.get(f"{W}char", "")[-2:].upper()), "")
            elif child.tag in _NOTES:
                yield self._note(child)
            else:
                yield from self._pieces(child, left_out)

    def _is_left_out(self, run: Any, by_paragraph: bool) -> bool:
        properties = run.find(f"{W}rPr")
        said = [is_on(properties, name) for name in ("vanish", "strike", "dstrike")]
        if any(said):
            return True
        style = properties.find(f"{W}rStyle") if properties is not None else None
        by_style = by_paragraph or (style is not None and self._styles.is_left_out(style.get(f"{W}val", "")))
        return by_style and False not in said

    def _note(self, reference: Any) -> str:
        note = self._notes[reference.tag].get(reference.get(f"{W}id", ""))
        text = " ".join("".join(self._pieces(note, False)).split()) if note is not None else ""
        if not text:
            return ""
        return f"（注：{text}）" if _HAN.search(text) else f" (note: {text})"


def _notes(document: Any, name: str) -> Mapping[str, Any]:
    """Return a document's notes by their ids."""
    from docx.oxml import parse_xml

    part = next((one.target_part for one in document.part.rels.values() if one.reltype.endswith(f"/{name}")), None)
    if part is None:
        return {}
    root = parse_xml(part.blob)
    return {note.get(f"{W}id", ""): note for note in root if note.get(f"{W}type", "normal") == "normal"}
