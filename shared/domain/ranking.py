"""The close look at the fused candidates: wording, near-duplicates, probability, and why each passage is there."""

from collections.abc import Iterable, Mapping, Sequence

from shared.domain.fusion import Fused, RankingProfile, logistic
from shared.domain.knowledge import Chunk, Passage, SearchQuery
from shared.domain.overlap import coverage, fingerprint, gram_weights, grams

Candidate = tuple[Fused, Chunk]


def rank_passages(query: SearchQuery, candidates: Sequence[Candidate], profile: RankingProfile) -> list[Passage]:
    """Passages best first, each with its probability; of near-duplicates only the better one."""
    evidence = _evidence(query, candidates)
    passages = [
        Passage(
            chunk=chunk,
            score=_score(fused, seen, profile),
            probability=logistic(profile.probability, seen),
            legs=fused.legs,
            why=_why(fused, seen),
        )
        for (fused, chunk), seen in zip(candidates, evidence, strict=True)
    ]
    return list(_without_duplicates(sorted(passages, key=lambda one: (-one.score, one.chunk.chunk_id))))


def _evidence(query: SearchQuery, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """What is known of each candidate, by name: the coefficients of a profile refer to these names."""
    asked = grams(query.text)
    bodies = [grams(chunk.text) for _, chunk in candidates]
    titles = [grams(" ".join((chunk.title, *chunk.heading_path, *chunk.questions))) for _, chunk in candidates]
    weights = gram_weights(asked, [body | title for body, title in zip(bodies, titles, strict=True)])
    return [
        {
            "keyword": fused.normalised("keyword"),
            "title": fused.normalised("title"),
            "body": fused.normalised("body"),
            "body_coverage": coverage(weights, body),
            "coverage": coverage(weights, body | title),
            "title_cosine": fused.raw("title", absent=fused.raw("body")),
            "cosine": max(fused.raw("title"), fused.raw("body")),
            "same_language": float(chunk.language == query.language),
        }
        for (fused, chunk), body, title in zip(candidates, bodies, titles, strict=True)
    ]


def _score(fused: Fused, evidence: Mapping[str, float], profile: RankingProfile) -> float:
    return fused.score + sum(weight * evidence[name] for name, weight in profile.wording.items())


def _without_duplicates(passages: Iterable[Passage]) -> Iterable[Passage]:
    seen: set[str] = set()
    for passage in passages:
        mark = fingerprint(passage.chunk.text)
        if mark not in seen:
            seen.add(mark)
            yield passage


def _why(fused: Fused, evidence: Mapping[str, float]) -> str:
    """For people: "body 1st (0.87), keyword 3rd (12.1); 64 % of the question's words"."""
    places = [f"{score.leg} #{score.rank} ({score.raw:.3g})" for score in sorted(fused.legs, key=lambda score: score.rank)]
    return f"{', '.join(places)}; holds {evidence['coverage']:.0%} of the question's wording"
