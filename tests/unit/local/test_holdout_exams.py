"""The exams of companies that nobody tuned for: every key is really in the documents, and nothing gives itself away."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.answer_exam import ANSWERABLE, REFUSED, read_exam
from local.read_company import read_company, read_folder
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.domain.knowledge import Audience, ParsedDocument

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 22)
KINDS = frozenset({"faq", "policy_detail", "fact", "how_to", "yes_no", "superseded", "cross_language", "multi_sentence"})
REFUSED_KINDS = frozenset(
    {"near_miss", "staff_only", "too_personal", "other_company", "off_topic", "chit_chat", "injection", "expired"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One exam, and the least that it must hold."""

    folder: Path
    documents: int
    answerable: int
    refused: int


PAPERS = (
    Paper(folder=DATA / "answering-2", documents=20, answerable=70, refused=30),
    Paper(folder=DATA / "holdout" / "zhilan", documents=28, answerable=60, refused=30),
    Paper(folder=DATA / "holdout" / "tidewick", documents=25, answerable=60, refused=30),
)
every_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.folder.name)


@cache
def documents(folder: Path) -> dict[str, ParsedDocument]:
    return {file.source: parse_document(file.source, file.load(), file.meta, Limits()) for file in read_folder(folder)}


def rows(paper: Paper, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (paper.folder / "evaluation" / name).read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", "", re.sub(r"(?<=\d),(?=\d{3})", "", folded))


def words_of(document: ParsedDocument) -> str:
    return plain("\n".join(_texts(document)))


def _texts(document: ParsedDocument) -> Iterator[str]:
    yield document.meta.title
    for section in document.sections:
        yield from (*section.heading_path, section.text)
    yield from (entry.answer for entry in document.entries)
    for table in document.tables:
        yield from (f"{name}: {cell}" for row in table.rows for name, cell in row.cells.items())


def in_force(document: ParsedDocument) -> bool:
    meta = document.meta
    return (meta.valid_from or date.min) <= TODAY <= (meta.valid_to or date.max)


@every_paper
def test_every_document_is_read_without_a_warning(paper: Paper) -> None:
    assert not [file.rejected for file in read_folder(paper.folder) if file.rejected]
    assert not {source: one.warnings for source, one in documents(paper.folder).items() if one.warnings}


@every_paper
def test_a_paper_is_as_long_as_promised_and_covers_every_kind(paper: Paper) -> None:
    answerable, refused = rows(paper, ANSWERABLE), rows(paper, REFUSED)
    kinds, refusals = Counter(row["kind"] for row in answerable), Counter(row["kind"] for row in refused)
    assert len(documents(paper.folder)) >= paper.documents
    assert len(answerable) >= paper.answerable and len(refused) >= paper.refused
    assert set(kinds) == KINDS and set(refusals) <= REFUSED_KINDS
    assert kinds["cross_language"] >= 10 and min(kinds.values()) >= 4
    assert refusals["near_miss"] >= 12 and min(refusals[kind] for kind in ("staff_only", "injection", "off_topic")) >= 2


@every_paper
def test_no_question_and_no_identifier_stands_twice(paper: Paper) -> None:
    found = rows(paper, ANSWERABLE) + rows(paper, REFUSED)
    for key in ("question", "id"):
        assert not [text for text, times in Counter(plain(row[key]) for row in found).items() if times > 1]


@every_paper
def test_no_question_is_a_question_of_the_documents_word_for_word(paper: Paper) -> None:
    written = {plain(text) for one in documents(paper.folder).values() for entry in one.entries for text in entry.questions}
    assert not [row["id"] for row in rows(paper, ANSWERABLE) + rows(paper, REFUSED) if plain(row["question"]) in written]


@every_paper
def test_every_cited_document_exists_is_public_and_in_force(paper: Paper) -> None:
    found = documents(paper.folder)
    for row in rows(paper, ANSWERABLE):
        assert row["cites"] and set(row["cites"]) <= set(found), row["id"]
        for source in row["cites"]:
            assert found[source].meta.audience is Audience.PUBLIC and in_force(found[source]), row["id"]


@every_paper
def test_every_cited_document_holds_one_wording_of_some_key_and_together_they_hold_all(paper: Paper) -> None:
    found = documents(paper.folder)
    for row in rows(paper, ANSWERABLE):
        texts = [words_of(found[source]) for source in row["cites"]]
        assert row["must_contain"], row["id"]
        for group in row["must_contain"]:
            assert any(plain(wording) in text for wording in group for text in texts), (row["id"], group)
        keys = [plain(wording) for group in row["must_contain"] for wording in group]
        assert all(any(key in text for key in keys) for text in texts), row["id"]


@every_paper
def test_a_cross_language_question_has_its_answer_in_the_other_language_only(paper: Paper) -> None:
    found = documents(paper.folder)
    for row in (row for row in rows(paper, ANSWERABLE) if row["kind"] == "cross_language"):
        assert all(found[source].meta.language != row["language"] for source in row["cites"]), row["id"]


@every_paper
def test_what_must_not_be_said_is_not_already_in_the_question(paper: Paper) -> None:
    for row in rows(paper, ANSWERABLE):
        assert not set(row["must_not_contain"]) & {wording for group in row["must_contain"] for wording in group}, row["id"]
        assert not [word for word in row["must_not_contain"] if plain(word) in plain(row["question"])], row["id"]


@every_paper
def test_what_must_not_be_said_is_not_in_a_document_that_is_right_to_quote(paper: Paper) -> None:
    found = documents(paper.folder)
    for row in rows(paper, ANSWERABLE):
        prose = [words_of(found[source]) for source in row["cites"] if not found[source].tables]
        assert not [word for word in row["must_not_contain"] if any(plain(word) in text for text in prose)], row["id"]


@every_paper
def test_a_question_to_refuse_has_no_answer_key_and_says_why(paper: Paper) -> None:
    for row in rows(paper, REFUSED):
        assert not {"must_contain", "must_not_contain", "cites"} & set(row), row["id"]
        assert row["note"], row["id"]


@every_paper
def test_what_is_for_staff_is_marked_and_something_was_superseded(paper: Paper) -> None:
    found = documents(paper.folder)
    staff = {source for source, one in found.items() if one.meta.audience is Audience.STAFF}
    assert staff and staff == {source for source in found if source.startswith("knowledge/staff/")}
    assert any(not in_force(one) for one in found.values())


@every_paper
def test_the_exam_and_the_company_are_read_by_the_evaluation(paper: Paper) -> None:
    company = read_company(paper.folder)
    exam = read_exam(paper.folder / "evaluation", company.tenant)
    assert {question.language for question in exam.questions} == {"zh", "en"}
    assert len(exam.questions) == len(rows(paper, ANSWERABLE)) + len(rows(paper, REFUSED))
