"""Fits the calibration of extractive answers on labelled development questions, and reports it on folds held out.

`python -m local.fit_answering --faq ../shared/data/support_faq --company tests/data/answering --write`
"""

import argparse
import json
import random
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from local.read_company import read_folder
from local.settings import LocalSettings
from local.talk import local_machine
from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.export import export_model
from shared.adapters.extractive.answerer import Candidate, candidates_for, in_order, lead
from shared.adapters.extractive.calibration import WEIGHTS, Calibration, answer_values, calibration_from, ranking_values
from shared.adapters.extractive.rendering import blocks_of
from shared.adapters.ranking.profile import load_profile
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.answering import plain_text
from shared.domain.knowledge import Audience, Chunk, Passage, SearchQuery
from shared.domain.language import Language, detect_language
from shared.domain.reply import ReplyRequest
from shared.domain.wording import numbers
from shared.ports import Embedder
from shared.use_cases.embed_chunks import embed_chunks
from shared.use_cases.ingest_folder import IngestFolder
from shared.use_cases.search_knowledge import SearchKnowledge

_TENANT = "fit"
_TODAY = date(2026, 11, 22)
_TITLE_SAMPLE = 160
_UNUSUAL, _UNANSWERABLE = 0.3, 0.4
_TOP_K = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A development question: `rel` are ids of chunks that answer it, `must` lists of words of which one must be said."""

    question_id: str
    text: str
    language: Language
    rel: frozenset[str]
    must: tuple[tuple[str, ...], ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with what retrieval found for it; `answerable`: an entry that answers it was in the index."""

    source: str
    question: Asked
    passages: tuple[Passage, ...]
    answerable: bool


# ---------------------------------------------------------------- development data


def company_data(folder: Path) -> tuple[list[Chunk], list[Asked]]:
    """Read passages.jsonl and questions.jsonl of an invented company."""
    chunks = [_passage_chunk(row, place) for place, row in enumerate(_rows(folder / "passages.jsonl"))]
    return chunks, _company_questions(folder, {chunk.chunk_id: frozenset({chunk.chunk_id}) for chunk in chunks})


def sample_data(company: Path, folder: Path) -> tuple[list[Chunk], list[Asked]]:
    """Read a company's documents as ingestion cuts them, and questions.jsonl, whose `rel` are documents."""
    with tempfile.TemporaryDirectory(prefix="kefu-fit-") as data:
        with local_machine(LocalSettings(company=company, data=Path(data))) as machine:
            ingest = replace(machine.base.ingest(with_vectors=False), vectors=UsearchVectorIndex(None, model="", dimensions=1))
            IngestFolder(ingest=ingest)(machine.company.tenant, read_folder(company))
            chunks = [chunk for chunk in machine.base.store.all_chunks(machine.company.tenant) if _is_open(chunk)]
    of_source: dict[str, frozenset[str]] = {}
    for chunk in chunks:
        of_source[chunk.source] = of_source.get(chunk.source, frozenset()) | {chunk.chunk_id}
    questions = [_with_twins(one, chunks) for one in _company_questions(folder, of_source)]
    return [replace(chunk, tenant=_TENANT, added_in=1) for chunk in chunks], questions


def _with_twins(asked: Asked, chunks: list[Chunk]) -> Asked:
    """A FAQ, and the same document in the other language, answer as well as the document that the question was made of."""
    if not asked.rel:
        return asked
    plain = {_plain_source(chunk.source) for chunk in chunks if chunk.chunk_id in asked.rel}
    twins = {chunk.chunk_id for chunk in chunks if _plain_source(chunk.source) in plain}
    entries = {chunk.chunk_id for chunk in chunks if chunk.kind == "faq" and _says(asked, chunk.text, chunk.language)}
    return replace(asked, rel=asked.rel | twins | entries)


def _plain_source(source: str) -> str:
    return source.rsplit(".", 1)[0].removesuffix("-en").removesuffix("-zh")


def _says(asked: Asked, said: str, language: Language) -> bool:
    """Whether a text has the words wanted, or, in the other language, their numbers."""

    def has(words: tuple[str, ...]) -> bool:
        other = [word for word in words if detect_language(word) != language and numbers(word)]
        return any(word in said for word in words) or any(numbers(word) <= numbers(said) for word in other)

    return all(has(words) for words in asked.must)


def _is_open(chunk: Chunk) -> bool:
    valid = (chunk.valid_from or _TODAY) <= _TODAY <= (chunk.valid_to or _TODAY)
    return chunk.audience is Audience.PUBLIC and valid


def _company_questions(folder: Path, chunks_of: dict[str, frozenset[str]]) -> list[Asked]:
    return [
        Asked(
            question_id=f"{folder.name}-{row['id']}",
            text=row["question"],
            language=row["language"],
            rel=frozenset[str]().union(*(chunks_of[name] for name in row["rel"])),
            must=tuple(map(tuple, row.get("must", []))),
            weight=5.0,
        )
        for row in _rows(folder / "questions.jsonl")
    ]


