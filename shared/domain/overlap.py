"""How much of a question's wording a text holds: character pairs for Chinese, words for the rest, rare ones counting more."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_WORD = re.compile(rf"[^\W_{_HAN}]+")
_NOT_TEXT = re.compile(r"[\W_]+")
# Cheap stemming is enough here: the word and its plural or past tense share their first letters.
_STEM_LETTERS = 6


def fingerprint(text: str) -> str:
    """The text without punctuation, spaces and case: equal for near-duplicates."""
    return _NOT_TEXT.sub("", text).casefold()


def grams(text: str) -> frozenset[str]:
    """Character pairs of Chinese runs (a lone character as it is), and the first letters of words."""
    folded = text.casefold()
    found = _word_grams(folded)
    for run in _HAN_RUN.findall(folded):
        found.update(map(add, run, run[1:]) if len(run) > 1 else run)
    return frozenset(found)


def held_grams(question: frozenset[str], text: str) -> frozenset[str]:
    """The question's grams that are among the text's: the same as `question & grams(text)`, mostly without cutting the text."""
    pairs, lone, words = _kinds(question)
    folded = text.casefold()
    # Two Chinese characters side by side are a gram wherever they stand; a word may be a part of another.
    held = {gram for gram in pairs if gram in folded}
    if any(gram in folded for gram in lone):
        held |= lone & grams(text)
    held.update(gram for gram in words if gram in folded and _begins_a_word(gram, folded))
    return frozenset(held)


def _begins_a_word(gram: str, folded: str) -> bool:
    """Whether `_word_grams` of the text has the gram."""
    start = folded.find(gram)
    while start >= 0:
        end = start + len(gram)
        whole = len(gram) == _STEM_LETTERS or not _is_letter(folded[end : end + 1])
        if whole and not (start and _is_letter(folded[start - 1])):
            return True
        start = folded.find(gram, start + 1)
    return False


def _is_letter(character: str) -> bool:
    """Whether a character (none at the text's end) is one of `_WORD`; asked for each place, and faster than a pattern."""
    return character.isalnum() and (character < "\u3400" or _HAN_RUN.match(character) is None)


@lru_cache(maxsize=64)
def _kinds(question: frozenset[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Chinese pairs, lone Chinese characters, and the rest: sorted once for all texts that a question is compared with."""
    han = {gram for gram in question if _HAN_RUN.fullmatch(gram)}
    pairs = frozenset(gram for gram in han if len(gram) == 2)
    return pairs, frozenset(han - pairs), question - han


def _word_grams(folded: str) -> set[str]:
    return {word[:_STEM_LETTERS] for word in _WORD.findall(folded)}


def gram_weights(question: frozenset[str], texts: Sequence[frozenset[str]]) -> dict[str, float]:
    """Weight of each of the question's grams: the fewer of the candidate texts hold it, the more it tells them apart."""
    holding = Counter(gram for text in texts for gram in question & text)
    raw = {gram: math.log(1 + (len(texts) + 1) / (holding[gram] + 0.5)) for gram in question}
    total = sum(raw.values())
    return {gram: weight / total for gram, weight in raw.items()}


def coverage(weights: Mapping[str, float], held: Iterable[str]) -> float:
    """Share (0..1) of the question's weight that a text holds; `held` are grams of the question, each once."""
    return sum(map(weights.__getitem__, held))
