"""HTML to text under headings: the page's own content, without navigation, advertising, scripts or footers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, PageElement, Tag

from shared.adapters.parsers.html_cleaning import HEADINGS, main_part, without_furniture
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.table_text import table_lines

_BLOCKS = HEADINGS | set(
    "p div section article main header footer ul ol li dl dt dd table thead tbody tr td th pre blockquote figure figcaption "
    "details summary hr address fieldset center body html".split()
)
# A question that folds open and a defined term are headings of what they hold, and of nothing after it.
_ENDS_HEADING = {"details": 5, "dl": 6}
_MAX_SPAN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    """A page's outline, what it calls itself, and where it says it is published ("" if it does not)."""

    outline: Outline
    title: str
    address: str


def parse_html(text: str, limits: Limits) -> HtmlPage:
    """Return the outline of a page's main content."""
    soup = BeautifulSoup(text, "lxml")
    title, address = _title(soup), _address(soup)
    root = main_part(without_furniture(soup))
    outline = Outline(limits.characters)
    _Reader(outline).read(root)
    headings = root.find_all("h1") or soup.find_all("h1")
    # Several articles on one page have a heading each, and none of them is the page's.
    name = _words(headings[0]) if headings and (len(headings) == 1 or not title) else title
    return HtmlPage(outline=outline, title=name, address=address)


def text_of_fragment(text: str) -> str:
    """Return the words of a piece of HTML inside another document."""
    if text.lstrip().startswith("<!--"):
        text = re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL)
    if not text.strip():
        return ""
    outline = Outline(len(text) + 1)
    _Reader(outline).read(without_furniture(BeautifulSoup(text, "lxml"), fragment=True))
    return "\n\n".join(section.text for section in outline.sections())


def declared_encoding(data: bytes) -> str:
    """Return the charset that a page's first kilobyte declares, or ""."""
    found = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", data[:2048], re.IGNORECASE)
    name = found.group(1).decode("ascii").lower() if found else ""
    # Browsers read these labels as their superset: https://encoding.spec.whatwg.org/#names-and-labels
    return {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}.get(name, name)


def _title(soup: BeautifulSoup) -> str:
    found = soup.find("title")
    if not isinstance(found, Tag):
        return ""
    # "Page | Company": the last part names the site.
    parts = re.split(r"\s+[|｜·–—-]\s+", _words(found))
    return parts[0] if parts else ""


def _address(soup: BeautifulSoup) -> str:
    link = soup.find("link", rel="canonical")
    address = str(link.get("href", "")) if isinstance(link, Tag) else ""
    return address if urlsplit(address).scheme in ("http", "https") else ""


class _Reader:
    """Walks the tree in reading order and gathers inline text into blocks."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._inline: list[str] = []

    def read(self, root: Tag) -> None:
        self._children(root)
        self._end_block()

    def _children(self, element: Tag) -> None:
        for child in element.children:
            self._node(child)

    def _node(self, node: PageElement) -> None:
        if isinstance(node, NavigableString):
            if type(node) in (NavigableString, CData):
                self._inline.append(re.sub(r"\s+", " ", str(node)))
        elif isinstance(node, Tag):
            self._element(node)

    def _element(self, element: Tag) -> None:
        if element.name == "br":
            self._inline.append("\n")
        elif element.name == "img":
            self._inline.append(str(element.get("alt", "")))
        elif element.name not in _BLOCKS:
            self._children(element)
        else:
            self._end_block()
            self._block(element)
            self._end_block()

    def _block(self, element: Tag) -> None:
        if element.name in HEADINGS:
            self._outline.heading(int(element.name[1]), _words(element))
        elif element.name == "summary":
            self._outline.heading(5, _words(element))
        elif element.name == "dt":
            self._outline.heading(6, _words(element))
        elif element.name in ("ul", "ol"):
            self._outline.block("\n".join(_list_lines(element, "")))
        elif element.name == "table" and _is_data(element):
            caption = element.find("caption")
            self._outline.block(_words(caption) if isinstance(caption, Tag) else "")
            self._outline.block(table_lines(_grid(element), _has_row_headers(element)))
        elif element.name == "pre":
            self._outline.block(element.get_text())
        else:
            self._children(element)
            self._end_block()
            if element.name in _ENDS_HEADING:
                self._outline.leave(_ENDS_HEADING[element.name])

    def _end_block(self) -> None:
        lines = "".join(self._inline).split("\n")
        self._outline.block("\n".join(" ".join(line.split()) for line in lines))
        self._inline = []


def _list_lines(element: Tag, indent: str) -> Iterator[str]:
    number = _number(element, "start", 1)
    for item in element.find_all("li", recursive=False):
        number = _number(item, "value", number)
        nested = item.find_all(["ul", "ol"])
        inner = [child for child in nested if child.find_parent(["ul", "ol"]) is element]
        lines = [line for child in inner for line in _list_lines(child, indent + "  ")]
        for child in inner:
            child.extract()
        yield f"{indent}{_ordinal(number, str(element.get('type', '1'))) if element.name == 'ol' else '-'} {_words(item)}"
        yield from lines
        number += 1


def _number(element: Tag, name: str, usual: int) -> int:
    value = str(element.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 6 else usual


def _ordinal(number: int, kind: str) -> str:
    letters = kind in ("a", "A") and 1 <= number <= 26
    return f"{chr(ord(kind) + number - 1)}." if letters else f"{number}."


def _has_row_headers(table: Tag) -> bool:
    rows = [[cell.name for cell in row.find_all(["td", "th"], recursive=False)] for row in table.find_all("tr")]
    return all(row[0] == "th" and "th" not in row[1:] for row in rows if len(row) > 1)


def _is_data(table: Tag) -> bool:
    """Whether a table holds data; one that only lays a page out is read like any container."""
    if table.find(["table", *HEADINGS]):
        return False
    return any(len(row.find_all(["td", "th"], recursive=False)) > 1 for row in table.find_all("tr"))


def _grid(table: Tag) -> list[list[str]]:
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in table.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            _take_hanging(hanging, cells)
            text, width, height = _words(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(width):
                if height > 1:
                    hanging[len(cells)] = (height - 1, text)
                cells.append(text)
        _take_hanging(hanging, cells)
        rows.append(cells)
    return rows


def _take_hanging(hanging: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Add the cells that reach down from the rows above."""
    while len(cells) in hanging:
        column = len(cells)
        left, text = hanging.pop(column)
        if left > 1:
            hanging[column] = (left - 1, text)
        cells.append(text)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() else 1


def _words(element: Tag) -> str:
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Tag) -> Iterator[str]:
    """Yield the text of an element; what begins on a line of its own is parted by a space."""
    for child in element.children:
        if isinstance(child, Tag):
            apart = child.name in _BLOCKS or child.name == "br"
            yield " " if apart else ""
            yield str(child.get("alt", "")) if child.name == "img" else ""
            yield from _pieces(child)
            yield " " if apart else ""
        elif type(child) in (NavigableString, CData):
            yield str(child)
