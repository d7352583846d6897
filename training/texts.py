"""Texts as the reader meets them: marks, what stands above, units; and which of their tokens are said in answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.e5.embedder import E5Embedder
from shared.domain.units import cut

# A training passage is cut here; at run time a reader reads further.
LONGEST, LONGEST_HEADING, LONGEST_QUESTION = 208, 48, 48

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """Word pieces without marks, and for each whether it is part of the answer."""

    pieces: tuple[int, ...]
    said: tuple[bool, ...]


def question_pieces(embedder: E5Embedder, text: str) -> tuple[int, ...]:
    """Return a question's pieces."""
    return tuple(embedder.pieces(text)[:LONGEST_QUESTION])


def passage_pieces(embedder: E5Embedder, above: str, text: str, spans: Sequence[Span] = ()) -> Tagged:
    """Return a passage's pieces, cut into units as at run time and nowhere else: a cut at the answer would betray it."""
    pieces = embedder.pieces(above)[:LONGEST_HEADING]
    said = [False] * len(pieces)
    for unit in cut(text):
        own = embedder.pieces(unit.text)
        pieces += own
        said += _said(embedder, unit.text, unit.end - len(unit.text), len(own), spans)
    return Tagged(pieces=tuple(pieces[:LONGEST]), said=tuple(said[:LONGEST]))


def _said(embedder: E5Embedder, text: str, start: int, length: int, spans: Sequence[Span]) -> list[bool]:
    flags = [False] * length
    for begin, end in spans:
        left, right = max(begin - start, 0), min(end - start, len(text))
        if left < right and length:
            first = min(len(embedder.pieces(text[:left])), length - 1)
            last = length if right == len(text) else max(len(embedder.pieces(text[:right])), first + 1)
            flags[first:last] = [True] * (min(last, length) - first)
    return flags
