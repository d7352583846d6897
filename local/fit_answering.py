"""Fits the calibration of extractive answers on labelled development questions, and reports it on folds held out.

`python -m local.fit_answering --faq ../shared/data/support_faq --company tests/data/answering --write`
"""

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from local.answering_cases import UNTITLED, gather, query_for
from local.answering_data import Asked, Case, says
from shared.adapters.extractive.answerer import Candidate, candidates_for, in_order, lead
from shared.adapters.extractive.calibration import (
    WEIGHTS,
    Calibration,
    answer_values,
    calibration_from,
    either_values,
    ranking_values,
)
from shared.adapters.extractive.reading import Readings
from shared.adapters.extractive.rendering import blocks_of
from shared.adapters.ranking.profile import CURRENT as PROFILE
from shared.adapters.ranking.profile import load_profile
from shared.domain.answering import plain_text
from shared.domain.knowledge import Passage
from shared.domain.language import Language
from shared.domain.ranking import closer_evidence, read_closely, reread, verdict_evidence
from shared.domain.reply import ReplyRequest

_UNUSUAL, _UNANSWERABLE = 0.3, 0.4
_ROUNDING = 1e-9
# What a question weighs in the order, in pairs; the penalty on weights is held against it.
_PAIRS_OF_A_QUESTION = 5.0


# ---------------------------------------------------------------- fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A case's candidates with which of them are right, in the order found."""

    case: Case
    candidates: list[Candidate]
    right: list[bool]


def draft(cases: Sequence[Case]) -> list[Drafted]:
    """Answer each case from each of its passages."""
    return [one for one in map(_drafted, cases) if one.candidates]


def _drafted(case: Case) -> Drafted:
    request = ReplyRequest(
        question=case.question.text,
        language=case.question.language,
        company_name="",
        passages=case.passages,
        facts=None,
        history=(),
        deadline_at_ms=0,
    )
    _, candidates = candidates_for(request, Readings())
    return Drafted(case=case, candidates=candidates, right=[_is_right(case.question, one) for one in candidates])


def said_by(candidate: Candidate, language: Language) -> str:
    """What the customer would read."""
    return plain_text(blocks_of(candidate.choice, 1, language))


def _is_right(question: Asked, candidate: Candidate) -> bool:
    if candidate.choice.view.passage.chunk.chunk_id not in question.rel:
        return False
    return says(question, said_by(candidate, question.language), candidate.choice.view.passage.chunk.language)


def fit(drafted: Sequence[Drafted]) -> dict[str, Any]:
    """Fit the ranking where one of the candidates is right, then the probability on the candidate ranked first."""
    rows: list[tuple[dict[str, float], bool, float]] = []
    for one in drafted:
        if any(one.right):
            values = ranking_values([candidate.features for candidate in one.candidates])
            rows += [(row, right, _weight(one.case)) for row, right in zip(values, _preferred(one), strict=True)]
    ranking = _logistic(rows)
    unfinished = calibration_from({"version": "", "ranking": ranking, "answer": ranking, "either": ranking})
    best = [best_of(one, unfinished) for one in drafted]
    either = _logistic([row for one in drafted for row in _pair(one, unfinished)])
    answer = _logistic(
        [
            (answer_values(candidate.features, ahead), right, _weight(one.case))
            for one, (candidate, right, ahead) in zip(drafted, best, strict=True)
        ]
    )
    return {"version": f"1-{datetime.now(UTC):%Y%m%d}", "ranking": ranking, "answer": answer, "either": either}


def _pair(one: Drafted, calibration: Calibration) -> Iterator[tuple[dict[str, float], bool, float]]:
    if len(one.candidates) > 1:
        ordered = in_order(one.candidates, calibration)
        right = {id(candidate.choice): right for candidate, right in zip(one.candidates, one.right, strict=True)}
        values = either_values(ordered[0].features, lead(ordered), [candidate.rank for candidate in ordered])
        yield values, any(right[id(candidate.choice)] for candidate in ordered[:2]), _weight(one.case)


def _preferred(one: Drafted) -> list[bool]:
    """Of right answers in both languages, those in the question's own are the ones to rank first."""
    own = [right and candidate.choice.view.same_language for candidate, right in zip(one.candidates, one.right, strict=True)]
    return own if any(own) else one.right


