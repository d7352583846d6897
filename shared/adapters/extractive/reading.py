"""What a passage's words are, whatever is asked: taken apart once, and kept for the questions after."""

import re
import sys
from dataclasses import dataclass
from functools import lru_cache

from shared.adapters.extractive.names import names_in
from shared.adapters.extractive.question import Kind, kinds_satisfied
from shared.adapters.extractive.vocabulary import Vocabulary
from shared.domain.guard import looks_like_instruction
from shared.domain.knowledge import Chunk
from shared.domain.units import Unit, cut
from shared.domain.wording import codes, fold, has_code, links, tokens

_LATIN = re.compile(r"[a-z][a-z]{2,}")
_WORD = 2.5
_WORDS = re.compile(r"[A-Za-z0-9][\w'.-]*")
# A passage of 500 Chinese characters takes about 60 KB.
_KEPT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUnit:
    """A unit of a passage with its size, its terms and concepts, the forms of answer that it has, and the addresses in it.

    `orders`: it speaks to the machine that reads it, and not to the customer.
    """

    unit: Unit
    size: float
    features: frozenset[str]
    kinds: frozenset[Kind]
    links: tuple[str, ...]
    orders: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A passage's text taken apart.

    `heading`: what stands above it; `text`: all of it, document title and headings too, and of that `codes`, `names`, `latin`
    (words of three letters and more) and `words` (its tokens with spaces between). `elsewhere`: codes of siblings that the
    document is about too, but in other sections than this one; they are not among `codes`.
    """

    units: tuple[ReadUnit, ...]
    heading: str
    heading_features: frozenset[str]
    title_features: frozenset[str]
    text: str
    codes: frozenset[str]
    elsewhere: frozenset[str]
    names: frozenset[str]
    latin: frozenset[str]
    words: str

    def has_code(self, code: str) -> bool:
        """Say whether the text names a code that `asked_codes` found."""
        return has_code(self.text, code) if code[0].isdigit() else code in self.codes


class Readings:
    """Keeps what was read lately, as much as `kept` passages. Safe to use from several threads; two that miss both read."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._read = lru_cache(maxsize=kept)(_read)

    def of(self, chunk: Chunk, words: Vocabulary) -> Reading:
        """Return the reading of a chunk; the same words give the same reading, in whichever chunk they stand."""
        headings = tuple(dict.fromkeys((chunk.title, *chunk.questions, *chunk.heading_path)))
        return self._read(words, chunk.document_title, headings, chunk.text)


def size(text: str) -> float:
    """Return the length of a text in Chinese characters, words counted as two and a half."""
    words = _WORDS.findall(text)
    return len(_WORDS.sub("", text).replace(" ", "")) + _WORD * len(words)


def latin_words(text: str) -> frozenset[str]:
    """Return the folded words of at least three letters."""
    return frozenset(map(sys.intern, _LATIN.findall(fold(text))))


def _read(words: Vocabulary, title: str, headings: tuple[str, ...], body: str) -> Reading:
    heading = "\n".join(headings)
    text = f"{title}\n{heading}\n{body}"
    elsewhere = _elsewhere(title, headings, body)
    return Reading(
        units=tuple(_read_unit(words, unit) for unit in cut(body)),
        heading=heading,
        heading_features=_features(words, heading),
        title_features=_features(words, title),
        text=text,
        codes=codes(text) - elsewhere,
        elsewhere=elsewhere,
        names=names_in(text),
        latin=latin_words(text),
        words=" ".join(tokens(text)),
    )


def _elsewhere(title: str, headings: tuple[str, ...], body: str) -> frozenset[str]:
    """Of "D1 and N1" a section "D1" is not about N1. `headings`: the passage's own first, then the others from the top down."""
    below = [found for heading in (headings[0], *reversed(headings[1:])) if (found := codes(heading))]
    above = codes(title).union(*below[1:])
    return above - below[0] - codes(body) if below and below[0] < above else frozenset()


def _read_unit(words: Vocabulary, unit: Unit) -> ReadUnit:
    return ReadUnit(
        unit=unit,
        size=size(unit.text),
        features=_features(words, unit.text),
        kinds=kinds_satisfied(unit.text),
        links=links(unit.text),
        orders=looks_like_instruction(unit.text),
    )


def _features(words: Vocabulary, text: str) -> frozenset[str]:
    """Interned: passages of one company share most of their pairs of characters."""
    return frozenset(map(sys.intern, words.features(text)))
