"""What the styles of a DOCX say of its paragraphs: headings, lists, hidden words; a style has what it is based on."""

import re
from collections.abc import Mapping
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLE_LEVEL = 1
_HEADING_NAME = re.compile(r"^(?:heading|标题|überschrift)\s*(\d)$", re.IGNORECASE)
_TITLES = ("title", "标题")
_CONTENTS = re.compile(r"^(?:toc|目录)\s*\d|^(?:toc heading|table of figures)$", re.IGNORECASE)
_OFF = ("0", "false", "off")


def is_on(properties: Any, name: str) -> bool | None:
    """Return whether a toggle such as `vanish` is on, None where nothing is said."""
    found = properties.find(f"{W}{name}") if properties is not None else None
    return None if found is None else found.get(f"{W}val", "1") not in _OFF


class Styles:
    """Looked up once per style: python-docx searches them all each time."""

    def __init__(self, document: Any) -> None:
        self._elements: dict[str, Any] = {style.style_id: style.element for style in document.styles}
        names = {style.style_id: (style.name or "").casefold() for style in document.styles}
        self._chains: dict[str, list[str]] = {style_id: self._chain(style_id) for style_id in self._elements}
        self._titles = {style_id for style_id, name in names.items() if name in _TITLES}
        self._contents = {style_id for style_id, name in names.items() if _CONTENTS.match(name)}
        self._levels = {style_id: self._level(style_id, names) for style_id in self._elements}
        self._lists = {one for one, chain in self._chains.items() if any(names[base].startswith("list ") for base in chain)}

    def level(self, paragraph: Any) -> int:
        """Return the heading level, 0 for none: by the style, or by the paragraph's own outline level."""
        return self._levels.get(style_id_of(paragraph), 0) or _outline_level(paragraph)

    def is_title(self, paragraph: Any) -> bool:
        """Whether the paragraph is the document's title."""
        return style_id_of(paragraph) in self._titles

    def is_list(self, paragraph: Any) -> bool:
        """Whether the style is one of lists."""
        return style_id_of(paragraph) in self._lists

    def is_contents(self, paragraph: Any) -> bool:
        """Whether the paragraph is a line of a table of contents."""
        return style_id_of(paragraph) in self._contents

    def numbering(self, paragraph: Any) -> Any:
        """Return the paragraph's `numPr`, its own or its style's, or None."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        if own is not None:
            return own
        found = (self._elements[base].find(f"{W}pPr/{W}numPr") for base in self._chains.get(style_id_of(paragraph), ()))
        return next((numbering for numbering in found if numbering is not None), None)

    def is_left_out(self, style_id: str) -> bool:
        """Whether a style hides its words or strikes them through."""
        return any(self._said(style_id, name) for name in ("vanish", "strike", "dstrike"))

    def _said(self, style_id: str, name: str) -> bool:
        for base in self._chains.get(style_id, ()):
            said = is_on(self._elements[base].find(f"{W}rPr"), name)
            if said is not None:
                return said
        return False

    def _chain(self, style_id: str) -> list[str]:
        chain: list[str] = []
        while style_id in self._elements and style_id not in chain:
            chain.append(style_id)
            based_on = self._elements[style_id].find(f"{W}basedOn")
            style_id = based_on.get(f"{W}val", "") if based_on is not None else ""
        return chain

    def _level(self, style_id: str, names: Mapping[str, str]) -> int:
        for base in self._chains[style_id]:
            said = self._elements[base].find(f"{W}pPr/{W}outlineLvl")
            if said is not None:
                return _outline_level(self._elements[base])
            if level := _named_level(names[base]):
                return level
        return 0


def style_id_of(paragraph: Any) -> str:
    """Return the id of a paragraph's style, "" for the usual one."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return style.get(f"{W}val", "") if style is not None else ""


def _named_level(name: str) -> int:
    found = _HEADING_NAME.match(name)
    return TITLE_LEVEL if name in _TITLES else int(found.group(1)) if found else 0


def _outline_level(element: Any) -> int:
    level = element.find(f"{W}pPr/{W}outlineLvl")
    value = level.get(f"{W}val", "9") if level is not None else "9"
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else 0
