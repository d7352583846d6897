"""The close look at the fused candidates: wording, near-duplicates, probability, and why each passage is there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from shared.domain.fusion import Fused, RankingProfile, logistic
from shared.domain.knowledge import Chunk, Closeness, LegScore, Passage, SearchQuery, Verdict
from shared.domain.overlap import coverage, fingerprint, gram_weights, grams, held_grams

Candidate = tuple[Fused, Chunk]


# The keyword leg says nothing of an entry in another language; it is given this share of what the vector legs say of it.
# 0 buries such entries, 1 puts noise above entries that hold the question's words.
_OTHER_LANGUAGE = 0.5
_VECTOR_LEGS = ("title", "body")


def rank_passages(
    query: SearchQuery, candidates: Sequence[Candidate], profile: RankingProfile, limit: int | None = None
) -> list[Passage]:
    """The best `limit` passages, best first, each with its probability; of near-duplicates only the better one."""
    asked = {score.leg for fused, _ in candidates for score in fused.legs}
    coefficients = profile.probability if asked & {*_VECTOR_LEGS} else profile.probability_of_keywords
    weights = {leg: profile.legs.get(leg, 0.0) for leg in sorted(asked)}
    scored = [
        (_score(fused, seen, weights, profile), fused, chunk, seen)
        for (fused, chunk), seen in zip(candidates, _evidence(query, candidates), strict=True)
    ]
    scored.sort(key=lambda one: (-one[0], one[2].chunk_id))
    passages = (
        Passage(chunk=chunk, score=score, probability=logistic(coefficients, seen), legs=fused.legs, why=_why(fused, seen))
        for score, fused, chunk, seen in scored
    )
    return list(islice(_without_duplicates(passages), limit))


def worth_rereading(
    query: SearchQuery, ranked: Sequence[Passage], limit: int, foreign: int
) -> tuple[list[Passage], list[Passage]]:
    """Split ranked passages: the best `limit` with the `foreign` nearest in other languages behind those, and the rest."""
    behind = _in_other_languages(query, ranked[limit:])
    behind.sort(key=lambda passage: -max((score.raw for score in passage.legs if score.leg == "body"), default=-1.0))
    first = [*ranked[:limit], *behind[:foreign]]
    return first, _but_for(first, ranked)


def worth_reading(
    query: SearchQuery, passages: Sequence[Passage], limit: int, foreign: int
) -> tuple[list[Passage], list[Passage]]:
    """Split reread passages: the best `limit`, with more behind those until `foreign` are in other languages, and the rest."""
    rest = _but_for([*passages[:limit], *_in_other_languages(query, passages)[:foreign]], passages)
    return _but_for(rest, passages), rest


def _in_other_languages(query: SearchQuery, passages: Sequence[Passage]) -> list[Passage]:
    return [passage for passage in passages if passage.chunk.language != query.language]


def _but_for(these: Sequence[Passage], passages: Sequence[Passage]) -> list[Passage]:
    left_out = {passage.chunk.chunk_id for passage in these}
    return [passage for passage in passages if passage.chunk.chunk_id not in left_out]


def reread(
    query: SearchQuery, passages: Sequence[Passage], closeness: Sequence[Closeness], profile: RankingProfile
) -> list[Passage]:
    """Order ranked passages anew by what a reranker read in them, best first; `closeness` has one entry per passage."""
    seen = [
        replace(passage, closeness=close, score=_weighed(found, profile))
        for passage, close, found in zip(passages, closeness, closer_evidence(query, passages, closeness), strict=True)
    ]
    return sorted(seen, key=lambda passage: (-passage.score, passage.chunk.chunk_id))


def read_closely(
    query: SearchQuery, passages: Sequence[Passage], verdicts: Sequence[Verdict], profile: RankingProfile
) -> list[Passage]:
    """Order reread passages anew by what a reader made of the first of them, best first; those that it did not read stay behind."""
    seen = [
        replace(passage, verdict=verdict, score=passage.score + _weighed(verdict_evidence(query, passage, verdict), profile))
        for passage, verdict in zip(passages, verdicts, strict=False)
    ]
    seen.sort(key=lambda passage: (-passage.score, passage.chunk.chunk_id))
    return [*seen, *passages[len(seen) :]]


def closer_evidence(query: SearchQuery, passages: Sequence[Passage], closeness: Sequence[Closeness]) -> list[dict[str, float]]:
    """What is known of each passage after a reranker read it, by name: `RankingProfile.closer` refers to these names."""
    return [
        {
            "cosine": _cosine(passage.legs),
            "same_language": float(passage.chunk.language == query.language),
            "keyword": sum(score.normalised for score in passage.legs if score.leg == "keyword"),
            "question": close.question,
            "question_foreign": close.question * (passage.chunk.language != query.language),
            "question_untitled": close.question * (not _is_titled(passage.chunk)),
            "weakest": close.weakest,
            "passage": close.passage,
        }
        for passage, close in zip(passages, closeness, strict=True)
    ]


def verdict_evidence(query: SearchQuery, passage: Passage, verdict: Verdict) -> dict[str, float]:
    """What a reader adds to `closer_evidence`: its log-odds; again where question and passage differ in language, and without a title.

    A reader learned from passages below their headings: of a text that has none it is less to be believed.
    """
    return {
        "answers": verdict.answers,
        "answers_foreign": verdict.answers * (passage.chunk.language != query.language),
        "answers_untitled": verdict.answers * (not _is_titled(passage.chunk)),
    }


def _weighed(evidence: Mapping[str, float], profile: RankingProfile) -> float:
    return sum(profile.closer.get(name, 0.0) * value for name, value in evidence.items())


def evidence_of(query: SearchQuery, passages: Sequence[Passage]) -> list[dict[str, float]]:
    """The evidence behind ranked passages, for fitting a profile."""
    return _evidence(query, [(Fused(chunk_id=one.chunk.chunk_id, score=one.score, legs=one.legs), one.chunk) for one in passages])


def _evidence(query: SearchQuery, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """What is known of each candidate, by name: the coefficients of a profile refer to these names.

    Coverages are 0 for an entry in another language, where shared wording means nothing.
    """
    question = grams(query.text)
    bodies = [held_grams(question, chunk.text) for _, chunk in candidates]
    titles = [
        held_grams(question, " ".join(dict.fromkeys((chunk.title, *chunk.heading_path, *chunk.questions))))
        for _, chunk in candidates
    ]
    weights = gram_weights(question, [body | title for body, title in zip(bodies, titles, strict=True)])
    evidence: list[dict[str, float]] = []
    for (fused, chunk), body, title in zip(candidates, bodies, titles, strict=True):
        same = float(chunk.language == query.language)
        evidence.append(
            {
                "cosine": _cosine(fused.legs),
                "coverage": same * coverage(weights, body | title),
                "title_coverage": same * coverage(weights, title),
                "same_language": same,
                "titled": float(_is_titled(chunk)),
            }
        )
    return evidence


def _is_titled(chunk: Chunk) -> bool:
    return bool(chunk.title or chunk.questions)


def _cosine(legs: Sequence[LegScore]) -> float:
    """The better of title and body; 0 where neither found it."""
    return max((score.raw for score in legs if score.leg in _VECTOR_LEGS), default=0.0)


def _score(fused: Fused, evidence: Mapping[str, float], weights: Mapping[str, float], profile: RankingProfile) -> float:
    """The weighted mean of the legs that found anything (`weights`), and the weighted wording."""
    scores = {score.leg: score.normalised for score in fused.legs}
    if not evidence["titled"]:
        # An entry without a title cannot be found by one; it is not worse for that.
        scores["title"] = scores.get("body", 0.0)
    if not evidence["same_language"] and "keyword" in weights:
        vectors = [leg for leg in _VECTOR_LEGS if leg in weights]
        total = sum(weights[leg] for leg in vectors) or 1.0
        found = sum(weights[leg] * scores.get(leg, 0.0) for leg in vectors)
        scores["keyword"] = _OTHER_LANGUAGE * found / total if vectors else scores.get("keyword", 0.0)
    mean = sum(weight * scores.get(leg, 0.0) for leg, weight in weights.items()) / (sum(weights.values()) or 1.0)
    return mean + sum(weight * evidence[name] for name, weight in profile.wording.items())


def _without_duplicates(passages: Iterable[Passage]) -> Iterable[Passage]:
    seen: set[str] = set()
    for passage in passages:
        mark = passage.chunk.text_hash or fingerprint(passage.chunk.text)
        if mark not in seen:
            seen.add(mark)
            yield passage


def _why(fused: Fused, evidence: Mapping[str, float]) -> str:
    """For people: "body 1st (0.87), keyword 3rd (12.1); 64 % of the question's words"."""
    places = [f"{score.leg} #{score.rank} ({score.raw:.3g})" for score in sorted(fused.legs, key=lambda score: score.rank)]
    return f"{', '.join(places)}; holds {evidence['coverage']:.0%} of the question's wording"
