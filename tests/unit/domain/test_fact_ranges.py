"""Which row holds an amount."""

import pytest

from shared.domain.fact_ranges import amounts, fitting, read_range, read_ranges

PARCELS = ["1kg以内", "1-5kg", "5-20kg", "20kg以上"]


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("3公斤", 1),
        ("6斤", 1),
        ("半公斤", 0),
        ("5kg", 1),
        ("5.5 kg", 2),
        ("超过20公斤", 3),
        ("over 20 kg", 3),
        ("500g", 0),
    ],
)
def test_an_amount_falls_into_one_row_and_on_a_border_into_the_lower(question: str, row: int) -> None:
    (amount,) = amounts(question)
    assert fitting(read_ranges(PARCELS), amount) == {row}


@pytest.mark.parametrize("question", ["3天", "3人"])
def test_an_amount_of_something_else_falls_into_none(question: str) -> None:
    (amount,) = amounts(question)
    assert not fitting(read_ranges(PARCELS), amount)


@pytest.mark.parametrize("cell", ["云雀 s3", "24-70 f2.8", "in stock", "", "1kg-5公里"])
def test_what_is_no_range_is_not_read_as_one(cell: str) -> None:
    assert read_range(cell) is None


def test_a_column_in_which_few_cells_are_ranges_is_no_column_of_ranges() -> None:
    assert read_ranges(["1-5kg", "白色", "黑色", "红色"]) == {}
