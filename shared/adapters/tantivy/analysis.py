"""Text to search terms: Chinese as single characters and pairs, everything else as words, numbers and codes; English stemmed.

Pairs of characters find what a word list would miss (new product names) and need no dictionary of 90 MB at a cold start.
"""

import re
import unicodedata

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

ANALYZER = "kefu"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:[-._'][^\W_{_HAN}]+)*", re.UNICODE)
_IS_HAN = re.compile(rf"[{_HAN}]")
_PART = re.compile(r"[-._']")
# RunInstances is asked for as "run instances" too.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_STOP_WORDS = frozenset(
    "a an the is are was were be been am do does did i me my we our you your he she it its they them their this that these "
    "those there here of in on at to for from by with as and or but if so than then can could may might will would shall "
    "should must have has had not no what which who whom when where why how s t".split()
)
# Characters and pairs that only make a sentence a question. They stay in the index; questions leave them out.
_STOP_GRAMS = frozenset(
    "的 了 吗 呢 吧 啊 呀 么 是 我 你 您 们 请 问 怎 样 什 哪 如 何 在 和 与 或 有 就 都 也 还 把 被 让 给 到 从 对 为 "
    "怎么 什么 如何 哪里 哪些 哪个 请问 我的 您的 你的 我们 是否 能否 可以 为什 么样 怎样 样的 的是 么办 怎么办 一下".split()
)


def build_analyzer() -> TextAnalyzer:
    """The analyzer of every indexed field: terms come separated by spaces, English ones are stemmed."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()


def spaced_terms(text: str) -> str:
    """Every term of a text to be indexed, separated by spaces, lower case, before stemming."""
    return " ".join(_terms(text))


def question_terms(text: str) -> list[str]:
    """Distinct terms of a question, in order, without those that every question has; all of them if nothing else is left."""
    terms = list(dict.fromkeys(_terms(text)))
    telling = [term for term in terms if term not in _STOP_WORDS and term not in _STOP_GRAMS]
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
