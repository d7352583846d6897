"""The development questions, each with what our own search finds for it: what answers and their order are fitted on."""

import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.answering_data import (
    TENANT,
    TODAY,
    TOP_K,
    Asked,
    Case,
    company_data,
    exam_data,
    faq_data,
    reading_data,
    sample_data,
    untitled_data,
)
from shared.adapters.e5.export import export_model
from shared.adapters.e5.opening import E5Models, open_e5
from shared.adapters.ranking.profile import load_profile
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.knowledge import Audience, Chunk, SearchQuery
from shared.use_cases.embed_chunks import embed_chunks
from shared.use_cases.search_knowledge import SearchKnowledge

# Passages that no title helps to find: the order of passages is fitted on them too, answers are not.
UNTITLED = "untitled"
# One passage in so many is left out at a time.
_PARTS = 3


def gather(faq: Path, own_words: Path, questions: Path, company: Path, second: Path, reading: Path, model: Path) -> list[Case]:
    """Index the development data and ask all questions."""
    export_model(model)
    e5 = open_e5(model)
    titled, own = faq_data(faq, own_words)
    cases = cases_of("coffee", *company_data(questions / "coffee"), e5)
    cases += cases_of("sample", *sample_data(company, questions / "sample"), e5)
    cases += cases_of("lens", *exam_data(second), e5)
    for chunks, asked in reading_data(reading):
        cases += cases_of("reading", chunks, asked, e5)
    for chunks, asked in untitled_data(faq):
        cases += cases_of(UNTITLED, chunks, asked, e5)
    return cases + cases_of("own", titled, own, e5)


class _Chunks:
    """The two methods of a KnowledgeStore that searching one published snapshot reads."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = {chunk.chunk_id: chunk for chunk in chunks}

    def chunks(self, tenant: str, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        return {chunk_id: self._chunks[chunk_id] for chunk_id in chunk_ids if chunk_id in self._chunks}


def cases_of(name: str, chunks: list[Chunk], questions: list[Asked], e5: E5Models) -> list[Case]:
    """Ask every question with its entry in the index, and again with it taken out."""
    batches = [chunks[start : start + 64] for start in range(0, len(chunks), 64)]
    vectors = {entry.chunk.chunk_id: entry for batch in batches for entry in embed_chunks(e5.embedder, batch)}
    found: list[Case] = []
    for gone, asked in _left_out(name, chunks, questions):
        kept = [chunk for chunk in chunks if chunk.chunk_id not in gone]
        there = {chunk.chunk_id for chunk in kept}
        with _searching(kept, [vectors[chunk.chunk_id] for chunk in kept], e5) as searches:
            found += [case for question in asked for case in _ask(name, searches, question, there)]
    return found


def _left_out(name: str, chunks: list[Chunk], questions: list[Asked]) -> Iterator[tuple[set[str], list[Asked]]]:
    """Yield which chunks to leave out, and what to ask then. A small company cannot lose half of its passages at a time."""
    if name == "own":
        for fold in (0, 1):
            yield {chunk.chunk_id for chunk in chunks if _fold(chunk.chunk_id) == fold}, questions
        return
    yield set(), questions
    if name == "reading":
        for part in range(_PARTS):
            gone = {chunk.chunk_id for chunk in chunks[part::_PARTS]}
            yield gone, [question for question in questions if question.rel & gone]
        return
    if name in ("sample", "lens", UNTITLED):
        # Its documents repeat each other: what is left would still answer; the order is of what is there.
        return
    answerable = [question for question in questions if question.rel]
    for part in range(6):
        group = answerable[part::6]
        yield set().union(*(question.rel for question in group)), group


def _fold(chunk_id: str) -> int:
    return int(chunk_id.rsplit("-", 1)[-1]) % 2


@contextmanager
def _searching(chunks: list[Chunk], vectors: list[Any], e5: E5Models) -> Generator[list[SearchKnowledge]]:
    """Two searches over the same chunks: with the embedding model, and without."""
    with tempfile.TemporaryDirectory(prefix="kefu-fit-") as folder, ThreadPoolExecutor(4) as executor:
        keyword = TantivyKeywordIndex(Path(folder) / "keyword")
        index = UsearchVectorIndex(Path(folder) / "vectors", model=e5.embedder.name, dimensions=e5.embedder.dimensions)
        keyword.apply(TENANT, chunks, {})
        index.apply(TENANT, vectors, {})
        yield [
            SearchKnowledge(
                knowledge=_Chunks(chunks),  # type: ignore[arg-type]
                keyword=keyword,
                vectors=index,
                embedder=models.embedder if models else None,
                reranker=models.reranker if models else None,
                reader=models.reader if models else None,
                executor=executor,
                profile=load_profile(),
                leg_timeout_s=30,
            )
            for models in (e5, None)
        ]


def _ask(name: str, searches: list[SearchKnowledge], question: Asked, there: set[str]) -> Iterator[Case]:
    query = query_for(question)
    for search, leg in zip(searches, ("", "-keyword"), strict=True):
        yield Case(source=name + leg, question=question, passages=search(query).passages, answerable=bool(question.rel & there))


def query_for(question: Asked) -> SearchQuery:
    """The search for a question."""
    return SearchQuery(
        tenant=TENANT,
        text=question.text,
        language=question.language,
        audiences=frozenset({Audience.PUBLIC}),
        today=TODAY,
        top_k=TOP_K,
        snapshot=1,
    )
