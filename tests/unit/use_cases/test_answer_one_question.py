"""A question on one thing, and the same of its kind."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from shared.domain.answering import plain_text
from shared.domain.blocks import Answer
from shared.domain.conversation import Rung
from shared.domain.knowledge import FactAnswer, OfKind, SearchResult
from shared.use_cases.answer_one_question import answer_one_question
from tests import evidence
from tests.evidence import hit

OF_IT, OF_ITS_KIND = "云雀 S3 保修几年", "扫地机器人 保修几年"
KIND = OfKind(kind="扫地机器人", question=OF_ITS_KIND)
NOTE = "以下是同类产品（扫地机器人）的说明："
REFUSED = Answer(text="没有找到", blocks=(), rung=Rung.REFUSAL, confidence=0.2)
said = partial(evidence.said, title="保修政策")


def answered(answers: Mapping[str, Answer], facts: FactAnswer | None = None) -> tuple[Answer, list[str]]:
    """The answer to `OF_IT`, and what was asked for it."""
    asked: list[str] = []

    def search(question: str) -> SearchResult:
        return SearchResult(passages=(), snapshot=1, facts=facts or FactAnswer(status="none", of_kind=KIND))

    def reply(question: str, found: SearchResult) -> Answer:
        asked.append(question)
        assert question == OF_IT or found.facts is None, "of a kind no table's row is the answer"
        return answers.get(question, REFUSED)

    return answer_one_question(OF_IT, "zh", search, reply), asked


def test_what_documents_say_of_the_kind_alone_is_the_answer_and_said_to_be_that() -> None:
    answer, asked = answered({OF_ITS_KIND: said("整机 2 年")})
    assert (answer.text, plain_text(answer.blocks)) == (f"{NOTE}\n整机 2 年",) * 2
    assert [one.quote for one in answer.citations] == ["整机 2 年"]
    assert asked == [OF_IT, OF_ITS_KIND]


def test_a_sure_answer_that_speaks_of_what_is_asked_stands() -> None:
    answer, asked = answered({OF_IT: said("S3 整机保修 3 年", confidence=0.6), OF_ITS_KIND: said("整机 2 年", confidence=0.99)})
    assert (answer.text, asked) == ("S3 整机保修 3 年", [OF_IT])


def test_a_model_that_has_answered_is_not_asked_again() -> None:
    drafted = replace(said("大概两年", confidence=0.6), rung=Rung.MODEL)
    answer, asked = answered({OF_IT: drafted, OF_ITS_KIND: said("整机 2 年", confidence=0.99)})
    assert (answer, asked) == (drafted, [OF_IT])


def test_one_that_does_not_name_the_thing_has_to_be_as_sure_as_one_about_its_kind() -> None:
    of_kind = {OF_ITS_KIND: said("整机 2 年", confidence=0.87)}
    assert answered({OF_IT: said("官翻机 1 年", confidence=0.6), **of_kind})[0].text.startswith(NOTE)
    assert answered({OF_IT: said("都是 2 年", confidence=0.8), **of_kind})[0].text == "都是 2 年"


@pytest.mark.parametrize(("of_it", "of_its_kind", "told"), [(0.84, 0.79, NOTE), (0.9, 0.79, "S3"), (0.2, 0.7, "S3")])
def test_one_that_does_not_gives_way_to_a_likely_one_about_its_kind(of_it: float, of_its_kind: float, told: str) -> None:
    beside = said("S3 充一次电跑 150 分钟", confidence=of_it, title="云雀 S3 使用手册")
    answer, _ = answered({OF_IT: beside, OF_ITS_KIND: said("整机 2 年", confidence=of_its_kind)})
    assert answer.text.startswith(told)


def test_an_answer_about_its_kind_has_to_speak_of_what_is_asked_as_well() -> None:
    answer, _ = answered({OF_ITS_KIND: said("每周清洁一次", title="使用手册")})
    assert answer == REFUSED


def test_what_is_said_of_another_thing_of_that_kind_is_no_answer() -> None:
    answer, _ = answered({OF_ITS_KIND: said("整机保修 1 年", title="云雀 S1 使用手册")})
    assert answer == REFUSED


def test_of_two_places_one_may_be_about_another_thing() -> None:
    policy, other = said("整机保修 2 年", confidence=0.8), said("知风 A1 提供用电曲线")
    both = replace(policy, citations=(*policy.citations, *other.citations))
    answer, _ = answered({OF_ITS_KIND: both})
    assert answer.text.startswith(NOTE)


def test_a_table_that_asks_back_which_row_is_meant_is_not_overruled() -> None:
    row = hit("S3", 2)
    answer, asked = answered({OF_ITS_KIND: said("整机 2 年")}, FactAnswer(status="ambiguous", hits=(row, row), of_kind=KIND))
    assert (answer, asked) == (REFUSED, [OF_IT])
