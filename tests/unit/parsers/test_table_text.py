import pytest

from shared.adapters.parsers.table_text import table_lines
from tests.unit.parsers.documents import read


def test_every_row_says_what_its_cells_are() -> None:
    assert (
        table_lines([["地区", "运费"], ["北京", "8 元"], ["上海", "10 元"]]) == "地区：北京；运费：8 元\n地区：上海；运费：10 元"
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["型号", "X1"], ["重量", "1.2 kg"], ["颜色", "黑"]], "型号：X1\n重量：1.2 kg\n颜色：黑"),
        ([["名称", "云雀音箱"], ["保修", "两年"]], "名称：云雀音箱\n保修：两年"),
        ([["联系电话：", "400-1"], ["邮箱：", "a@b.c"]], "联系电话：400-1\n邮箱：a@b.c"),
        ([["型号", "X1", "品牌", "云帆"], ["重量", "1 kg", "颜色", "黑"]], "型号：X1\n品牌：云帆\n重量：1 kg\n颜色：黑"),
        ([["Model", "X1"], ["Weight", "1.2 kg"]], "Model: X1\nWeight: 1.2 kg"),
    ],
)
def test_a_list_of_properties_has_no_header(rows: list[list[str]], text: str) -> None:
    assert table_lines(rows) == text


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ([["型号", "价格"], ["X1", "100"]], "型号：X1；价格：100"),
        ([["名称", "电话"], ["售后", "400-1"]], "名称：售后；电话：400-1"),
        ([["项目", "2026 年"], ["营收", "100"]], "项目：营收；2026 年：100"),
        ([["地区", "运费（满 99 元包邮）"], ["北京", "8 元"]], "地区：北京；运费（满 99 元包邮）：8 元"),
        ([["套餐", "0-1 kg", "1-5 kg"], ["标准", "8", "12"]], "套餐：标准；0-1 kg：8；1-5 kg：12"),
        ([["Size", "Chest", "Waist"], ["S", "88", "70"]], "Size: S; Chest: 88; Waist: 70"),
    ],
)
def test_a_table_of_things_keeps_its_header(rows: list[list[str]], last: str) -> None:
    assert table_lines(rows).splitlines()[-1] == last


def test_a_header_of_two_rows_is_read_as_one() -> None:
    rows = [["地区", "费用", "费用"], ["地区", "首重", "续重"], ["上海", "10", "5"]]
    assert table_lines(rows) == "地区：上海；费用 首重：10；费用 续重：5"


def test_a_cell_that_spans_the_table_is_a_title_or_a_note() -> None:
    rows = [["运费表", "运费表"], ["地区", "运费"], ["北京", "8 元"], ["满 99 元包邮", "满 99 元包邮"]]
    assert table_lines(rows) == "运费表\n地区：北京；运费：8 元\n满 99 元包邮"


def test_a_page_says_by_its_markup_that_the_first_cells_are_headers() -> None:
    rows = "<tr><th>能退吗</th><td>能，十五天内</td></tr><tr><th>运费</th><td>我们付</td></tr>"
    (section,) = read("a.html", f"<h1>退货</h1><table>{rows}</table>").sections
    assert section.text == "能退吗：能，十五天内\n运费：我们付"


def test_a_heading_with_nothing_below_it_that_tells_something_is_not_lost() -> None:
    parsed = read("a.md", "# 联系我们\n\n## 客服电话：400-123-4567\n\n## 售后\n\n## 门店\n\n上海。\n\n## 投诉：400-765\n")
    assert [(part.heading_path, part.text) for part in parsed.sections] == [
        (("联系我们",), "客服电话：400-123-4567"),
        (("联系我们", "门店"), "上海。"),
        (("联系我们",), "投诉：400-765"),
    ]


def test_a_paragraph_that_is_dressed_as_a_heading_is_read_whole() -> None:
    text = "签收后七天内可以申请退货。" * 20
    assert read("a.md", f"# 退货\n\n## {text}\n").sections[0].text == text
