"""An exam for answers: its questions, what counts as right, and the sums."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.domain.answering import plain_text
from shared.domain.blocks import Answer, ChoiceBlock
from shared.domain.conversation import Rung
from shared.domain.errors import InvalidInputError
from shared.domain.language import Language
from shared.use_cases.ingest_document import document_id_for

ANSWERABLE, REFUSED = "answerable.jsonl", "refused.jsonl"
_ANSWERING = frozenset({Rung.FACT, Rung.MODEL, Rung.CACHE, Rung.EXTRACTIVE})
_REFUSING = frozenset({Rung.REFUSAL, Rung.TICKET, Rung.HANDOFF})


class Outcome(StrEnum):
    """RIGHT and WRONG answers; ASKED_BACK: it offered choices instead; REFUSED: an honest no, or a ticket."""

    RIGHT = "right"
    WRONG = "wrong"
    ASKED_BACK = "asked_back"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamQuestion:
    """`must_contain`: of each group one must be said; `cites`: sources of which one must be cited. Both empty: to be refused."""

    question_id: str
    text: str
    language: Language
    kind: str
    answerable: bool
    must_contain: tuple[tuple[str, ...], ...] = ()
    must_not_contain: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A company's questions."""

    tenant: str
    questions: tuple[ExamQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One question answered. `offered`: where it asked back, whether one of the choices leads to the right answer."""

    question: ExamQuestion
    outcome: Outcome
    cited_right: bool
    offered: bool
    rung: str
    confidence: float
    said: str
    sources: tuple[str, ...]
    took_ms: float


def read_exam(folder: Path, tenant: str) -> Exam:
    """Read answerable.jsonl and refused.jsonl of a company's evaluation folder. Raises InvalidInputError."""
    questions = [_question(row, place, answerable=True) for place, row in _rows(folder / ANSWERABLE)]
    questions += [_question(row, place, answerable=False) for place, row in _rows(folder / REFUSED)]
    return Exam(tenant=tenant, questions=tuple(questions))


def judge(question: ExamQuestion, answer: Answer, tenant: str, took_ms: float, *, offered: bool = False) -> Judgement:
    """Compare an answer with what the exam wants."""
    return Judgement(
        question=question,
        outcome=_outcome(question, answer),
        cited_right=_cites(question, answer, tenant),
        offered=offered,
        rung=answer.rung,
        confidence=answer.confidence,
        said=answer.text,
        sources=tuple(f"{citation.source} {citation.locator}".strip() for citation in answer.citations),
        took_ms=took_ms,
    )


def choices_of(answer: Answer) -> tuple[str, ...]:
    """Return what the customer may pick."""
    return tuple(choice.value for block in answer.blocks if isinstance(block, ChoiceBlock) for choice in block.choices)


def _outcome(question: ExamQuestion, answer: Answer) -> Outcome:
    if answer.rung in _REFUSING:
        return Outcome.REFUSED
    if answer.rung not in _ANSWERING:
        return Outcome.ASKED_BACK
    said = _plain(f"{answer.text}\n{plain_text(answer.blocks)}")
    missing = any(all(_plain(word) not in said for word in group) for group in question.must_contain)
    forbidden = any(_plain(word) in said for word in question.must_not_contain)
    return Outcome.RIGHT if question.answerable and not missing and not forbidden else Outcome.WRONG


def _cites(question: ExamQuestion, answer: Answer, tenant: str) -> bool:
    wanted = {document_id_for(tenant, source) for source in question.cites}
    return any(c.document_id in wanted or c.source in question.cites for c in answer.citations) or not question.cites


def _plain(text: str) -> str:
    """Case, width, spaces, and commas within numbers do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", "", re.sub(r"(?<=\d),(?=\d{3})", "", folded))


def _rows(path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    if not path.is_file():
        raise InvalidInputError(str(path), f"the company's folder needs evaluation/{path.name}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield f"{path.name}:{number}", _object(line, f"{path.name}:{number}")


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise InvalidInputError(place, "this line is not JSON") from error
    if not isinstance(row, dict):
        raise InvalidInputError(place, "this line is not a JSON object")
    return row


def _question(row: dict[str, Any], place: str, *, answerable: bool) -> ExamQuestion:
    if not row.get("question") or row.get("language") not in ("zh", "en"):
        raise InvalidInputError(place, 'a line needs "question", and "language" zh or en')
    return ExamQuestion(
        question_id=str(row.get("id", place)),
        text=str(row["question"]),
        language=row["language"],
        kind=str(row.get("kind", "all")),
        answerable=answerable,
        must_contain=tuple(_group(group) for group in row.get("must_contain", ())),
        must_not_contain=tuple(map(str, row.get("must_not_contain", ()))),
        cites=tuple(map(str, row.get("cites", ()))),
    )


def _group(group: Any) -> tuple[str, ...]:
    return tuple(map(str, group)) if isinstance(group, Sequence) and not isinstance(group, str) else (str(group),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Counts over some questions. `offered`: of those asked back, how many offered the right thing."""

    questions: int
    right: int
    wrong: int
    asked_back: int
    offered: int
    refused: int
    cited_right: int

    @property
    def answered(self) -> int:
        """How many were answered, rightly or not."""
        return self.right + self.wrong


def sum_up(found: Iterable[Judgement]) -> Sums:
    """Count."""
    listed = list(found)
    count = {outcome: sum(one.outcome is outcome for one in listed) for outcome in Outcome}
    answered = [one for one in listed if one.outcome in (Outcome.RIGHT, Outcome.WRONG)]
    return Sums(
        questions=len(listed),
        right=count[Outcome.RIGHT],
        wrong=count[Outcome.WRONG],
        asked_back=count[Outcome.ASKED_BACK],
        offered=sum(one.offered for one in listed if one.outcome is Outcome.ASKED_BACK),
        refused=count[Outcome.REFUSED],
        cited_right=sum(one.cited_right for one in answered),
    )
