"""What speaks for one passage as the answer: named measures, each about 0..1."""

import re
from dataclasses import dataclass

from shared.adapters.extractive.evidence import Asked, View, heading_text
from shared.adapters.extractive.question import Kind, satisfies
from shared.adapters.extractive.selection import Choice
from shared.domain.wording import code_family, codes, fold

_LATIN = re.compile(r"[a-z][a-z]{2,}")
# Latin words that Chinese customers use for anything; their absence from a passage says nothing.
_COMMON_LATIN = frozenset({"app", "wifi", "the", "and", "vip", "please", "hello", "faq", "led", "usb", "pro", "max", "plus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """"same" and "cross" stand for the languages of question and document.

    `score`, `place`: the search's fused score, and 1 / rank. `cosine_*`: the better cosine of title and body, `no_vectors`: there was
    none; `cosine_lead`: `cosine` above the mean of what was found. `keyword`: the keyword leg's normalised score. `search`: the search's own probability.
    `coverage_*`: how much of the question the passage has, `answer_coverage_*` the chosen units alone, `heading_coverage_*` what
    stands above; `unit`: the best unit's score. `known_rate`: how much of the question any passage has.
    `form`: the answer has the form that is asked for. `unknown_code`: the question names a thing that no passage names;
    `other_code`: the passage names a sibling instead. `foreign_word`: Latin names of a Chinese question that the passage lacks.
    """

    score: float
    place: float
    search: float
    cosine_same: float
    cosine_cross: float
    cosine_lead: float
    title_cosine: float
    no_vectors: float
    keyword: float
    coverage_same: float
    coverage_cross: float
    answer_coverage_same: float
    answer_coverage_cross: float
    heading_coverage_same: float
    heading_coverage_cross: float
    unit: float
    known_rate: float
    form: float
    unknown_code: float
    other_code: float
    foreign_word: float
    cross: float
    english: float
    short: float


def measure(asked: Asked, views: tuple[View, ...], choice: Choice) -> Features:
    """Measure an answer from one passage. `views` are all that were found."""
    view = choice.view
    said = frozenset[int]().union(*(entry.own for entry in view.units if entry.unit in choice.units))
    coverage, answer, heading = (asked.weight_of(met) for met in (view.met, said, view.heading_met))
    same, cross = (1.0, 0.0) if view.same_language else (0.0, 1.0)
    anywhere = frozenset[int]().union(*(other.met for other in views))
    cosine = _cosine(view)
    return Features(
        score=view.passage.score,
        place=1.0 / (1 + view.index),
        search=view.passage.probability,
        cosine_same=cosine * same,
        cosine_cross=cosine * cross,
        cosine_lead=cosine - sum(map(_cosine, views)) / len(views),
        title_cosine=_raw(view, ("title",)),
        no_vectors=float(cosine == 0.0),
        keyword=next((score.normalised for score in view.passage.legs if score.leg == "keyword"), 0.0),
        coverage_same=coverage * same,
        coverage_cross=coverage * cross,
        answer_coverage_same=answer * same,
        answer_coverage_cross=answer * cross,
        heading_coverage_same=heading * same,
        heading_coverage_cross=heading * cross,
        unit=view.best.score,
        known_rate=asked.weight_of(anywhere),
        form=_form(asked, choice),
        unknown_code=float(bool(asked.codes - _codes_of(views))),
        other_code=float(_names_a_sibling(asked, view)),
        foreign_word=_foreign_words(asked, view) * same,
        cross=cross,
        english=float(asked.language == "en"),
        short=1.0 / max(1, len(asked.parts)),
    )


def _raw(view: View, legs: tuple[str, ...]) -> float:
    return max((score.raw for score in view.passage.legs if score.leg in legs), default=0.0)


def _cosine(view: View) -> float:
    return _raw(view, ("title", "body"))


def _form(asked: Asked, choice: Choice) -> float:
    text = "\n".join(unit.text for unit in choice.units)
    kind = asked.kinds[0]
    return 0.5 if kind is Kind.OTHER else float(satisfies(kind, text))


def _text_of(view: View) -> str:
    return heading_text(view.passage) + "\n" + view.passage.chunk.text


def _codes_of(views: tuple[View, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(codes(_text_of(view)) for view in views))


def _names_a_sibling(asked: Asked, view: View) -> bool:
    named = codes(_text_of(view))
    families = {code_family(code) for code in named}
    return any(code not in named and code_family(code) in families for code in asked.codes)


def _foreign_words(asked: Asked, view: View) -> float:
    """In a Chinese question a Latin word is a name: its absence weighs."""
    if asked.language != "zh":
        return 0.0
    words = set(_LATIN.findall(fold(asked.text))) - _COMMON_LATIN
    held = set(_LATIN.findall(fold(_text_of(view))))
    return len(words - held) / len(words) if words else 0.0
