"""Several legs' hits to one ranking: per-query normalised weighted sum, and reciprocal ranks to compare with."""

import math
from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

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
    `probability_of_keywords`: the same where only the keyword leg answered. `closer`: weights of the order after reranking.
    """

    version: str
    legs: Mapping[str, float]
    wording: Mapping[str, float] = field(default_factory=dict)
    probability: Mapping[str, float] = field(default_factory=dict)
    probability_of_keywords: Mapping[str, float] = field(default_factory=dict)
    closer: Mapping[str, float] = field(default_factory=dict)


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
    return {
        chunk_id: LegScore(leg=leg, raw=scores[chunk_id], normalised=share, rank=rank)
        for rank, (chunk_id, share) in enumerate(_normalised(scores).items(), 1)
    }


def weighted_sum(
    legs: Mapping[str, Scores], weights: Mapping[str, float], limit: int | None = None, always: Container[str] = ()
) -> list[Fused]:
    """Fuse by the weighted mean of normalised scores, best first; legs that found nothing do not count.

    With `limit`, only the best so many and those of `always` are returned.
    """
    found = {leg: _normalised(scores) for leg, scores in legs.items() if scores}
    total = sum(weights.get(leg, 0.0) for leg in found) or 1.0
    sums: defaultdict[str, float] = defaultdict(float)
    for leg, shares in found.items():
        weight = weights.get(leg, 0.0)
        for chunk_id, share in shares.items():
            sums[chunk_id] += weight * share
    return _best(legs, found, sums, total, limit, always)


def reciprocal_ranks(legs: Mapping[str, Scores]) -> list[Fused]:
    """Fuse by reciprocal ranks, best first: what the weighted sum is compared with."""
    found = {leg: _normalised(scores) for leg, scores in legs.items() if scores}
    sums: defaultdict[str, float] = defaultdict(float)
    for shares in found.values():
        for rank, chunk_id in enumerate(shares, 1):
            sums[chunk_id] += 1 / (_RANK_CONSTANT + rank)
    return _best(legs, found, sums, len(found) / (_RANK_CONSTANT + 1) or 1.0, None, ())


def logistic(coefficients: Mapping[str, float], evidence: Mapping[str, float]) -> float:
    """Probability (0..1) by Platt's method over several pieces of evidence; evidence without a coefficient is ignored."""
    total = coefficients.get("intercept", 0.0) + sum(coefficients.get(name, 0.0) * value for name, value in evidence.items())
    return sigmoid(total)


def sigmoid(log_odds: float) -> float:
    """Log-odds as a probability, 0..1; beyond 30 either way they count as 30, so that nothing overflows."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def _normalised(scores: Scores) -> dict[str, float]:
    """One leg's scores in 0..1, best first; ties by id."""
    ordered = _falling(scores)
    if not ordered:
        return {}
    lowest, spread = ordered[-1][1], ordered[0][1] - ordered[-1][1]
    if not spread:
        return dict.fromkeys((chunk_id for chunk_id, _ in ordered), 1.0)
    return {chunk_id: (raw - lowest) / spread for chunk_id, raw in ordered}


def _falling(scores: Scores) -> list[tuple[str, float]]:
    """By falling score, ties by id. Two stable sorts without a key of ours are faster than one with it."""
    ordered = sorted(scores.items())
    ordered.sort(key=itemgetter(1), reverse=True)
    return ordered


def _best(
    legs: Mapping[str, Scores],
    found: Mapping[str, Mapping[str, float]],
    sums: Mapping[str, float],
    total: float,
    limit: int | None,
    always: Container[str],
) -> list[Fused]:
    """Shares of `total`, best first, with what each leg said; ties by id. Only what is kept becomes objects."""
    ordered = [chunk_id for chunk_id, _ in _falling(sums)]
    kept = ordered if limit is None else [*ordered[:limit], *(chunk_id for chunk_id in ordered[limit:] if chunk_id in always)]
    ranks = {leg: {chunk_id: rank for rank, chunk_id in enumerate(shares, 1)} for leg, shares in found.items()}

    def said(chunk_id: str) -> tuple[LegScore, ...]:
        return tuple(
            LegScore(leg=leg, raw=legs[leg][chunk_id], normalised=shares[chunk_id], rank=ranks[leg][chunk_id])
            for leg, shares in found.items()
            if chunk_id in shares
        )

    return [Fused(chunk_id=chunk_id, score=sums[chunk_id] / total, legs=said(chunk_id)) for chunk_id in kept]
