"""Fit what retrieval has learned from labelled questions: the language alignment, and the probability of a passage.

Needs the development dependencies (scikit-learn). Run by hand when the embedding model or the evidence changes; the results
are data files under shared/adapters that are committed with their version.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from local.evaluate_retrieval import DEFAULT_MODEL, Entry, index, open_search, read_entries, read_questions, to_chunk
from shared.adapters.e5.alignment import CURRENT as ALIGNMENT
from shared.adapters.e5.alignment import Role, fit_alignment, load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.reranker import save_centres
from shared.adapters.ranking.profile import CURRENT as PROFILE
from shared.domain.knowledge import Audience, Passage, SearchQuery
from shared.domain.language import detect_language
from shared.domain.ranking import evidence_of
from shared.domain.retrieval_report import LabelledQuestion
from shared.use_cases.search_knowledge import Found, SearchKnowledge

_STRENGTH = 0.8
# With the cosine at hand, shared wording and language were given negative weights by hard negatives: left out, so that
# more evidence never means less.
_EVIDENCE = ("cosine",)
_KEYWORD_EVIDENCE = ("coverage", "title_coverage")
# Questions in people's own words are what will come; title questions are many and easy. Answers taken away make hard
# negatives, but a near twin of the taken answer is often right, so they weigh little.
_WEIGHTS = {"own_words": 3.0, "unanswerable": 1.5, "title": 0.5, "paraphrase": 0.5, "taken_away": 0.1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One shown passage: its evidence, whether it is right, and the group that it is weighed in."""

    evidence: dict[str, float]
    right: bool
    group: str


def fit_word_centres(folders: Sequence[Path], model: Path) -> None:
    """Write the mean word vectors per role and language, from the same folders; labels are not used."""
    embedder = E5Embedder(model, None)
    centres: dict[Any, Any] = {}
    for folder in folders:
        centres["passage", folder.name] = _mean_word(embedder, "passage", [entry.text for entry in read_entries(folder)])
        questions = [one.text for one in read_questions(folder / "queries.jsonl")]
        centres["query", folder.name] = _mean_word(embedder, "query", questions)
    save_centres(centres)


def _mean_word(embedder: E5Embedder, role: Role, texts: Sequence[str]) -> Any:
    """The mean of the texts' means: a long text counts no more than a short one."""
    return np.mean([embedder.states(role, embedder.pieces(text)).words.mean(0) for text in texts], axis=0)


def fit_language_alignment(folders: Sequence[Path], model: Path, version: str) -> None:
    """Write the alignment from folders named "zh" and "en" with docs.jsonl and queries.jsonl; labels are not used."""
    embedder = E5Embedder(model, None)
    raw: dict[Any, Any] = {}
    for folder in folders:
        language = folder.name
        raw["passage", language] = np.asarray(embedder.embed_passages([entry.text for entry in read_entries(folder)]))
        questions = [one.text for one in read_questions(folder / "queries.jsonl")]
        raw["query", language] = np.asarray(embedder.embed_queries(questions))
    fit_alignment(version, raw, _STRENGTH).save(ALIGNMENT)


def fit_probability(folders: Sequence[Path], own_words: Path, model: Path) -> None:
    """Write the two logistic functions into the profile; prints nothing but where it wrote."""
    embedder = E5Embedder(model, load_alignment())
    examples: dict[str, list[Example]] = {"probability": [], "probability_of_keywords": []}
    for folder in folders:
        entries = read_entries(folder)
        questions = _questions(folder, own_words, {entry.entry_id for entry in entries})
        for with_titles in (True, False):
            _collect(entries, questions, with_titles, embedder, examples)
    profile = json.loads(PROFILE.read_text(encoding="utf-8"))
    profile["probability"] = _fitted(examples["probability"], _EVIDENCE)
    profile["probability_of_keywords"] = _fitted(examples["probability_of_keywords"], _KEYWORD_EVIDENCE)
    PROFILE.write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {PROFILE}")


def _questions(folder: Path, own_words: Path, known: set[str]) -> list[LabelledQuestion]:
    """The folder's own questions, and those in people's own words that are about its entries or about nothing."""
    own = [one for path in sorted(own_words.glob("*.jsonl")) for one in read_questions(path)]
    return [*read_questions(folder / "queries.jsonl"), *(one for one in own if one.relevant <= known)]


def _collect(
    entries: Sequence[Entry],
    questions: Sequence[LabelledQuestion],
    with_titles: bool,
    embedder: E5Embedder,
    examples: dict[str, list[Example]],
) -> None:
    with TemporaryDirectory() as folder, open_search(Path(folder), embedder) as search:
        index([to_chunk(entry, place, with_titles) for place, entry in enumerate(entries)], search, embedder)
        for question in questions:
            query = _query(question)
            found = search.find(query)
            keywords = replace(found, legs={"keyword": found.legs["keyword"]})
            for name, seen in (("probability", found), ("probability_of_keywords", keywords)):
                examples[name].extend(_examples(search, query, question, seen))


def _examples(search: SearchKnowledge, query: SearchQuery, question: LabelledQuestion, found: Found) -> Iterable[Example]:
    """The first passage shown, and the first that would be shown were the right ones taken away."""
    passages = search.rank(query, found)
    ids = [one.chunk.chunk_id for one in passages]
    evidence: dict[str, dict[str, float]] = dict(zip(ids, evidence_of(query, passages), strict=True))
    wrong = [one for one in passages if one.chunk.chunk_id not in question.relevant]
    shown = [(one, question.kind) for one in passages[:1]]
    if question.relevant:
        shown += [(one, "taken_away") for one in wrong[:1]]
    for passage, group in shown:
        yield Example(evidence=evidence[passage.chunk.chunk_id], right=_is_right(passage, question, group), group=group)


def _is_right(passage: Passage, question: LabelledQuestion, group: str) -> bool:
    return group != "taken_away" and passage.chunk.chunk_id in question.relevant


def _fitted(examples: Sequence[Example], names: Sequence[str]) -> dict[str, float]:
    counts = {group: sum(example.group == group for example in examples) for group in _WEIGHTS}
    weights = np.array([_WEIGHTS[example.group] / counts[example.group] for example in examples])
    rows = np.array([[example.evidence[name] for name in names] for example in examples])
    fitted = LogisticRegression(C=100, max_iter=2000)
    fitted.fit(rows, [example.right for example in examples], sample_weight=weights / weights.mean())
    coefficients = {
        "intercept": float(np.ravel(fitted.intercept_)[0]),
        **dict(zip(names, map(float, np.ravel(fitted.coef_)), strict=True)),
    }
    return {name: round(value, 3) for name, value in coefficients.items()}


def _query(question: LabelledQuestion) -> SearchQuery:
    return SearchQuery(
        tenant="evaluation",
        text=question.text,
        language=detect_language(question.text),
        audiences=frozenset(Audience),
        today=datetime.now(UTC).date(),
        top_k=10,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("alignment", "probability"))
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders with docs.jsonl and queries.jsonl, per language"
    )
    parser.add_argument("--own-words", type=Path, default=Path("tests/data/retrieval"))
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--version", default="1")
    options = parser.parse_args(arguments)
    if options.what == "alignment":
        fit_language_alignment(options.data, options.model, options.version)
    else:
        fit_probability(options.data, options.own_words, options.model)


if __name__ == "__main__":
    main()
