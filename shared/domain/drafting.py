"""A model's text as a typed draft: blocks with checked citation numbers, or an abstention. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.domain.answering import plain_text
from shared.domain.blocks import Block, ListBlock, TextBlock
from shared.domain.guard import sentences
from shared.domain.knowledge import Passage
from shared.domain.reply import ReplyDraft
from shared.domain.wording import content_terms, terms

_CITATION = re.compile(r"\s*[\[［【](\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)[\]］】]")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.、)）]\s*")
_BULLET = re.compile(r"^\s*[-*•·]\s+")
_MARKS = re.compile(r"\*\*|__|^#{1,6}\s+|`")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    kind: str
    text: str
    numbers: tuple[int, ...]


def draft_from_text(
    text: str, passages: Sequence[Passage], sentinel: str, model: str, tokens: tuple[int, int] = (0, 0)
) -> ReplyDraft:
    """Read a model's reply. Lines that cite no passage there is are dropped; citations are renumbered in order of use.

    `tokens` are (in, out). The draft's probability is 0: how sure one may be is not the model's to say.
    """
    if any(line.strip().strip("[]`*.。 ") == sentinel for line in text.splitlines()):
        return _draft((), (), (), model, tokens, abstained=True)
    lines = _cited_lines(text, len(passages))
    order = tuple(dict.fromkeys(number for line in lines for number in line.numbers))
    place = {number: index for index, number in enumerate(order, 1)}
    blocks = tuple(_blocks(lines, place))
    quotes = tuple(_quote(passages[number - 1], [line.text for line in lines if number in line.numbers]) for number in order)
    return _draft(blocks, tuple(number - 1 for number in order), quotes, model, tokens)


def _draft(
    blocks: tuple[Block, ...],
    cited: tuple[int, ...],
    quotes: tuple[str, ...],
    model: str,
    tokens: tuple[int, int],
    *,
    abstained: bool = False,
) -> ReplyDraft:
    return ReplyDraft(
        text=plain_text(blocks),
        blocks=blocks,
        cited=cited,
        quotes=quotes,
        probability=0.0,
        abstained=abstained,
        model=model,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
    )


def _cited_lines(text: str, passages: int) -> list[_Line]:
    lines = [_line(raw, passages) for raw in text.splitlines() if raw.strip()]
    kept: list[_Line] = []
    for index, line in enumerate(lines):
        announces = line.text.endswith((":", "：")) and any(after.numbers for after in lines[index + 1 : index + 2])
        if line.text and (line.numbers or announces):
            kept.append(line)
    return kept


def _line(raw: str, passages: int) -> _Line:
    numbers = [int(part) for match in _CITATION.findall(raw) for part in re.split(r"\s*[,，、]\s*", match)]
    known = tuple(dict.fromkeys(number for number in numbers if 1 <= number <= passages))
    bare = _MARKS.sub("", _CITATION.sub("", raw)).strip()
    if _NUMBERED.match(bare):
        return _Line(kind="step", text=_NUMBERED.sub("", bare), numbers=known)
    if _BULLET.match(bare):
        return _Line(kind="item", text=_BULLET.sub("", bare), numbers=known)
    return _Line(kind="text", text=bare, numbers=known)


def _blocks(lines: list[_Line], place: dict[int, int]) -> Iterator[Block]:
    for kind, grouped in groupby(lines, key=lambda line: line.kind):
        group = list(grouped)
        if kind == "text":
            for line in group:
                yield TextBlock(text=line.text, citations=tuple(place[number] for number in line.numbers))
            continue
        used = tuple(dict.fromkeys(place[number] for line in group for number in line.numbers))
        yield ListBlock(items=tuple(line.text for line in group), ordered=kind == "step", citations=used)


def _quote(passage: Passage, said: list[str]) -> str:
    """Return the passage's sentence that shares most with what was said of it, word for word."""
    wanted = set(content_terms("\n".join(said)))
    return max(sentences(passage.chunk.text) or (passage.chunk.text,), key=lambda sentence: len(wanted & terms(sentence)))
