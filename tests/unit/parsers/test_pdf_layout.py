"""Tables, columns and running titles of PDFs, which hold nothing but texts and their places."""

from collections.abc import Sequence

from tests.unit.parsers.documents import pdf_file, read

Text = tuple[float, float, float, str]


def rows(texts: Sequence[Sequence[str]], columns: Sequence[float], top: float = 700) -> list[Text]:
    return [(columns[at], top - 15 * number, 10, cell) for number, row in enumerate(texts) for at, cell in enumerate(row) if cell]


def lines(x: float, texts: Sequence[str], top: float = 760) -> list[Text]:
    return [(x, top - 13 * number, 10, text) for number, text in enumerate(texts)]


def text_of(*pages: Sequence[Text]) -> str:
    return "\n\n".join(part.text for part in read("a.pdf", pdf_file(pages)).sections)


def test_an_empty_cell_does_not_move_the_next_one_under_another_header() -> None:
    table = rows([["地区", "运费", "时效"], ["北京", "8 元", "2 天"], ["西藏", "", "7 天"]], (50, 200, 300))
    assert text_of([(50, 800, 18, "运费"), *table]) == "地区：北京；运费：8 元；时效：2 天\n地区：西藏；时效：7 天"


def test_a_cell_that_goes_on_in_the_next_line_is_one_cell() -> None:
    table = rows([["地区", "说明"], ["北京", "次日达，偏远乡镇"], ["", "除外"], ["西藏", "七天"]], (50, 200))
    assert text_of([(50, 800, 18, "运费"), *table]) == "地区：北京；说明：次日达，偏远乡镇除外\n地区：西藏；说明：七天"


def test_a_sentence_between_two_tables_belongs_to_neither() -> None:
    first, second = (
        rows([["地区", "运费"], ["北京", "8 元"]], (50, 150)),
        rows([["国家", "运费"], ["日本", "80 元"]], (50, 150), 610),
    )
    text = text_of([(50, 800, 18, "运费"), *first, (50, 645, 10, "下表为国际运费。"), *second])
    assert text == "地区：北京；运费：8 元\n\n下表为国际运费。\n\n国家：日本；运费：80 元"


def test_two_columns_that_are_drawn_line_by_line_are_read_one_after_the_other() -> None:
    left = lines(50, ["签收后七天内可以申请退货，", "请保持商品与包装完好，并附", "上发票。"])
    right = lines(310, ["运费由买家承担，质量问题除", "外。满一百元包邮，偏远地区", "除外。"])
    drawn = [text for pair in zip(left, right, strict=True) for text in pair]
    text = text_of([(50, 800, 20, "退货政策"), *drawn])
    assert text.split("\n\n") == [
        "签收后七天内可以申请退货，请保持商品与包装完好，并附上发票。",
        "运费由买家承担，质量问题除外。满一百元包邮，偏远地区除外。",
    ]


def test_long_cells_of_a_table_are_no_columns_of_text() -> None:
    table = rows(
        [
            ["问题", "答案"],
            ["怎么申请退货", "在订单页面点击申请退货按钮即可"],
            ["多久能收到退款", "审核通过后三个工作日内原路退回"],
            ["可以换颜色吗", "可以"],
        ],
        (50, 200),
    )
    assert "问题：多久能收到退款；答案：审核通过后三个工作日内原路退回" in text_of([(50, 800, 18, "常见问题解答"), *table])


def test_running_titles_are_dropped_on_two_pages_too_wherever_the_file_draws_them() -> None:
    pages = [
        [(50.0, 820.0, 8.0, "ACME Handbook"), (50.0, 20.0, 8.0, f"Page {number} of 2"), *lines(50, [text])]
        for number, text in ((1, "Returns within thirty days."), (2, "Shipping is free of charge."))
    ]
    assert text_of(*pages) == "Returns within thirty days.\n\nShipping is free of charge."


def test_chinese_numbers_head_paragraphs_where_neither_size_nor_weight_does() -> None:
    page = lines(50, ["一、退货", "签收后七天内可以申请退货，请保持包装完好。", "二、运费", "由买家承担。"])
    parsed = read("a.pdf", pdf_file([page]))
    assert [(part.heading_path, part.text) for part in parsed.sections] == [
        (("一、退货",), "签收后七天内可以申请退货，请保持包装完好。"),
        (("二、运费",), "由买家承担。"),
    ]


def test_a_page_that_is_only_a_picture_is_named() -> None:
    text, picture = lines(50, ["Returns within thirty days."]), "q 9 0 0 9 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
    parsed = read("a.pdf", pdf_file([text, picture]))
    assert [part.text for part in parsed.sections] == ["Returns within thirty days."]
    assert parsed.warnings == ("pages without text, only pictures, were left out: 2; recognise their text (OCR) first",)
    assert read("b.pdf", pdf_file([text, []])).warnings == ()
