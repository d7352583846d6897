"""Measures of a ranking against labelled questions: Recall@1, Recall@5, MRR@10, nDCG@10."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_DEPTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuestion:
    """A question and the ids of the entries that answer it; none: nothing in the corpus does."""

    question_id: str
    text: str
    relevant: frozenset[str]
    kind: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Means over `questions` questions, each in 0..1."""

    questions: int
    recall_at_1: float
    recall_at_5: float
    mrr_at_10: float
    ndcg_at_10: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one question got: its ids best first by each way of ranking, and the first passage's probability."""

    question: LabelledQuestion
    rankings: Mapping[str, Sequence[str]]
    probability: float
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswerable:
    """Questions that nothing answers: the mean probability of what was found first, and the share below the threshold."""

    questions: int
    mean_probability: float
    refused_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalReport:
    """Measures by way of ranking, then by kind ("all" among them); `calibration_error` is the expected one over ten bins."""

    measures: Mapping[str, Mapping[str, Measures]]
    unanswerable: Unanswerable | None
    calibration_error: float
    answered_share: float
    threshold: float
    p50_ms: float


def report(outcomes: Sequence[Outcome], threshold: float) -> RetrievalReport:
    """Summarise; `threshold` is the probability from which a question would be answered."""
    answerable = [outcome for outcome in outcomes if outcome.question.relevant]
    hopeless = [outcome for outcome in outcomes if not outcome.question.relevant]
    times = sorted(outcome.took_ms for outcome in outcomes)
    return RetrievalReport(
        measures=_by_ranking(answerable),
        unanswerable=_unanswerable(hopeless, threshold),
        calibration_error=calibration_error([(outcome.probability, _first_is_right(outcome)) for outcome in outcomes]),
        answered_share=_mean(outcome.probability >= threshold for outcome in answerable),
        threshold=threshold,
        p50_ms=times[len(times) // 2] if times else 0.0,
    )


def measure(rankings: Sequence[tuple[Sequence[str], frozenset[str]]]) -> Measures:
    """Measure pairs of (ids best first, relevant ids). Recall@k is the share of questions with a relevant id in the first k."""
    return Measures(
        questions=len(rankings),
        recall_at_1=_mean(bool(relevant & set(ranked[:1])) for ranked, relevant in rankings),
        recall_at_5=_mean(bool(relevant & set(ranked[:5])) for ranked, relevant in rankings),
        mrr_at_10=_mean(_reciprocal_rank(ranked, relevant) for ranked, relevant in rankings),
        ndcg_at_10=_mean(_ndcg(ranked, relevant) for ranked, relevant in rankings),
    )


def calibration_error(predictions: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: the mean gap between probability and share right, over ten equal bins by probability."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, right in predictions:
        bins[min(9, int(probability * 10))].append((probability, right))
    gaps = (abs(sum(p for p, _ in part) - sum(right for _, right in part)) for part in bins.values())
    return sum(gaps) / len(predictions) if predictions else 0.0


def _by_ranking(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Measures]]:
    kinds = ["all", *sorted({outcome.question.kind for outcome in outcomes} - {"all"})]
    names = list(outcomes[0].rankings) if outcomes else []
    return {
        name: {
            kind: measure(
                [
                    (outcome.rankings[name], outcome.question.relevant)
                    for outcome in outcomes
                    if kind in ("all", outcome.question.kind)
                ]
            )
            for kind in kinds
        }
        for name in names
    }


def _unanswerable(outcomes: Sequence[Outcome], threshold: float) -> Unanswerable | None:
    if not outcomes:
        return None
    return Unanswerable(
        questions=len(outcomes),
        mean_probability=_mean(outcome.probability for outcome in outcomes),
        refused_share=_mean(outcome.probability < threshold for outcome in outcomes),
    )


def _first_is_right(outcome: Outcome) -> bool:
    final = list(outcome.rankings.values())[-1]
    return bool(final) and final[0] in outcome.question.relevant


def _reciprocal_rank(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    return next((1 / place for place, found in enumerate(ranked[:_DEPTH], 1) if found in relevant), 0.0)


def _ndcg(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    gain = sum(1 / math.log2(place + 1) for place, found in enumerate(ranked[:_DEPTH], 1) if found in relevant)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(_DEPTH, len(relevant)) + 1))
    return gain / best if best else 0.0


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
