"""Fitted weights: which passage to answer from, and the calibrated probability that the answer is right."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.adapters.extractive.features import Features

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
    """Logistic regressions. `ranking` orders passages; `answer` has one feature more, `lead`: log-odds above the next document."""

    version: str
    ranking: Linear
    answer: Linear

    def rank(self, features: Features) -> float:
        """Return the log-odds that an answer from this passage is right, looked at alone."""
        return self.ranking(asdict(features))

    def probability(self, features: Features, lead: float) -> float:
        """Return the chance, 0..1, that the answer is right, given how far it leads."""
        total = self.answer({**asdict(features), "lead": lead})
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def calibration_from(raw: Mapping[str, Any]) -> Calibration:
    """Read what a weights file holds."""
    ranking, answer = (Linear(intercept=raw[name]["intercept"], weights=raw[name]["weights"]) for name in ("ranking", "answer"))
    return Calibration(version=str(raw["version"]), ranking=ranking, answer=answer)


@lru_cache(maxsize=1)
def fitted() -> Calibration:
    """Return the shipped fit; `local/fit_answering.py` writes it."""
    return calibration_from(json.loads(WEIGHTS.read_text(encoding="utf-8")))
