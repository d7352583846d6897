"""From what was found to a calibrated probability that the answer is right: named features, logistic weights from a file."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from shared.adapters.extractive.evidence import Asked, View, heading_text
from shared.adapters.extractive.question import Kind, satisfies
from shared.adapters.extractive.selection import Choice
from shared.domain.wording import code_family, codes, fold

_WEIGHTS = Path(__file__).with_name("weights-v1.json")
_COSINE_FLOOR, _COSINE_SPAN = 0.75, 0.2
_LATIN = re.compile(r"[a-z][a-z]{2,}")
# Latin words that Chinese customers use for anything; their absence from a passage says nothing.
_COMMON_LATIN = frozenset({"app", "wifi", "the", "and", "vip", "please", "hello", "faq", "led", "usb", "pro", "max", "plus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Each about 0..1. "same" and "cross" stand for the languages of question and document.

    `cosine_same`/`cosine_cross`: the better cosine of title and body, stretched from 0.75..0.95 to 0..1; `no_vectors`: there was none.
    `keyword`: the keyword leg's normalised score. `margin`: the cosine above the best of another document, stretched alike.
    `unknown_code`: the question names a thing that no passage names; `other_code`: the passage names a sibling instead.
    `form`: the answer has the form that is asked for. `known_rate`: how much of the question any passage has.
    """

    cosine_same: float
    cosine_cross: float
    title_cosine: float
    no_vectors: float
    keyword: float
    margin: float
    coverage_same: float
    coverage_cross: float
    answer_coverage_same: float
    answer_coverage_cross: float
    heading_coverage_same: float
    heading_coverage_cross: float
    form: float
    unknown_code: float
    other_code: float
    foreign_word: float
    cross: float
    english: float
    short: float
    known_rate: float


def features_of(asked: Asked, ranked: list[View], chosen: tuple[Choice, ...]) -> Features:
    """Measure an answer against its question. `ranked` is best first and holds at least the chosen views."""
    view = chosen[0].view
    met = view.met.union(*(choice.view.met for choice in chosen[1:]))
    said = frozenset[int]().union(*(_said(choice) for choice in chosen))
    coverage, answer, heading = asked.weight_of(met), asked.weight_of(said), asked.weight_of(view.heading_met)
    same, cross = (1.0, 0.0) if view.same_language else (0.0, 1.0)
    cosine = _cosine(view)
    anywhere = frozenset[int]().union(*(other.met for other in ranked))
    return Features(
        cosine_same=cosine * same,
        cosine_cross=cosine * cross,
        title_cosine=_stretched(_raw(view, ("title",))),
        no_vectors=float(cosine == 0.0),
        keyword=_normalised(view, "keyword"),
        margin=cosine - max((_cosine(other) for other in _others(view, ranked)), default=0.0),
        coverage_same=coverage * same,
        coverage_cross=coverage * cross,
        answer_coverage_same=answer * same,
        answer_coverage_cross=answer * cross,
        heading_coverage_same=heading * same,
        heading_coverage_cross=heading * cross,
        form=_form(asked, chosen),
        unknown_code=float(bool(asked.codes - _codes_of(ranked))),
        other_code=float(_names_a_sibling(asked, view)),
        foreign_word=_foreign_words(asked, view) * same,
        cross=cross,
        english=float(asked.language == "en"),
        short=1.0 / max(1, len(asked.parts)),
        known_rate=asked.weight_of(anywhere),
    )


def _said(choice: Choice) -> frozenset[int]:
    indexes = {unit.index for unit in choice.units}
    return frozenset[int]().union(*(entry.own for entry in choice.view.units if entry.unit.index in indexes))


def _cosine(view: View) -> float:
    return _stretched(_raw(view, ("title", "body")))


def _raw(view: View, legs: tuple[str, ...]) -> float:
    return max((score.raw for score in view.passage.legs if score.leg in legs), default=0.0)


def _stretched(cosine: float) -> float:
    """e5's cosines live between 0.75 and 0.95; what is absent stays 0."""
    return max(0.0, (cosine - _COSINE_FLOOR) / _COSINE_SPAN)


def _normalised(view: View, leg: str) -> float:
    return next((score.normalised for score in view.passage.legs if score.leg == leg), 0.0)


def _others(view: View, ranked: list[View]) -> list[View]:
    return [other for other in ranked if other.passage.chunk.document_id != view.passage.chunk.document_id]


def _form(asked: Asked, chosen: tuple[Choice, ...]) -> float:
    text = "\n".join(unit.text for choice in chosen for unit in choice.units)
    kind = asked.kinds[0]
    return 0.5 if kind is Kind.OTHER else float(satisfies(kind, text))


def _text_of(view: View) -> str:
    return heading_text(view.passage) + "\n" + view.passage.chunk.text


def _codes_of(views: list[View]) -> frozenset[str]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Logistic regression: `weights` by feature name, on features scaled by nothing. `version` names the fit."""

    version: str
    intercept: float
    weights: Mapping[str, float]

    def probability(self, features: Features) -> float:
        """Return the chance, 0..1, that an answer with these features is right."""
        values = asdict(features)
        total = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def fitted() -> Calibration:
    """Return the shipped fit; `local/fit_answering.py` writes it."""
    raw = cast("dict[str, object]", json.loads(_WEIGHTS.read_text(encoding="utf-8")))
    weights = cast("dict[str, float]", raw["weights"])
    return Calibration(version=str(raw["version"]), intercept=float(cast("float", raw["intercept"])), weights=weights)
