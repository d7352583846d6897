"""How an exam judges answers, on answers whose verdict is plain."""

import json
from pathlib import Path

import pytest

from local.answer_exam import ExamQuestion, Outcome, judge, read_exam, sum_up
from local.evaluate_answers import as_json, evaluate
from shared.domain.answering import refuse
from shared.domain.blocks import Answer, Choice, ChoiceBlock, Citation, TextBlock
from shared.domain.conversation import Rung
from shared.domain.errors import InvalidInputError
from shared.use_cases.ingest_document import document_id_for

QUESTION = ExamQuestion(
    question_id="a1",
    text="S3 多少钱",
    language="zh",
    kind="fact",
    answerable=True,
    must_contain=(("2499", "2,499"), ("元", "CNY")),
    must_not_contain=("2699",),
    cites=("facts/prices.xlsx",),
)


def said(text: str, rung: Rung = Rung.FACT, source: str = "facts/prices.xlsx") -> Answer:
    citation = Citation(
        title="价格",
        source="https://www.islelight.example/prices",
        quote="",
        locator="价格表!R4",
        document_id=document_id_for("t", source),
        chunk_id="c",
        language="zh",
    )
    return Answer(text=text, blocks=(TextBlock(text=text),), rung=rung, citations=(citation,))


def choices(*values: str) -> Answer:
    block = ChoiceBlock(prompt="哪一款？", choices=tuple(Choice(label=value, value=value) for value in values))
    return Answer(text="哪一款？", blocks=(block,), rung=Rung.CLARIFY)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said("云雀 S3：2,499 元"), Outcome.RIGHT),
        (said("云雀 S3：２４９９ 元"), Outcome.RIGHT),
        (said("云雀 S3：2499"), Outcome.WRONG),
        (said("2,499 元，原价 2,699 元"), Outcome.WRONG),
        (said("2,499 元", Rung.EXTRACTIVE), Outcome.RIGHT),
        (choices("S3", "S3 Pro"), Outcome.ASKED_BACK),
        (refuse("zh"), Outcome.REFUSED),
    ],
)
def test_an_answer_is_right_when_it_says_all_that_it_must_and_nothing_that_it_must_not(answer: Answer, outcome: Outcome) -> None:
    assert judge(QUESTION, answer, "t", 1.0).outcome is outcome


def test_a_citation_counts_by_its_document() -> None:
    assert judge(QUESTION, said("2499 元"), "t", 1.0).cited_right
    assert not judge(QUESTION, said("2499 元", source="faq.xlsx"), "t", 1.0).cited_right


def test_any_answer_to_what_must_be_refused_is_wrong() -> None:
    unanswerable = ExamQuestion(question_id="r1", text="天气", language="zh", kind="unrelated", answerable=False)
    assert judge(unanswerable, said("晴"), "t", 1.0).outcome is Outcome.WRONG
    assert judge(unanswerable, refuse("zh"), "t", 1.0).outcome is Outcome.REFUSED


def test_choices_are_followed_and_count_apart(tmp_path: Path) -> None:
    row = {
        "id": "a1",
        "question": "多少钱",
        "language": "zh",
        "kind": "fact",
        "must_contain": [["2499"]],
        "must_not_contain": [],
        "cites": [],
    }
    (tmp_path / "answerable.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (tmp_path / "refused.jsonl").write_text(
        '{"id": "r1", "question": "天气", "language": "zh", "kind": "unrelated"}\n', encoding="utf-8"
    )
    answers = {"多少钱": choices("S3 Pro", "S3"), "S3": said("2499 元"), "S3 Pro": said("3999 元"), "天气": refuse("zh")}
    found = evaluate(lambda question, _language: answers[question], read_exam(tmp_path, "t"))
    report = as_json(found)
    assert report["answerable"]["all"]["asked_back"] == 1
    assert report["answerable"]["all"]["offered"] == 1
    assert report["refused"]["kinds"]["unrelated"]["refused"] == 1
    assert sum_up(found).questions == 2


@pytest.mark.parametrize("line", ["{", "[]", '{"language": "zh"}', '{"question": "x", "language": "fr"}'])
def test_a_line_that_is_not_as_described_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "answerable.jsonl").write_text(line + "\n", encoding="utf-8")
    (tmp_path / "refused.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"answerable\.jsonl:1"):
        read_exam(tmp_path, "t")