def faq_data(folder: Path, own_words: Path) -> tuple[list[Chunk], list[Asked], list[Chunk], list[Asked]]:
    """Read both languages of support_faq: titled entries with own-words questions, and bare ones with title questions."""
    titled: list[Chunk] = []
    bare: list[Chunk] = []
    titles: list[Asked] = []
    for language in ("zh", "en"):
        entries = list(_rows(folder / language / "docs.jsonl"))
        titled += [_faq_chunk(row, place, titled=True) for place, row in enumerate(entries)]
        bare += [_faq_chunk(row, place, titled=False) for place, row in enumerate(entries)]
        queries = list(_rows(folder / language / "queries.jsonl"))
        sample = [row for row in queries if row["kind"] == "paraphrase"]
        sample += random.Random(7).sample([row for row in queries if row["kind"] == "title"], _TITLE_SAMPLE)  # noqa: S311
        titles += [_asked(row, weight=0.5) for row in sample]
    files = ("zh", "en", "zh_about_en", "en_about_zh")
    own = [_asked(row, weight=1.0) for name in files for row in _rows(own_words / f"{name}.jsonl")]
    return titled, [_with_parallels(one, {chunk.chunk_id for chunk in titled}) for one in own], bare, titles


def _with_parallels(asked: Asked, known: set[str]) -> Asked:
    """The entry of the same number in the other language says the same."""
    swap = {"zh": "en", "en": "zh"}
    others = {f"{swap[one[:2]]}{one[2:]}" for one in asked.rel} & known
    return Asked(
        question_id=asked.question_id, text=asked.text, language=asked.language, rel=asked.rel | others, weight=asked.weight
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _asked(row: dict[str, Any], weight: float) -> Asked:
    text = row["query"]
    return Asked(question_id=row["id"], text=text, language=detect_language(text), rel=frozenset(row["rel"]), weight=weight)


def _passage_chunk(row: dict[str, Any], place: int) -> Chunk:
    return _chunk(
        row["id"],
        row["document"],
        place,
        row["heading"],
        row["text"],
        row["language"],
        tuple(row.get("questions", ())),
        row.get("kind", "passage"),
    )


def _faq_chunk(row: dict[str, Any], place: int, *, titled: bool) -> Chunk:
    language = detect_language(row["text"])
    questions = (row["title"],) if titled else ()
    return _chunk(
        row["id"],
        row["id"],
        place,
        row["title"] if titled else "",
        row["text"],
        language,
        questions,
        "faq" if titled else "passage",
    )


def _chunk(
    chunk_id: str, document: str, place: int, title: str, text: str, language: Language, questions: tuple[str, ...], kind: str
) -> Chunk:
    return Chunk(
        chunk_id=chunk_id,
        document_id=document,
        tenant=_TENANT,
        ordinal=place,
        title=title,
        text=text,
        document_title="" if document == chunk_id else document,
        heading_path=() if questions or not title else (title,),
        locator=title,
        source=document,
        source_url="",
        language=language,
        audience=Audience.PUBLIC,
        text_hash=chunk_id,
        added_in=1,
        questions=questions,
        kind=kind,
    )


# ---------------------------------------------------------------- asking


class _Chunks:
    """The two methods of a KnowledgeStore that searching one published snapshot reads."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = {chunk.chunk_id: chunk for chunk in chunks}

    def chunks(self, tenant: str, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        return {chunk_id: self._chunks[chunk_id] for chunk_id in chunk_ids if chunk_id in self._chunks}


def cases_of(name: str, chunks: list[Chunk], questions: list[Asked], embedder: Embedder) -> list[Case]:
    """Ask every question with its entry in the index, and again with it taken out."""
    batches = [chunks[start : start + 64] for start in range(0, len(chunks), 64)]
    vectors = {entry.chunk.chunk_id: entry for batch in batches for entry in embed_chunks(embedder, batch)}
    found: list[Case] = []
    for gone, asked in _left_out(name, chunks, questions):
        kept = [chunk for chunk in chunks if chunk.chunk_id not in gone]
        there = {chunk.chunk_id for chunk in kept}
        with _searching(kept, [vectors[chunk.chunk_id] for chunk in kept], embedder) as searches:
            found += [case for question in asked for case in _ask(name, searches, question, there)]
    return found


def _left_out(name: str, chunks: list[Chunk], questions: list[Asked]) -> Iterator[tuple[set[str], list[Asked]]]:
    """Yield which chunks to leave out, and what to ask then. A small company cannot lose half of its passages at a time."""
    if name in ("own", "titles"):
        for fold in (0, 1):
            yield {chunk.chunk_id for chunk in chunks if _fold(chunk.chunk_id) == fold}, questions
        return
    yield set(), questions
    if name == "sample":
        # Its documents repeat each other: what is left would still answer.
        return
    answerable = [question for question in questions if question.rel]
    for part in range(6):
        group = answerable[part::6]
        yield set().union(*(question.rel for question in group)), group


def _fold(chunk_id: str) -> int:
    return int(chunk_id.rsplit("-", 1)[-1]) % 2


@contextmanager
def _searching(chunks: list[Chunk], vectors: list[Any], embedder: Embedder) -> Generator[list[SearchKnowledge]]:
    """Two searches over the same chunks: with the embedding model, and without."""
    with tempfile.TemporaryDirectory(prefix="kefu-fit-") as folder, ThreadPoolExecutor(4) as executor:
        keyword = TantivyKeywordIndex(Path(folder) / "keyword")
        index = UsearchVectorIndex(Path(folder) / "vectors", model=embedder.name, dimensions=embedder.dimensions)
        keyword.apply(_TENANT, chunks, {})
        index.apply(_TENANT, vectors, {})
        yield [
            SearchKnowledge(
                knowledge=_Chunks(chunks),  # type: ignore[arg-type]
                keyword=keyword,
                vectors=index,
                embedder=model,
                executor=executor,
                profile=load_profile(),
                leg_timeout_s=30,
            )
            for model in (embedder, None)
        ]


def _ask(name: str, searches: list[SearchKnowledge], question: Asked, there: set[str]) -> Iterator[Case]:
    for search, leg in zip(searches, ("", "-keyword"), strict=True):
        query = SearchQuery(
            tenant=_TENANT,
            text=question.text,
            language=question.language,
            audiences=frozenset({Audience.PUBLIC}),
            today=_TODAY,
            top_k=_TOP_K,
            snapshot=1,
        )
        yield Case(source=name + leg, question=question, passages=search(query).passages, answerable=bool(question.rel & there))


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
    _, candidates = candidates_for(request)
    return Drafted(case=case, candidates=candidates, right=[_is_right(case.question, one) for one in candidates])


def said_by(candidate: Candidate, language: Language) -> str:
    """What the customer would read."""
    return plain_text(blocks_of(candidate.choice, 1, language))


def _is_right(question: Asked, candidate: Candidate) -> bool:
    if candidate.choice.view.passage.chunk.chunk_id not in question.rel:
        return False
    return _says(question, said_by(candidate, question.language), candidate.choice.view.passage.chunk.language)


def fit(drafted: Sequence[Drafted]) -> dict[str, Any]:
    """Fit the ranking where one of the candidates is right, then the probability on the candidate ranked first."""
    rows: list[tuple[dict[str, float], bool, float]] = []
    for one in drafted:
        if any(one.right):
            values = ranking_values([candidate.features for candidate in one.candidates])
            rows += [(row, right, _weight(one.case)) for row, right in zip(values, _preferred(one), strict=True)]
    ranking = _logistic(rows)
    unfinished = calibration_from({"version": "", "ranking": ranking, "answer": ranking})
    best = [best_of(one, unfinished) for one in drafted]
    answer = _logistic(
        [
            (answer_values(candidate.features, ahead), right, _weight(one.case))
            for one, (candidate, right, ahead) in zip(drafted, best, strict=True)
        ]
    )
    return {"version": f"1-{datetime.now(UTC):%Y%m%d}", "ranking": ranking, "answer": answer}


def _preferred(one: Drafted) -> list[bool]:
    """Of right answers in both languages, those in the question's own are the ones to rank first."""
    own = [right and candidate.choice.view.same_language for candidate, right in zip(one.candidates, one.right, strict=True)]
    return own if any(own) else one.right


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
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=3000))
    model.fit(table, np.array([right for _, right, _ in rows]), logisticregression__sample_weight=np.array([w for *_, w in rows]))
    scaler, logistic = model[0], model[1]
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


def gather(faq: Path, own_words: Path, questions: Path, company: Path, model: Path) -> list[Case]:
    """Index the development data and ask all questions."""
    export_model(model)
    embedder = E5Embedder(model, load_alignment())
    titled, own, bare, titles = faq_data(faq, own_words)
    cases = cases_of("coffee", *company_data(questions / "coffee"), embedder)
    cases += cases_of("sample", *sample_data(company, questions / "sample"), embedder)
    return cases + cases_of("own", titled, own, embedder) + cases_of("titles", bare, titles, embedder)


def main() -> None:
    """Ask, fit, report; write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faq", type=Path, required=True)
    parser.add_argument("--own-words", type=Path, default=Path("tests/data/retrieval"))
    parser.add_argument("--questions", type=Path, default=Path("tests/data/answering"))
    parser.add_argument("--company", type=Path, default=Path("samples/yuguang"), help="documents that `sample` asks about")
    parser.add_argument("--model", type=Path, default=Path("var/models/e5"))
    parser.add_argument("--dump", type=Path, help="write every held-out judgement there, one JSON object a line")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options = parser.parse_args()
    drafted = draft(gather(options.faq, options.own_words, options.questions, options.company, options.model))
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