def fit_order(cases: Iterable[Case]) -> dict[str, float]:
    """Fit `RankingProfile.closer` on pairs of passages of one question, of which one is right: by which it is above the other.

    Each question counts the same, however many of its passages were read: in a company of two languages those are more.
    """
    rows: list[list[float]] = []
    shares: list[float] = []
    names: list[str] = []
    for case in cases:
        read = [(passage, _order_values(case, passage)) for passage in case.passages if passage.closeness and passage.verdict]
        right = [values for passage, values in read if passage.chunk.chunk_id in case.question.rel]
        wrong = [values for passage, values in read if passage.chunk.chunk_id not in case.question.rel]
        for one, other in product(right, wrong):
            names = list(one)
            rows.append([one[name] - other[name] for name in names])
            shares.append(_PAIRS_OF_A_QUESTION / (len(right) * len(wrong)))
    table = np.array(rows)
    labels = np.arange(len(table)) % 2 == 0
    signed = np.where(labels[:, None], table, -table)
    scale = table.std(axis=0)
    model = LogisticRegression(C=0.3, fit_intercept=False, max_iter=3000).fit(signed / scale, labels, sample_weight=shares)
    return {name: round(float(slope), 3) for name, slope in zip(names, model.coef_[0] / scale, strict=True)}


def _order_values(case: Case, passage: Passage) -> dict[str, float]:
    query = query_for(case.question)
    close, verdict = passage.closeness, passage.verdict
    assert close and verdict  # noqa: S101
    return {**closer_evidence(query, [passage], [close])[0], **verdict_evidence(query, passage, verdict)}


def reordered(case: Case, closer: dict[str, float]) -> Case:
    """The same case as a search with that order would give it, of the passages that were read."""
    query, profile = query_for(case.question), replace(load_profile(), closer=closer)
    near = [passage for passage in case.passages if passage.closeness]
    first = reread(query, near, [passage.closeness for passage in near if passage.closeness], profile)
    read = [passage for passage in first if passage.verdict]
    best = read_closely(query, read, [passage.verdict for passage in read if passage.verdict], profile)
    behind = [passage for passage in first if not passage.verdict]
    rest = [passage for passage in case.passages if not passage.closeness]
    return replace(case, passages=(*best, *behind, *rest))


def write_order(closer: dict[str, float]) -> None:
    """Put it into the profile."""
    profile = json.loads(PROFILE.read_text(encoding="utf-8"))
    PROFILE.write_text(json.dumps({**profile, "closer": closer}, indent=2) + "\n", encoding="utf-8")


def best_of(one: Drafted, calibration: Calibration) -> tuple[Candidate, bool, float]:
    """Return the candidate ranked first, whether it is right, and by how much it leads."""
    ordered = in_order(one.candidates, calibration)
    place = next(i for i, candidate in enumerate(one.candidates) if candidate.choice is ordered[0].choice)
    return ordered[0], one.right[place], lead(ordered)


def _weight(case: Case) -> float:
    """Searches without vectors are rare; and of real traffic three questions in four have an answer, unlike here."""
    usual = _UNUSUAL if case.source.endswith("-keyword") else 1.0
    return case.question.weight * usual * (1.0 if case.answerable else _UNANSWERABLE)


