"""How a passage is cut into what an answer may quote."""

import time

import pytest

from shared.domain.units import UnitKind, cut


def texts(passage: str) -> list[str]:
    return [unit.text for unit in cut(passage)]


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("签收后 7 天内可退。拆封的除外！真的吗？", ["签收后 7 天内可退。", "拆封的除外！", "真的吗？"]),
        ("点“提交”。”然后等待。", ["点“提交”。”", "然后等待。"]),
        (
            "It costs 3.5 kg. See No. 4 for details. Mr. Li agrees.",
            ["It costs 3.5 kg.", "See No. 4 for details.", "Mr. Li agrees."],
        ),
        ("Open 9 a.m. to 5 p.m. on weekdays. Closed on Sunday.", ["Open 9 a.m. to 5 p.m. on weekdays.", "Closed on Sunday."]),
        ("Ask us, e.g. by mail. Really?", ["Ask us, e.g. by mail.", "Really?"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("", []),
        ("\n---\n|---|---|\n", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(passage: str, sentences: list[str]) -> None:
    assert texts(passage) == sentences


def test_lists_lose_their_marks_and_know_the_line_that_announces_them() -> None:
    units = cut("请检查：\n1. 电源；\n2、网线；\n（3）指示灯。\n\n- 第一\n• 第二")
    assert [(unit.kind, unit.text, unit.lead_in) for unit in units] == [
        (UnitKind.SENTENCE, "请检查：", -1),
        (UnitKind.STEP, "电源；", 0),
        (UnitKind.STEP, "网线；", 0),
        (UnitKind.STEP, "指示灯。", 0),
        (UnitKind.ITEM, "第一", -1),
        (UnitKind.ITEM, "第二", -1),
    ]


def test_a_decimal_at_the_start_of_a_line_is_no_list() -> None:
    assert [unit.kind for unit in cut("1.5 米以内")] == [UnitKind.SENTENCE]


def test_a_few_words_in_front_of_a_paragraph_are_the_lead_in_of_its_sentences() -> None:
    units = cut("Booking. Book a day ahead. Evenings end at 20:00.")
    assert [(unit.announces, unit.lead_in) for unit in units] == [(True, -1), (False, 0), (False, 0)]


def test_qualifiers_and_words_that_point_back_are_recognised() -> None:
    units = cut("可以退货。除非已经拆封。此类商品只换不退。")
    assert [(unit.qualifies, unit.points_back) for unit in units] == [(False, False), (True, False), (False, True)]


@pytest.mark.parametrize("piece", ["1. ", "- ", "。", ". ", "|", "a", "“", "\n", "1.1.", "（1）", "Mr. ", "?!", "\t"])
def test_every_unit_stands_word_for_word_in_the_passage_and_cutting_takes_linear_time(piece: str) -> None:
    passage = piece * (200_000 // len(piece))
    started = time.process_time()
    units = cut(passage)
    assert time.process_time() - started < 2
    assert all(unit.text in passage[unit.start : unit.end] for unit in units[:1000])
