"""The development questions that the calibration of answers is fitted on: read, and made into chunks and labels."""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from local.answer_exam import ANSWERABLE, REFUSED
from local.read_company import read_folder
from local.settings import LocalSettings
from local.talk import local_machine
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.knowledge import Audience, Chunk, Passage
from shared.domain.language import Language, detect_language
from shared.domain.wording import numbers
from shared.use_cases.ingest_folder import IngestFolder

TENANT = "fit"
TODAY = date(2026, 11, 22)
TOP_K = 12
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.、)）])\s*")
_TOLD = 14


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


def reading_data(folder: Path) -> Iterator[tuple[list[Chunk], list[Asked]]]:
    """Read the companies that the reader was not trained on, with every third question that they answer.

    Two at a time, a Chinese one and an English one: a question in the other language than its passage has to find that among
    passages in its own, as in a company with documents in both.
    """
    held = set((folder / "held_out.txt").read_text(encoding="utf-8").split())
    companies: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for row in _rows(path):
            if row["company"] in held:
                companies.setdefault(row["company"], []).append(row)
    spoken = {language: [rows for rows in companies.values() if rows[0]["language"] == language] for language in ("zh", "en")}
    for pair in zip_longest(spoken["zh"], spoken["en"], fillvalue=[]):
        rows = [row for company in pair for row in company]
        chunks = [_reading_chunk(row, place) for place, row in enumerate(rows)]
        yield chunks, [asked for row in rows for asked in _reading_questions(row)][::3]


def _reading_chunk(row: dict[str, Any], place: int) -> Chunk:
    headings = tuple(row["title"].split(" > "))
    chunk = _chunk(row["id"], row["company"], place, headings[-1], row["passage"], row["language"], (), "passage")
    return replace(chunk, document_title=headings[0], heading_path=headings)


def _reading_questions(row: dict[str, Any]) -> list[Asked]:
    return [
        Asked(
            question_id=f"{row['id']}-{number}",
            text=one["text"],
            language=one["language"],
            rel=frozenset({row["id"]}),
            must=((_telling(one["answer"]),),),
        )
        for number, one in enumerate(row["questions"])
        if one["answer"]
    ]


def _telling(answer: str) -> str:
    """The beginning of an answer's longest line, without the list's mark: what is said of it begins so however it is set."""
    line = max(answer.splitlines(), key=len)
    return _LIST_MARK.sub("", line)[:_TOLD].strip()


def sample_data(company: Path, folder: Path) -> tuple[list[Chunk], list[Asked]]:
    """Read a company's documents as ingestion cuts them, and questions.jsonl, whose `rel` are documents."""
    chunks, of_source = _company_chunks(company)
    questions = [_with_twins(one, chunks) for one in _company_questions(folder, of_source)]
    return chunks, questions


def exam_data(company: Path) -> tuple[list[Chunk], list[Asked]]:
    """Read a company's documents and its own exam; questions that only a fact table answers are left out."""
    chunks, of_source = _company_chunks(company)
    rows = [row for name in (ANSWERABLE, REFUSED) for row in _rows(company / "evaluation" / name)]
    asked = [_exam_question(row, of_source) for row in rows]
    return chunks, [one for one in asked if one.rel or not one.must]


def _exam_question(row: dict[str, Any], of_source: dict[str, frozenset[str]]) -> Asked:
    return Asked(
        question_id=row["id"],
        text=row["question"],
        language=row["language"],
        rel=frozenset[str]().union(*(of_source.get(source, frozenset()) for source in row.get("cites", ()))),
        must=tuple(map(tuple, row.get("must_contain", ()))),
    )


def _company_chunks(company: Path) -> tuple[list[Chunk], dict[str, frozenset[str]]]:
    """A company's open chunks as ingestion cuts them, and their ids by source."""
    with tempfile.TemporaryDirectory(prefix="kefu-fit-") as data:
        with local_machine(LocalSettings(company=company, data=Path(data))) as machine:
            ingest = replace(machine.base.ingest(with_vectors=False), vectors=UsearchVectorIndex(None, model="", dimensions=1))
            IngestFolder(ingest=ingest)(machine.company.tenant, read_folder(company))
            chunks = [chunk for chunk in machine.base.store.all_chunks(machine.company.tenant) if _is_open(chunk)]
    of_source: dict[str, frozenset[str]] = {}
    for chunk in chunks:
        of_source[chunk.source] = of_source.get(chunk.source, frozenset()) | {chunk.chunk_id}
    return [replace(chunk, tenant=TENANT, added_in=1) for chunk in chunks], of_source


def _with_twins(asked: Asked, chunks: list[Chunk]) -> Asked:
    """A FAQ, and the same document in the other language, answer as well as the document that the question was made of."""
    if not asked.rel:
        return asked
    plain = {_plain_source(chunk.source) for chunk in chunks if chunk.chunk_id in asked.rel}
    twins = {chunk.chunk_id for chunk in chunks if _plain_source(chunk.source) in plain}
    entries = {chunk.chunk_id for chunk in chunks if chunk.kind == "faq" and says(asked, chunk.text, chunk.language)}
    return replace(asked, rel=asked.rel | twins | entries)


def _plain_source(source: str) -> str:
    return source.rsplit(".", 1)[0].removesuffix("-en").removesuffix("-zh")


def says(asked: Asked, said: str, language: Language) -> bool:
    """Whether a text has the words wanted, or, in the other language, their numbers."""

    def has(words: tuple[str, ...]) -> bool:
        other = [word for word in words if detect_language(word) != language and numbers(word)]
        return any(word in said for word in words) or any(numbers(word) <= numbers(said) for word in other)

    return all(has(words) for words in asked.must)


def _is_open(chunk: Chunk) -> bool:
    valid = (chunk.valid_from or TODAY) <= TODAY <= (chunk.valid_to or TODAY)
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


def faq_data(folder: Path, own_words: Path) -> tuple[list[Chunk], list[Asked]]:
    """Read both languages of support_faq, with questions in people's own words."""
    rows = [(place, row) for language in ("zh", "en") for place, row in enumerate(_rows(folder / language / "docs.jsonl"))]
    titled = [_faq_chunk(row, place) for place, row in rows]
    files = ("zh", "en", "zh_about_en", "en_about_zh")
    own = [_asked(row, weight=1.0) for name in files for row in _rows(own_words / f"{name}.jsonl")]
    return titled, [_with_parallels(one, {chunk.chunk_id for chunk in titled}) for one in own]


def untitled_data(folder: Path) -> Iterator[tuple[list[Chunk], list[Asked]]]:
    """Read support_faq, a language at a time, as passages without titles, with every third of their questions: for the order alone."""
    for language in ("zh", "en"):
        rows = enumerate(_rows(folder / language / "docs.jsonl"))
        chunks = [_chunk(row["id"], row["id"], place, "", row["text"], language, (), "passage") for place, row in rows]
        yield chunks, [_asked(row, weight=1.0) for row in _rows(folder / language / "queries.jsonl")][::3]


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


def _faq_chunk(row: dict[str, Any], place: int) -> Chunk:
    language = detect_language(row["text"])
    return _chunk(row["id"], row["id"], place, row["title"], row["text"], language, (row["title"],), "faq")


def _chunk(
    chunk_id: str, document: str, place: int, title: str, text: str, language: Language, questions: tuple[str, ...], kind: str
) -> Chunk:
    return Chunk(
        chunk_id=chunk_id,
        document_id=document,
        tenant=TENANT,
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