def _logistic(rows: Sequence[tuple[dict[str, float], bool, float]]) -> dict[str, Any]:
    """Fit (features, right, weight) rows; the weights returned are for unscaled features."""
    names = list(rows[0][0])
    table = np.array([[values[name] for name in names] for values, _, _ in rows])
    # What is the same for all passages of a question differs from their mean by rounding alone, and tells nothing.
    telling = table.std(axis=0) > _ROUNDING
    names, table = [name for name, tells in zip(names, telling, strict=True) if tells], table[:, telling]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=3000))
    model.fit(table, np.array([right for _, right, _ in rows]), logisticregression__sample_weight=np.array([w for *_, w in rows]))
    scaler: Any = model[0]
    logistic: Any = model[1]
    slopes = logistic.coef_[0] / scaler.scale_
    intercept = float(logistic.intercept_[0] - (slopes * scaler.mean_).sum())
    return {
        "intercept": round(intercept, 4),
        "weights": {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A case answered by weights that never saw its question."""

    case: Case
    said: str
    right: bool
    probability: float
    features: dict[str, float]


def judged(drafted: Sequence[Drafted], folds: int = 5) -> list[Judged]:
    """Cross-validate by question."""
    groups = sorted({one.case.question.question_id for one in drafted})
    random.Random(3).shuffle(groups)  # noqa: S311
    fold_of = {group: place % folds for place, group in enumerate(groups)}
    found: list[Judged] = []
    for fold in range(folds):
        calibration = calibration_from(fit([one for one in drafted if fold_of[one.case.question.question_id] != fold]))
        for one in drafted:
            if fold_of[one.case.question.question_id] == fold:
                found.append(_judge(one, calibration))
    return found


def _judge(one: Drafted, calibration: Calibration) -> Judged:
    candidate, right, ahead = best_of(one, calibration)
    return Judged(
        case=one.case,
        said=said_by(candidate, one.case.question.language),
        right=right,
        probability=calibration.probability(candidate.features, ahead),
        features={**asdict(candidate.features), "lead": ahead},
    )


def report(found: Sequence[Judged]) -> None:
    """Print, per source, what share is drafted right, and what each threshold would answer and refuse."""
    for source in sorted({one.case.source for one in found}):
        rows = [one for one in found if one.case.source == source]
        yes, no = [one for one in rows if one.case.answerable], [one for one in rows if not one.case.answerable]
        in_reach = _share(any(p.chunk.chunk_id in one.case.question.rel for p in one.case.passages) for one in yes)
        print(
            f"{source}: {len(yes)} answerable, found {in_reach:.3f}, drafted right {_share(one.right for one in yes):.3f}; {len(no)} unanswerable"
        )
        for at in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
            right = _share(one.right and one.probability >= at for one in yes)
            wrong = _share(not one.right and one.probability >= at for one in yes)
            print(
                f"  at {at}: answered right {right:.3f}, answered wrong {wrong:.3f}, refused right {_share(one.probability < at for one in no):.3f}"
            )
    for low in range(10):
        rights = [one.right for one in found if low / 10 <= one.probability < low / 10 + 0.1]
        print(f"probability {low / 10:.1f}..: right {_share(rights):.2f} of {len(rights)}")


def _share(flags: Iterable[bool]) -> float:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else 0.0


def main() -> None:
    """Ask, fit, report; write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faq", type=Path, required=True)
    parser.add_argument("--own-words", type=Path, default=Path("tests/data/retrieval"))
    parser.add_argument("--questions", type=Path, default=Path("tests/data/answering"))
    parser.add_argument("--company", type=Path, default=Path("samples/yuguang"), help="documents that `sample` asks about")
    parser.add_argument("--second", type=Path, default=Path("tests/data/answering-2"), help="a company with an exam of its own")
    parser.add_argument("--reading", type=Path, default=Path("training/reading"), help="companies, some not trained on")
    parser.add_argument("--model", type=Path, default=Path("var/models/e5"))
    parser.add_argument("--dump", type=Path, help="write every held-out judgement there, one JSON object a line")
    parser.add_argument(
        "--order", action="store_true", help=f"first fit the order after rereading, and write it into {PROFILE.name}"
    )
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options = parser.parse_args()
    cases = gather(
        options.faq, options.own_words, options.questions, options.company, options.second, options.reading, options.model
    )
    if options.order:
        closer = fit_order(cases)
        write_order(closer)
        cases = [reordered(case, closer) for case in cases]
    drafted = draft([case for case in cases if not case.source.startswith(UNTITLED)])
    found = judged(drafted)
    report(found)
    if options.dump:
        options.dump.write_text("".join(json.dumps(_line(one), ensure_ascii=False) + "\n" for one in found), encoding="utf-8")
    if options.write:
        WEIGHTS.write_text(json.dumps(fit(drafted), indent=2) + "\n", encoding="utf-8")


def _line(one: Judged) -> dict[str, Any]:
    about = {
        "source": one.case.source,
        "question": one.case.question.text,
        "answerable": one.case.answerable,
        "said": one.said[:200],
    }
    return {
        **about,
        "right": one.right,
        "probability": round(one.probability, 3),
        "features": {k: round(v, 3) for k, v in one.features.items()},
    }


if __name__ == "__main__":
    main()
