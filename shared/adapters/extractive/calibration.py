"""Fitted weights: which passage to answer from, and the calibrated probability that the answer is right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.adapters.extractive.features import Features
from shared.domain.fusion import sigmoid

# Log-odds by which a second answer leads where there is no third.
_NO_THIRD = 6.0
WEIGHTS = Path(__file__).with_name("weights-v1.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """An intercept and a weight by feature name, on features scaled by nothing."""

    intercept: float
    weights: Mapping[str, float]

    def __call__(self, values: Mapping[str, float]) -> float:
        """Return the log-odds."""
        return self.intercept + sum(weight * values[name] for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Logistic regressions. `ranking` orders the passages of a question; `answer` says how likely the first is right.

    `either`: how likely one of the first two is.
    """

    version: str
    ranking: Linear
    answer: Linear
    either: Linear

    def ranks(self, features: Sequence[Features]) -> list[float]:
        """Return a log-odds for each passage of one question: that it is the one to answer from, if one of them is."""
        return [self.ranking(values) for values in ranking_values(features)]

    def probability(self, features: Features, lead: float) -> float:
        """Return the chance, 0..1, that the answer is right, given how far its passage leads."""
        return sigmoid(self.answer(answer_values(features, lead)))

    def probability_of_either(self, first: Features, lead: float, ranks: Sequence[float]) -> float:
        """Return the chance that one of the first two answers is right; `ranks` of all, best first, at least two."""
        return sigmoid(self.either(either_values(first, lead, ranks)))


def ranking_values(features: Sequence[Features]) -> list[dict[str, float]]:
    """Return what the ranking looks at: each measure, how far it is behind the best passage's, and above the mean."""
    table = [asdict(one) for one in features]
    names = list(table[0]) if table else []
    best = {name: max(row[name] for row in table) for name in names}
    mean = {name: sum(row[name] for row in table) / len(table) for name in names}
    return [_compared(row, best, mean) for row in table]


def _compared(row: Mapping[str, float], best: Mapping[str, float], mean: Mapping[str, float]) -> dict[str, float]:
    values = dict(row)
    for name, value in row.items():
        values[f"{name}_behind"] = best[name] - value
        values[f"{name}_above"] = value - mean[name]
    return values


def answer_values(features: Features, lead: float) -> dict[str, float]:
    """Return what the probability looks at."""
    return {**asdict(features), "lead": lead}


def either_values(first: Features, lead: float, ranks: Sequence[float]) -> dict[str, float]:
    """Return what the probability of a pair looks at."""
    third = ranks[2] if len(ranks) > 2 else ranks[1] - _NO_THIRD
    return {**answer_values(first, lead), "behind": ranks[0] - ranks[1], "ahead": min(_NO_THIRD, ranks[1] - third)}


def calibration_from(raw: Mapping[str, Any]) -> Calibration:
    """Read what a weights file holds."""
    ranking, answer, either = (
        Linear(intercept=raw[name]["intercept"], weights=raw[name]["weights"]) for name in ("ranking", "answer", "either")
    )
    return Calibration(version=str(raw["version"]), ranking=ranking, answer=answer, either=either)


@lru_cache(maxsize=1)
def fitted() -> Calibration:
    """Return the shipped fit; `local/fit_answering.py` writes it."""
    return calibration_from(json.loads(WEIGHTS.read_text(encoding="utf-8")))
