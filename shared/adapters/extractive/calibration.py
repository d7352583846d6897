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
from shared.adapters.extractive.selection import Choice, contradicts
from shared.domain.answering import log_odds
from shared.domain.wording import code_family, codes, fold

_WEIGHTS = Path(__file__).with_name("weights-v1.json")
_LATIN = re.compile(r"[a-z][a-z]{2,}")
# Latin words that Chinese customers use for anything; their absence from a passage says nothing.
_COMMON_LATIN = frozenset({"app", "wifi", "the", "and", "vip", "please", "hello", "faq", "led", "usb", "pro", "max", "plus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Each about 0..1 but the log-odds. "same" and "cross" stand for the languages of question and document.

    `margin`: log-odds of the passage above the best of another document. `unknown_code`: the question names a thing that no
    passage names; `other_code`: the passage names a sibling instead. `form`: the answer has the form that is asked for.
    """

    search: float
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
    anywhere = frozenset[int]().union(*(other.met for other in ranked))
    return Features(
        search=log_odds(view.passage.probability),
        margin=_margin(view, ranked),
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


def _margin(view: View, ranked: list[View]) -> float:
    others = [other for other in ranked if other.passage.chunk.document_id != view.passage.chunk.document_id]
    rivals = [other for other in others if contradicts(other.best.unit.text, view.best.unit.text)] or others
    best = max((log_odds(other.passage.probability) for other in rivals), default=log_odds(0.0))
    return log_odds(view.passage.probability) - best


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
