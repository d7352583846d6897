"""How much of a question's wording a text holds: character pairs for Chinese, words for the rest, rare ones counting more."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_ALL_HAN = re.compile(rf"[{_HAN}]")
_NOT_TEXT = re.compile(r"[\W_]+")
# Cheap stemming is enough here: the word and its plural or past tense share their first letters.
_STEM_LETTERS = 6


def fingerprint(text: str) -> str:
    """The text without punctuation, spaces and case: equal for near-duplicates."""
    return _NOT_TEXT.sub("", text).casefold()


def grams(text: str) -> frozenset[str]:
    """Character pairs of Chinese runs (a lone character as it is), and the first letters of words."""
    found: set[str] = set()
    for run in _RUN.findall(text.casefold()):
        if not _ALL_HAN.match(run):
            found.add(run[:_STEM_LETTERS])
        elif len(run) == 1:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(found)


def gram_weights(question: frozenset[str], texts: Sequence[frozenset[str]]) -> dict[str, float]:
    """Weight of each of the question's grams: the fewer of the candidate texts hold it, the more it tells them apart."""
    holding = Counter(gram for text in texts for gram in question & text)
    return {gram: math.log(1 + (len(texts) + 1) / (holding[gram] + 0.5)) for gram in question}


def coverage(weights: Mapping[str, float], text: Iterable[str]) -> float:
    """Share (0..1) of the question's weight that the text holds."""
    total = sum(weights.values())
    return sum(weights.get(gram, 0.0) for gram in text) / total if total else 0.0
