"""Fits the calibration of extractive answers on labelled development questions, and reports it on folds held out.

`python -m local.fit_answering --faq ../shared/data/support_faq --company tests/data/answering --write`
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.export import export_model
from shared.adapters.extractive.answerer import extract
from shared.adapters.extractive.calibration import Features
from shared.adapters.extractive.rendering import blocks_of
from shared.adapters.ranking.profile import load_profile
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.answering import plain_text
from shared.domain.knowledge import Audience, Chunk, Passage, SearchQuery
from shared.domain.language import Language, detect_language
from shared.domain.reply import ReplyRequest
from shared.ports import Embedder
from shared.use_cases.embed_chunks import embed_chunks
from shared.use_cases.search_knowledge import SearchKnowledge

WEIGHTS = Path("shared/adapters/extractive/weights-v1.json")
_TENANT = "fit"
_TODAY = date(2026, 11, 22)
_TITLE_SAMPLE = 160
_TOP_K = 5


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
    questions = [
        Asked(
            question_id=row["id"],
            text=row["question"],
            language=row["language"],
            rel=frozenset(row["rel"]),
            must=tuple(map(tuple, row.get("must", []))),
            weight=3.0,
        )
        for row in _rows(folder / "questions.jsonl")
    ]
    return chunks, questions


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
        titles += [_asked(row, weight=1.0) for row in sample]
    files = ("zh", "en", "zh_about_en", "en_about_zh")
    own = [_asked(row, weight=3.0) for name in files for row in _rows(own_words / f"{name}.jsonl")]
    return titled, [_with_parallels(one, {chunk.chunk_id for chunk in titled}) for one in own], bare, titles


def _with_parallels(asked: Asked, known: set[str]) -> Asked:
    """The entry of the same number in the other language says the same."""
    swap = {"zh": "en", "en": "zh"}
    others = {f"{swap[one[:2]]}{one[2:]}" for one in asked.rel} & known
    return Asked(question_id=asked.question_id, text=asked.text, language=asked.language, rel=asked.rel | others, weight=asked.weight)


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
    return _chunk(row["id"], row["id"], place, row["title"] if titled else "", row["text"], language, questions, "faq" if titled else "passage")


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
    """Which chunks to leave out, and what to ask then. A small company cannot lose half of its passages at a time."""
    if name != "company":
        for fold in (0, 1):
            yield {chunk.chunk_id for chunk in chunks if _fold(chunk.chunk_id) == fold}, questions
        return
    yield set(), questions
    answerable = [question for question in questions if question.rel]
    for part in range(6):
        group = answerable[part::6]
        yield set().union(*(question.rel for question in group)), group


def _fold(chunk_id: str) -> int:
    return int(chunk_id.rsplit("-", 1)[-1]) % 2


@contextmanager
def _searching(chunks: list[Chunk], vectors: list[Any], embedder: Embedder) -> Iterator[list[SearchKnowledge]]:
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
        yield Case(
            source=name + leg, question=question, passages=search(query).passages, answerable=bool(question.rel & there)
        )


