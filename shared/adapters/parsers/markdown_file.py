"""Markdown (CommonMark with tables) to text under headings."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.adapters.parsers.html_file import text_of_fragment
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.table_text import table_lines

_INDENT = "  "
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*(.*)$")
_LONG_NOTE = 300
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,40})\]")
# "#退货": many write Chinese headings without the space. "#话题#" is a tag, and "#退货 很好用。" a sentence with one.
_TIGHT_HEADING = re.compile(r"^(#{1,6})(?=[\u4e00-\u9fff（【《])(?![^#\n]*#)(?=.{1,40}$)(?!.*[。！？；，!?;,]$)")
_SENTENCE_END = re.compile(r"[。！？；.!?;]$")
_STRUCK = ("del", "s", "strike")
_HIDES = re.compile(r"\shidden(?:[\s=>/]|$)|display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]*)")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def parse_markdown(text: str, limits: Limits) -> Outline:
    """Return the outline of a Markdown text without its front matter."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(_plain(text))
    outline = Outline(limits.characters)
    _Walker(tokens, outline).walk()
    return outline


def _plain(text: str) -> str:
    """Put notes where they are referred to, and the space into Chinese headings: CommonMark knows neither."""
    kept: list[tuple[str, bool]] = []
    notes: dict[str, list[str]] = {}
    fence, note = "", ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found and (not fence or found.group(1).startswith(fence)):
            fence = "" if fence else found.group(1)
        defined = None if fence else _NOTE.match(line)
        if defined:
            note = defined.group(1)
            notes[note] = [defined.group(2).strip()]
        elif note and line.startswith(("    ", "\t")) and not fence:
            notes[note].append(line.strip())
        else:
            note = note if not line.strip() else ""
            starts = not kept or not kept[-1][0].strip()
            kept.append((_TIGHT_HEADING.sub(r"\1 ", line) if starts and not fence else line, bool(fence)))
    texts = {name: " ".join(filter(None, lines)) for name, lines in notes.items()}
    return "\n".join(line if code else _with_notes(line, texts) for line, code in kept)


def _with_notes(line: str, notes: dict[str, str]) -> str:
    def shown(found: re.Match[str]) -> str:
        name = found.group(1)
        text = _shown(notes.get(name), found.group())
        if len(text) > _LONG_NOTE:
            # Said once: a file may refer to it from every line.
            notes[name] = ""
        return text

    return _REFERENCE.sub(shown, line)


def _shown(note: str | None, reference: str) -> str:
    if not note:
        return reference if note is None else ""
    return f"（注：{note}）" if _HAN.search(note) else f" (note: {note})"


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
            self._heading(token, inline_text(self._tokens[self._position]))
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

    def _heading(self, token: Token, text: str) -> None:
        # A line of dashes right below a paragraph was meant as a line, whatever CommonMark says.
        if token.markup == "-" and (_SENTENCE_END.search(text) or "\n" in text):
            self._add(text)
        else:
            self._outline.heading(int(token.tag[1:]), text, guessed=token.markup == "-")

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
    """Return the words of an inline token: links by their text, images by their description, no markup, nothing struck."""
    parts: list[str] = []
    hidden = ""
    for child in token.children or ():
        tag = _tag(child)
        if hidden:
            hidden = "" if tag == f"/{hidden}" else hidden
        elif child.type == "s_open" or tag in _STRUCK or _HIDES.search(child.content if tag else ""):
            hidden = tag or "s"
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or tag == "br":
            parts.append("\n")
    return "".join(parts)


def _tag(token: Token) -> str:
    """Return "br" for an inline <br/>, "/s" for what ends struck words, "" for anything that is no tag."""
    if token.type == "s_close":
        return "/s"
    found = _TAG.match(token.content) if token.type == "html_inline" else None
    return found.group(1).lower() if found else ""
