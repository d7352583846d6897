"""Where a table begins and ends in a sheet, and the days that its cells name."""

from datetime import date

import pytest

from shared.adapters.parsers.cell_dates import read_date, read_period
from shared.adapters.parsers.fact_cells import guess_type
from shared.adapters.parsers.grid import cell_text, read_csv
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.sheet_shape import Shape, shape_of
from shared.domain.fact_words import bracketed_unit, core_name


def shape(text: str) -> Shape:
    (sheet,) = read_csv("表", text, Limits())
    found = shape_of(sheet, None)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("单位：元,,制表：2026-01-05\n型号,价格,库存\nA1,9,3\n", ("型号", "价格", "库存")),
        ("某某公司,2026-01-05,\n型号,价格,库存\nA1,9,3\n", ("型号", "价格", "库存")),
        ("型号,价格,,库存\n,平日,周末,\nA1,9,12,3\n", ("型号", "价格 平日", "价格 周末", "库存")),
        (",淡季,,旺季,\n房型,平日,周末,平日,周末\n大床,1,2,3,4\n", ("房型", "淡季 平日", "淡季 周末", "旺季 平日", "旺季 周末")),
        (
            ",淡季,,旺季,,\n房型,平日,周末,平日,周末,早餐\n大床,1,2,3,4,有\n",
            ("房型", "淡季 平日", "淡季 周末", "旺季 平日", "旺季 周末", "早餐"),
        ),
        ("型号,价格,型号,价格\nA1,9,B1,8\n", ("型号", "价格")),
        ("型号,价格,价格\nA1,9,8\n", ("型号", "", "")),
        ("型号,价格,价格\nA1,9,9\n", ("型号", "价格", "")),
        # Not a heading of two rows: the second has a name of its own.
        ("课程,老师,\n瑜伽,苏珊,带垫子\n", ("课程", "老师", "")),
        (",轿车,SUV\n洗车,35,45\n", ("", "轿车", "SUV")),
        ("项目,2025,2026\n学费,100,120\n", ("项目", "2025", "2026")),
    ],
)
def test_the_heading_is_found_and_its_rows_are_joined(text: str, names: tuple[str, ...]) -> None:
    assert shape(text).names == names


def test_totals_and_notes_are_no_rows() -> None:
    found = shape("型号,价格,库存\nA1,9,3\n小计,9,3\n二、配件,,\nB1,8,2\n合计：,17,5\n注：以上价格含税,,\n")
    assert [row.number for row in found.body] == [2, 5]
    assert [row.number for row in found.notes] == [7]
    assert [warning.split(":")[0] for warning in found.warnings] == ["表!3", "表!4", "表!6"]


@pytest.mark.parametrize("name", ["总计版", "Total Care", "平均身高计", "合计器"])
def test_a_thing_whose_name_begins_like_a_total_is_kept(name: str) -> None:
    assert len(shape(f"型号,价格,库存\nA1,9,3\n{name},8,2\n").body) == 2


def test_a_number_torn_by_its_comma_is_not_told_as_a_price() -> None:
    found = shape("型号,价格,库存\nA1,6,800,3\nB1,8,200\nC1,12,2,急\n")
    assert [row.cells[0] for row in found.body] == ["B1", "C1"]
    assert [warning.split(":")[0] for warning in found.warnings] == ["表!2"]


def test_blocks_side_by_side_are_read_one_below_the_other() -> None:
    found = shape("型号,价格,,型号,价格\nA1,9,,B1,8\nA2,7,,,\n")
    assert [(row.number, row.cells) for row in found.body] == [(2, ("A1", "9")), (3, ("A2", "7")), (2, ("B1", "8"))]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026.7.1", date(2026, 7, 1)),
        ("2026年3月1日起", date(2026, 3, 1)),
        ("2026-12-31 23:59", date(2026, 12, 31)),
        ("01.07.2026", date(2026, 7, 1)),
        ("13/07/2026", date(2026, 7, 13)),
        ("07/13/2026", date(2026, 7, 13)),
        ("31-Dec-2026", date(2026, 12, 31)),
        ("until 30 June 2026", date(2026, 6, 30)),
        ("2026年6月", date(2026, 6, 30)),
        ("长期有效", None),
        ("至今", None),
        ("open-ended", None),
        ("/", None),
    ],
)
def test_the_last_day_is_read_however_it_is_written(cell: str, day: date | None) -> None:
    assert read_date(cell, end=True) == day


@pytest.mark.parametrize("cell", ["01/07/2026", "下周", "2026-02-30", "2026.1", "12月", "TBD", "1.7.26"])
def test_a_day_that_may_be_two_is_not_guessed(cell: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("2026-11-01至2026-11-11", (date(2026, 11, 1), date(2026, 11, 11))),
        ("2026.12.20-1.5", (date(2026, 12, 20), date(2027, 1, 5))),
        ("2026年11月1日至11日", (date(2026, 11, 1), date(2026, 11, 11))),
        ("即日起至2026-12-31", (None, date(2026, 12, 31))),
        ("1 March 2026 to 31 October 2026", (date(2026, 3, 1), date(2026, 10, 31))),
        ("2026年3月至2026年10月", (date(2026, 3, 1), date(2026, 10, 31))),
        ("3个月", None),
        ("1-5天", None),
        ("2026-01-01", None),
    ],
)
def test_a_period_says_from_when_to_when(cell: str, days: tuple[date | None, date | None] | None) -> None:
    assert read_period(cell) == days


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (268.5, '0.0"万"', "268.5万"),
        (30, '0"天"', "30天"),
        (33.333333333, "0.00", "33.33"),
        (339.145, "#,##0.00", "339.15"),
        (0.5, "General", "0.5"),
        (12.345, "@", "12.345"),
        (99.5, "¥#,##0.00", "¥99.5"),
        (0.0105, "0.00%", "1.05%"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(value: float, shown: str, text: str) -> None:
    assert cell_text(value, shown) == text


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["8:00-12:00, 14:00-17:30", "休息"], "time_range"),
        (["9am-5pm", "10:30 am – 4 pm", "closed"], "time_range"),
        (["NOK 1,290", "free", "HK$ 20"], "money"),
        (["£150", "£260", "not allowed"], "money"),
        (["19", "Contact us", "Free"], "number"),
        (["1-5kg", "5-20kg"], "text"),
        (["20kg", "30kg"], "number"),
        (["√", "—", "×"], "boolean"),
    ],
)
def test_a_column_has_the_type_of_most_of_its_cells(cells: list[str], kind: str) -> None:
    assert guess_type("列", cells) == kind


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("价格(元)", "元"),
        ("Price (USD/month)", "USD/month"),
        ("单价（元/100g）", "元/100g"),
        ("旺季（4月-10月）", ""),
        ("价格(含税)", ""),
        ("Fee (2026)", ""),
    ],
)
def test_only_a_unit_stands_behind_a_number(heading: str, unit: str) -> None:
    assert bracketed_unit(heading) == unit


def test_a_bracket_between_words_leaves_them_apart() -> None:
    assert [core_name(name) for name in ("Peak (Apr-Oct) weekend", "旺季（4-10月） 平日")] == ["Peak weekend", "旺季平日"]
