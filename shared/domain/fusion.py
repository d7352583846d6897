"""Several legs' hits to one ranking: per-query normalised weighted sum, and reciprocal ranks to compare with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.knowledge import LegScore

# Cormack, Clarke and Büttcher, SIGIR 2009.
_RANK_CONSTANT = 60

# A leg's answer: chunk id to the leg's own score, higher is better.
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingProfile:
    """Weights learned on labelled questions; a data file with a version, part of the release.

    `legs`: weight of each leg's normalised score. `wording`: weight of the wording measures in the ranking.
    `probability`: coefficients of the logistic function over evidence, "intercept" among them;
    `probability_of_keywords`: the same where only the keyword leg answered.
    """

    version: str
    legs: Mapping[str, float]
    wording: Mapping[str, float] = field(default_factory=dict)
    probability: Mapping[str, float] = field(default_factory=dict)
    probability_of_keywords: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """One chunk's fused score in 0..1, and what each leg said of it."""

    chunk_id: str
    score: float
    legs: tuple[LegScore, ...]

    def has(self, leg: str) -> bool:
        """Whether the leg found the chunk."""
        return any(score.leg == leg for score in self.legs)

    def raw(self, leg: str, absent: float = 0.0) -> float:
        """The leg's own score, or `absent` where the leg did not find the chunk."""
        return next((score.raw for score in self.legs if score.leg == leg), absent)

    def normalised(self, leg: str) -> float:
        """The leg's normalised score, 0 where the leg did not find the chunk."""
        return next((score.normalised for score in self.legs if score.leg == leg), 0.0)


def leg_scores(leg: str, scores: Scores) -> dict[str, LegScore]:
    """Min-max normalise one leg's scores (best 1, worst 0; a single hit is 1) and rank them from 1; ties by id."""
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ordered:
        return {}
    lowest, spread = ordered[-1][1], ordered[0][1] - ordered[-1][1]
    return {
        chunk_id: LegScore(leg=leg, raw=raw, normalised=(raw - lowest) / spread if spread else 1.0, rank=rank)
        for rank, (chunk_id, raw) in enumerate(ordered, 1)
    }


def weighted_sum(legs: Mapping[str, Scores], weights: Mapping[str, float]) -> list[Fused]:
    """Fuse by the weighted mean of normalised scores, best first; legs that found nothing do not count."""
    found = {leg: leg_scores(leg, scores) for leg, scores in legs.items() if scores}
    total = sum(weights.get(leg, 0.0) for leg in found) or 1.0
    fused = [
        Fused(
            chunk_id=chunk_id,
            score=sum(weights.get(score.leg, 0.0) * score.normalised for score in scores) / total,
            legs=scores,
        )
        for chunk_id, scores in _by_chunk(found).items()
    ]
    return sorted(fused, key=lambda one: (-one.score, one.chunk_id))


def reciprocal_ranks(legs: Mapping[str, Scores]) -> list[Fused]:
    """Fuse by reciprocal ranks, best first: what the weighted sum is compared with."""
    found = {leg: leg_scores(leg, scores) for leg, scores in legs.items() if scores}
    best = len(found) / (_RANK_CONSTANT + 1) or 1.0
    fused = [
        Fused(chunk_id=chunk_id, score=sum(1 / (_RANK_CONSTANT + score.rank) for score in scores) / best, legs=scores)
        for chunk_id, scores in _by_chunk(found).items()
    ]
    return sorted(fused, key=lambda one: (-one.score, one.chunk_id))


def logistic(coefficients: Mapping[str, float], evidence: Mapping[str, float]) -> float:
    """Probability (0..1) by Platt's method over several pieces of evidence; evidence without a coefficient is ignored."""
    total = coefficients.get("intercept", 0.0) + sum(coefficients.get(name, 0.0) * value for name, value in evidence.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _by_chunk(found: Mapping[str, Mapping[str, LegScore]]) -> dict[str, tuple[LegScore, ...]]:
    chunks: dict[str, tuple[LegScore, ...]] = {}
    for scores in found.values():
        for chunk_id, score in scores.items():
            chunks[chunk_id] = (*chunks.get(chunk_id, ()), score)
    return chunks
