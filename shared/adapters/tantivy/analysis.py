"""Text to search terms: Chinese as single characters and pairs, everything else as words, numbers and codes; English stemmed.

Pairs of characters find what a word list would miss (new product names) and need no dictionary of 90 MB at a cold start.
"""

import re
import unicodedata

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from shared.adapters.question_words import STOP_GRAMS, STOP_WORDS

ANALYZER = "kefu"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:[-._'][^\W_{_HAN}]+)*", re.UNICODE)
_IS_HAN = re.compile(rf"[{_HAN}]")
_PART = re.compile(r"[-._']")
# RunInstances is asked for as "run instances" too.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def build_analyzer() -> TextAnalyzer:
    """The analyzer of every indexed field: terms come separated by spaces, English ones are stemmed."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()


def spaced_terms(text: str) -> str:
    """Every term of a text to be indexed, separated by spaces, lower case, before stemming."""
    return " ".join(_terms(text))


def question_terms(text: str) -> list[str]:
    """Distinct terms of a question, in order, without those that every question has; all of them if nothing else is left."""
    terms = list(dict.fromkeys(_terms(text)))
    telling = [term for term in terms if term not in STOP_WORDS and term not in STOP_GRAMS]
    return telling or terms


def is_single_character(term: str) -> bool:
    """Whether the term is one Chinese character: weak evidence beside the pairs that contain it."""
    return len(term) == 1 and _IS_HAN.match(term) is not None


def _terms(text: str) -> list[str]:
    terms: list[str] = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        run = match.group()
        terms.extend(_grams(run) if _IS_HAN.match(run) else _words(run))
    return terms


def _grams(run: str) -> list[str]:
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


def _words(run: str) -> list[str]:
    """A word or code as a whole, and its parts: "Wi-Fi" gives wi-fi, wi, fi; "RunInstances" runinstances, run, instances."""
    whole = run.lower()
    parts = [part.lower() for piece in _PART.split(run) for part in _CAMEL.split(piece)]
    return [whole] if parts == [whole] else [whole, *parts]
