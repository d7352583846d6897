"""Which day a question is about."""

from datetime import date

import pytest

from shared.domain.fact_dates import asked_day
from shared.domain.fact_words import fold

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("明年元旦以后多少钱", date(2027, 1, 1)),
        ("等到明年1月份再买", date(2027, 1, 1)),
        ("12月5号几点开门", date(2026, 12, 5)),
        ("三月的价格", date(2027, 3, 1)),
        ("11月的价格", TODAY),
        ("2027年2月的价格", date(2027, 2, 1)),
        ("下周一几点开门", date(2026, 11, 23)),
        ("下个月多少钱", date(2026, 12, 1)),
        ("how much will it be in January", date(2027, 1, 1)),
        ("are you open on 5 December", date(2026, 12, 5)),
        ("opening hours next Monday", date(2026, 11, 23)),
        ("the price on 2026-12-31", date(2026, 12, 31)),
    ],
)
def test_a_day_to_come_is_read_as_people_say_it(question: str, day: date) -> None:
    found = asked_day(fold(question), TODAY)
    assert found is not None and found.day == day


@pytest.mark.parametrize(
    "question", ["去年多少钱", "may I ask the price", "一个月多少钱", "3个月内", "last January", "2月31号", "多少钱", "2025年1月"]
)
def test_a_past_day_a_duration_and_a_day_that_does_not_exist_are_none(question: str) -> None:
    assert asked_day(fold(question), TODAY) is None


@pytest.mark.parametrize(("question", "single"), [("12月5号", True), ("下周一", True), ("明年1月", False), ("元旦", False)])
def test_only_an_ordinary_day_has_a_weekdays_hours(question: str, single: bool) -> None:
    found = asked_day(fold(question), TODAY)
    assert found is not None and found.single is single
