"""Answers for one thing: who names none hears which thing each answer is about."""

import pytest

from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.domain.knowledge import Passage
from shared.domain.language import Language
from tests.evidence import passage, request


def entry(text: str, *questions: str, language: Language = "zh", probability: float = 0.8) -> Passage:
    return passage(
        text,
        title=questions[0],
        document="常见问题",
        kind="faq",
        questions=questions,
        language=language,
        probability=probability,
    )


LOCK = entry("整机 3 年，锁体 5 年。", "门锁保修几年？", "指纹锁保几年")
VACUUM = entry("整机 2 年，电池 1 年。", "扫地机器人保修几年？", "扫地机质保多久")
RECEIPT = entry("可以，按激活日期算。", "发票丢了还保修吗？", "没有发票怎么保修", probability=0.3)


def said(question: str, *passages: Passage, language: Language = "zh") -> str:
    return ExtractiveAnswerer().reply(request(question, *passages, language=language), lambda _: None).text


def test_who_names_no_thing_is_told_of_each_with_its_question() -> None:
    text = said("保修几年", LOCK, VACUUM, RECEIPT)
    assert text.index("门锁保修几年？") < text.index("整机 3 年") < text.index("扫地机器人保修几年？") < text.index("整机 2 年")
    assert "发票" not in text and "最接近" not in text


@pytest.mark.parametrize(("question", "own", "other"), [("门锁保修几年", "3 年", "2 年"), ("扫地机器人保修几年", "2 年", "3 年")])
def test_who_names_the_thing_hears_of_that_alone_and_not_their_own_question_again(question: str, own: str, other: str) -> None:
    text = said(question, LOCK, VACUUM)
    assert own in text and other not in text
    assert "？" not in text


def test_an_entry_that_stands_alone_says_of_what_it_speaks() -> None:
    assert said("保修几年", LOCK).startswith("门锁保修几年？")


def test_another_way_to_put_the_same_question_needs_no_heading() -> None:
    assert said("怎么退货", entry("在订单里申请售后。", "如何申请退货？", "怎么退货", "退货流程")) == "在订单里申请售后。"
    assert said("滤芯多久换", entry("6 至 12 个月。", "滤芯一般多久换一次？", "滤网寿命")) == "6 至 12 个月。"


def test_an_entry_that_may_not_answer_shows_what_it_does_answer() -> None:
    refund = entry("7 天内全额退，之后按剩余的月数退。", "年卡会员能退款吗？", probability=0.3)
    assert said("东西拆了 7 天能退吗", refund).startswith("年卡会员能退款吗？")


def test_no_more_than_four_are_told() -> None:
    things = ("门锁", "风扇", "音箱", "台灯", "插座", "窗帘")
    text = said("保修几年", *(entry(f"整机 {number} 年。", f"{thing}保修几年？") for number, thing in enumerate(things, 2)))
    assert text.count("保修几年？") == 4


def test_in_english_too() -> None:
    lock = entry("Three years for the whole unit.", "How long is the warranty on the lock?", language="en")
    fan = entry("Two years for the whole unit.", "How long is the warranty on the fan?", language="en")
    text = said("How long is the warranty?", lock, fan, language="en")
    assert "on the lock?" in text and "on the fan?" in text


RESET = passage("按住复位孔 8 秒，听到提示后确认。", title="恢复出厂设置", document="门将 L5 智能门锁使用指南")


def test_a_models_document_is_named_to_who_names_no_model() -> None:
    assert said("怎么恢复出厂设置", RESET) == "门将 L5 智能门锁使用指南：\n按住复位孔 8 秒，听到提示后确认。"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("L5 怎么恢复出厂设置", RESET),
        ("怎么恢复出厂设置", passage("按住复位孔 8 秒，听到提示后确认。", title="恢复出厂设置", document="使用指南")),
        ("怎么恢复出厂设置", passage("按住 L5 的复位孔 8 秒。", title="恢复出厂设置", document="门将 L5 智能门锁使用指南")),
    ],
    ids=["the customer names it", "the document is for all", "the answer names it"],
)
def test_what_is_named_already_is_not_named_again(question: str, found: Passage) -> None:
    assert said(question, found) == found.chunk.text
