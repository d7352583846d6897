from dataclasses import replace

import pytest

from shared.domain.blocks import Answer, CardBlock, ChoiceBlock, Citation, TextBlock
from shared.domain.compound import joined, questions_in, says_more


def _citation(chunk_id: str) -> Citation:
    return Citation(title="t", source="s", quote="q", locator="l", document_id="d", chunk_id=chunk_id, language="zh")


def _answer(text: str, *chunk_ids: str, confidence: float = 0.9, degraded: tuple[str, ...] = ()) -> Answer:
    return Answer(
        text=text,
        blocks=(TextBlock(text=text, citations=(1,)), CardBlock(title=text, rows=(), citations=(len(chunk_ids),))),
        rung="extractive",
        citations=tuple(map(_citation, chunk_ids)),
        confidence=confidence,
        degraded=degraded,
    )


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("S3多少钱，保修几年？", ("S3多少钱", "保修几年？")),
        ("成长值怎么攒，什么情况会掉下去", ("成长值怎么攒", "什么情况会掉下去")),
        ("寄拉萨邮费多少 大概几天", ("寄拉萨邮费多少", "大概几天")),
        ("成都店能停车吗 免费不", ("成都店能停车吗 免费不",)),
        ("Is it waterproof, and how deep can I take it?", ("Is it waterproof", "how deep can I take it?")),
        (
            "Tell me what I need to set up a company account and when we'd have to pay",
            ("Tell me what I need to set up a company account", "when we'd have to pay"),
        ),
        ("你好，昨天收到的灯不亮，能换吗？换要多久", ("你好，昨天收到的灯不亮，能换吗？", "换要多久")),
        ("怎么退货，多久到账，我昨天买的", ("怎么退货", "多久到账，我昨天买的")),
    ],
)
def test_each_question_keeps_the_clauses_that_lead_to_it(message: str, questions: tuple[str, ...]) -> None:
    assert questions_in(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "买的时候的票找不着了，坏了还管修吗",
        "箱子里少了个东西，得几天内说",
        "现在退货到底是7天还是15天",
        "how do I return a lamp that I bought and opened?",
        "I was told it ships in 3 days, it has been a week",
        "多少钱？在哪买？几天到？能退吗？",
        "退货",
        "",
    ],
)
def test_a_message_that_asks_one_thing_or_tells_a_story_stays_whole(message: str) -> None:
    assert questions_in(message) == (message,)


def test_answers_put_together_keep_their_citations_and_are_as_sure_as_the_least_sure() -> None:
    answer = joined([_answer("一", "a", "b"), _answer("二", "c", confidence=0.6, degraded=("embedder",))])
    assert answer.text == "一\n二"
    assert [getattr(block, "citations", None) for block in answer.blocks] == [(1,), (2,), (3,), (3,)]
    assert [citation.chunk_id for citation in answer.citations] == ["a", "b", "c"]
    assert (answer.confidence, answer.degraded) == (0.6, ("embedder",))


def test_answers_of_which_a_model_drafted_one_are_a_models() -> None:
    drafted = replace(_answer("二", "c"), rung="model", model="m1")
    answer = joined([_answer("一", "a", confidence=0.6), drafted])
    assert (answer.rung, answer.model, answer.confidence) == ("model", "m1", 0.6)


def test_blocks_without_citations_are_left_as_they_are() -> None:
    choice = ChoiceBlock(prompt="p", choices=())
    answer = joined([_answer("一", "a"), Answer(text="二", blocks=(choice,), rung="clarify")])
    assert answer.blocks[-1] == choice


def test_single_answers_say_more_only_from_places_that_the_whole_leaves_out() -> None:
    whole = _answer("全", "a", "b")
    assert not says_more([_answer("一", "a"), _answer("二", "b")], whole)
    assert says_more([_answer("一", "a"), _answer("二", "c")], whole)
