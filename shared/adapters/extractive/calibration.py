"""Fitted weights: which passage to answer from, and the calibrated probability that the answer is right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import chain
from operator import attrgetter, mul, sub
from pathlib import Path
from typing import Any

from shared.adapters.extractive.features import Features
from shared.domain.fusion import sigmoid

# Log-odds by which a second answer leads where there is no third.
_NO_THIRD = 6.0
_NAMES = tuple(one.name for one in fields(Features))
_MEASURES = attrgetter(*_NAMES)
_COMPARED = (*_NAMES, *(f"{name}_{how}" for name in _NAMES for how in ("behind", "above")))
WEIGHTS = Path(__file__).with_name("weights-v1.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """An intercept and a weight by feature name, on features scaled by nothing."""

    intercept: float
    weights: Mapping[str, float]

    def __call__(self, values: Mapping[str, float]) -> float:
        """Return the log-odds."""
        return self.intercept + sum(map(mul, self.weights.values(), map(values.__getitem__, self.weights)))


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
    table = [_MEASURES(one) for one in features]
    columns = list(zip(*table, strict=True))
    best = [max(column) for column in columns]
    mean = [sum(column) / len(table) for column in columns]
    compared = (chain.from_iterable(zip(map(sub, best, row), map(sub, row, mean), strict=True)) for row in table)
    return [dict(zip(_COMPARED, (*row, *pairs), strict=True)) for row, pairs in zip(table, compared, strict=True)]


def answer_values(features: Features, lead: float) -> dict[str, float]:
    """Return what the probability looks at."""
    return dict(zip(_NAMES, _MEASURES(features), strict=True)) | {"lead": lead}


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
