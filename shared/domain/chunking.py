"""Documents to chunks: by heading, in pieces that a person would read in one go, with a place that can be cited."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.domain.knowledge import Chunk, Document, FaqEntry, ParsedDocument, Section

# Weights: a Chinese character counts 1, a Latin word 2.5, so that 500 is 500 characters or 200 words.
MAX_WEIGHT = 500.0
_TARGET_WEIGHT = 380.0
_WORD_WEIGHT = 2.5
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[A-Za-z0-9]+(?:['.,:-][A-Za-z0-9]+)*")
_SENTENCE = re.compile(r"(?<=[。！？!?])[”’」』）)\"]*|(?<=[.!?])[\"”’)]*\s+(?=[A-Z0-9\"“‘(\u4e00-\u9fff])|(?<=[；;])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|Mr|Mrs|Ms|Dr|No|vs|approx|etc|Inc|Ltd|Co|St|Fig|Vol)|\b[A-Z])\.$")
_CLAUSE = re.compile(r"(?<=[，,、：:])|(?<=\s)")
_ITEM = re.compile(r"^(?:[-*•]|\d{1,3}[.)、])\s+")
_INTRODUCES = re.compile(r"[:：]$")
_PAGES = {"zh": ("第 {} 页", "第 {} 页"), "en": ("p. {}", "pp. {}")}
_PARAGRAPHS = {"zh": ("第 {} 段", "第 {} 段"), "en": ("para. {}", "paras. {}")}
_NOT_WORDS = re.compile(r"[\W_]+")


def text_hash(text: str) -> str:
    """Return the SHA-256 of the text without punctuation, spaces, case and width: equal for near-duplicates."""
    bare = _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


def weight_of(text: str) -> float:
    """Return the length of a text in Chinese characters, a Latin word counting as 2.5."""
    return len(_HAN.findall(text)) + _WORD_WEIGHT * len(_WORD.findall(text))


def chunk_document(parsed: ParsedDocument, document: Document, added_in: int) -> tuple[Chunk, ...]:
    """Return the chunks of a document in reading order.

    A chunk's id comes from the document's id and all that is shown or filtered by, so that a change of anything a
    reader would notice gives another id, and nothing else does.
    """
    drafts = [*_from_sections(parsed.sections, document), *(_from_entry(entry, document) for entry in parsed.entries)]
    seen: Counter[str] = Counter()
    chunks: list[Chunk] = []
    for ordinal, draft in enumerate(drafts):
        identity = _identity(draft, document)
        seen[identity] += 1
        chunks.append(_chunk(draft, document, added_in, ordinal, _id(document.document_id, identity, seen[identity])))
    return tuple(chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A chunk without its ids."""

    title: str
    text: str
    heading_path: tuple[str, ...]
    locator: str
    questions: tuple[str, ...] = ()
    kind: str = "passage"
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A piece that is not cut: a sentence, a list item, a row, a short block. `glue` joins it to what stands before.

    `paragraph` counts from 1 below the same heading.
    """

    text: str
    glue: str
    page: int | None
    paragraph: int


def _from_entry(entry: FaqEntry, document: Document) -> _Draft:
    return _Draft(
        title=entry.questions[0],
        text=entry.answer,
        heading_path=(),
        locator=entry.row,
        questions=entry.questions,
        kind="faq",
        link=entry.link,
    )


def _from_sections(sections: Sequence[Section], document: Document) -> Iterator[_Draft]:
    root = _shared_root(sections, document)
    for (path, row), group in groupby(sections, key=lambda section: (section.heading_path, section.row)):
        units = list(_units(group))
        shown = path[1:] if path[:1] == root else path
        for piece in _packed(units):
            text = "".join(unit.glue + unit.text if position else unit.text for position, unit in enumerate(piece))
            yield _Draft(
                title=shown[-1] if shown else document.title,
                text=unicodedata.normalize("NFC", text),
                heading_path=shown,
                locator=_locator(shown, row, piece, document),
                kind="row" if row else "passage",
            )


def _shared_root(sections: Sequence[Section], document: Document) -> tuple[str, ...]:
    """Return the heading that only repeats the document's title: it says nothing about the place."""
    roots = {section.heading_path[:1] for section in sections}
    return roots.pop() if len(roots) == 1 and len(sections) > 1 else (document.title,)


def _units(sections: Iterable[Section]) -> Iterator[_Unit]:
    blocks = ((section.page, block) for section in sections for block in section.text.split("\n\n") if block.strip())
    for paragraph, (page, block) in enumerate(blocks, start=1):
        glue = "\n\n"
        for piece, inner in _pieces(block):
            yield _Unit(text=piece, glue=glue, page=page, paragraph=paragraph)
            glue = inner


