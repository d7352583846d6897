"""Markdown (CommonMark with tables) to text under headings."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.adapters.parsers.html_file import text_of_fragment
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.table_text import table_lines

_INDENT = "  "


def parse_markdown(text: str, limits: Limits) -> Outline:
    """Return the outline of a Markdown text without its front matter."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    outline = Outline(limits.characters)
    _Walker(tokens, outline).walk()
    return outline


class _Walker:
    """Goes through the flat token list once. A list is one block, so that its items stay together."""

    def __init__(self, tokens: Sequence[Token], outline: Outline) -> None:
        self._tokens = tokens
        self._outline = outline
        self._position = 0
        self._lists: list[int] = []
        self._marker = ""
        self._items: list[str] = []

    def walk(self) -> None:
        while self._position < len(self._tokens):
            token = self._tokens[self._position]
            self._position += 1
            self._visit(token)

    def _visit(self, token: Token) -> None:
        if token.type == "heading_open":
            self._outline.heading(int(token.tag[1:]), inline_text(self._tokens[self._position]))
            self._position += 2
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            self._lists.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
            self._end_list()
        elif token.type == "list_item_open":
            self._marker = self._next_marker()
        elif token.type == "table_open":
            self._add(self._table())
        elif token.type == "inline":
            self._add(inline_text(token))
        elif token.type in ("fence", "code_block"):
            self._add(token.content.rstrip("\n"))
        elif token.type == "html_block":
            self._add(text_of_fragment(token.content))

    def _next_marker(self) -> str:
        number = self._lists[-1]
        if not number:
            return "- "
        self._lists[-1] += 1
        return f"{number}. "

    def _add(self, text: str) -> None:
        if not self._lists:
            self._outline.block(text)
            return
        if not text.strip():
            return
        indent = _INDENT * (len(self._lists) - 1)
        first, hanging = indent + self._marker, indent + " " * len(self._marker)
        self._marker = ""
        self._items.append(first + text.replace("\n", "\n" + hanging))

    def _end_list(self) -> None:
        if not self._lists:
            self._outline.block("\n".join(self._items))
            self._items = []

    def _table(self) -> str:
        rows: list[list[str]] = []
        while self._tokens[self._position].type != "table_close":
            token = self._tokens[self._position]
            self._position += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(inline_text(token))
        self._position += 1
        return table_lines(rows)


def inline_text(token: Token) -> str:
    """Return the words of an inline token: links by their text, images by their description, no markup."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            parts.append("\n")
    return "".join(parts)