def _pieces(block: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a block, each with the glue that joins the next: whole if short, else items, lines or sentences."""
    if weight_of(block) <= MAX_WEIGHT * 0.6:
        yield block, "\n"
        return
    for part in _items(block.split("\n")):
        if weight_of(part) <= MAX_WEIGHT * 0.6:
            yield part, "\n"
            continue
        sentences = list(_sentences(part))
        for number, sentence in enumerate(sentences):
            last = number == len(sentences) - 1
            yield sentence, "\n" if last else ("" if _HAN.search(sentence[-2:]) or sentence[-1] in "。！？；，、：" else " ")


def _items(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines; what is indented below a list item stays with it."""
    held: list[str] = []
    for line in lines:
        if held and not (line.startswith(" ") and _ITEM.match(held[0].lstrip())):
            yield "\n".join(held)
            held = []
        held.append(line)
    if held:
        yield "\n".join(held)


def _sentences(text: str) -> Iterator[str]:
    held = ""
    for part in _split_at(_SENTENCE, text):
        held += part
        if _ABBREVIATION.search(held.rstrip()):
            continue
        yield from _short_enough(held.strip())
        held = ""
    yield from _short_enough(held.strip())


def _short_enough(sentence: str) -> Iterator[str]:
    """Cut an endless sentence at its commas or spaces, and by force where it has none."""
    if not sentence:
        return
    if weight_of(sentence) <= MAX_WEIGHT:
        yield sentence
        return
    held = ""
    for clause in (piece for part in _split_at(_CLAUSE, sentence) for piece in _forced(part)):
        if held and weight_of(held + clause) > _TARGET_WEIGHT:
            yield held.strip()
            held = ""
        held += clause
    if held.strip():
        yield held.strip()


def _forced(text: str) -> Iterator[str]:
    size = int(_TARGET_WEIGHT)
    yield from (text[start : start + size] for start in range(0, len(text), size))


def _split_at(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    start = 0
    for found in pattern.finditer(text):
        if found.end() > start:
            yield text[start : found.end()]
            start = found.end()
    if start < len(text):
        yield text[start:]


def _packed(units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    """Fill chunks evenly up to the target. A line that introduces what follows goes with it."""
    weights = [weight_of(unit.text) for unit in units]
    total = sum(weights)
    target = total / max(1, -(-total // _TARGET_WEIGHT)) if total > MAX_WEIGHT else MAX_WEIGHT
    held: list[_Unit] = []
    load = 0.0
    for unit, weight in zip(units, weights, strict=True):
        full = load + weight > MAX_WEIGHT or load + weight / 2 > target
        if held and full:
            carried = [held.pop()] if len(held) > 1 and _INTRODUCES.search(held[-1].text) else []
            yield held
            held, load = carried, sum(weight_of(one.text) for one in carried)
        held.append(unit)
        load += weight
    if held:
        yield held


def _locator(path: Sequence[str], row: str, piece: Sequence[_Unit], document: Document) -> str:
    """Return the place as people say it: "价格表!3", "第 3 页 · 保修", "p. 3", "Returns › Refunds", "第 2 段"."""
    if row:
        return row
    pages = [unit.page for unit in piece if unit.page is not None]
    parts = [_span(pages, _PAGES, document)] if pages else []
    if path:
        parts.append(" › ".join(path))
    return " · ".join(parts) or _span([unit.paragraph for unit in piece], _PARAGRAPHS, document)


def _span(numbers: Sequence[int], words: Mapping[str, tuple[str, str]], document: Document) -> str:
    first, last = min(numbers), max(numbers)
    one, several = words.get(document.language, words["en"])
    return one.format(first) if first == last else several.format(f"{first}–{last}")


def _identity(draft: _Draft, document: Document) -> str:
    shown = (
        draft.text,
        draft.title,
        *draft.questions,
        "\x1e",
        *draft.heading_path,
        "\x1e",
        draft.locator,
        draft.link or document.source_url,
        document.source,
        document.title,
        document.language,
        document.audience,
        str(document.valid_from),
        str(document.valid_to),
    )
    return "\x1f".join(shown)


def _id(document_id: str, identity: str, number: int) -> str:
    key = f"{document_id}\x1f{identity}\x1f{number}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _chunk(draft: _Draft, document: Document, added_in: int, ordinal: int, chunk_id: str) -> Chunk:
    return Chunk(
        chunk_id=chunk_id,
        document_id=document.document_id,
        tenant=document.tenant,
        ordinal=ordinal,
        title=draft.title,
        text=draft.text,
        document_title=document.title,
        heading_path=draft.heading_path,
        locator=draft.locator,
        source=document.source,
        source_url=draft.link or document.source_url,
        language=document.language,
        audience=document.audience,
        text_hash=text_hash(draft.text),
        added_in=added_in,
        questions=draft.questions,
        kind=draft.kind,
        valid_from=document.valid_from,
        valid_to=document.valid_to,
    )
