import pytest

from tests.unit.parsers.documents import read, reason_of

ZH = "保修期为一年，从签收的第二天算起。人为损坏不在保修范围内，请联系客服。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_chinese_text_is_read_in_any_encoding(encoding: str) -> None:
    parsed = read("warranty.txt", ZH.encode(encoding))
    assert parsed.sections[0].text == ZH
    assert parsed.meta.language == "zh"


def test_a_short_chinese_text_in_gbk_is_not_taken_for_another_language() -> None:
    assert read("a.txt", "退货地址".encode("gbk")).sections[0].text == "退货地址"


def test_western_european_text_is_read() -> None:
    text = "The café’s crème brûlée is on the house. " * 5
    assert "café" in read("a.txt", text.encode("cp1252")).sections[0].text


def test_traditional_chinese_in_big5_is_read() -> None:
    text = "退貨政策：商品簽收後七天內可以申請退貨，請保持包裝完整，並附上發票與所有配件。" * 3
    assert "退貨政策" in read("a.txt", text.encode("big5")).sections[0].text


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv"])
def test_binary_data_under_a_text_name_is_refused(name: str) -> None:
    assert reason_of(name, bytes(range(256)) * 40) == "bad_encoding"


@pytest.mark.parametrize("data", [b"", b"   \n\n ", "\ufeff".encode()])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert reason_of("a.txt", data) == "empty"


def test_plain_text_headings_are_told_by_their_numbering() -> None:
    parsed = read("a.txt", "渔火台灯\n\n一、开关\n单击开关灯。\n\n二、清洁\n用软布擦拭。\n")
    assert [(part.heading_path, part.text) for part in parsed.sections] == [
        (("渔火台灯", "一、开关"), "单击开关灯。"),
        (("渔火台灯", "二、清洁"), "用软布擦拭。"),
    ]
    assert parsed.meta.title == "渔火台灯"


def test_markdown_keeps_headings_lists_tables_links_and_code() -> None:
    text = """# 退货

前言。

## 条件

1. 主机完好；
2. 配件齐全：
   - 充电器
   - 说明书

| 情形 | 谁付运费 |
|---|---|
| 质量问题 | 我们 |
| 不喜欢 | 顾客 |

见[帮助中心](https://shop.example/help)。

```
重置码 1234
```
"""
    parsed = read("returns.md", text)
    assert parsed.meta.title == "退货"
    assert parsed.sections[0].heading_path == ("退货",)
    section = parsed.sections[1]
    assert section.heading_path == ("退货", "条件")
    assert "1. 主机完好；\n2. 配件齐全：\n  - 充电器\n  - 说明书" in section.text
    assert "情形：质量问题；谁付运费：我们\n情形：不喜欢；谁付运费：顾客" in section.text
    assert "见帮助中心。" in section.text and "重置码 1234" in section.text


def test_markup_hidden_in_markdown_is_not_text() -> None:
    parsed = read(
        "a.md", "# A\n\n<!-- secret note -->\n\n<script>steal()</script>\n\n<div>Shown <b>text</b></div>\n\nLine<br>two\n"
    )
    text = parsed.sections[0].text
    assert "secret" not in text and "steal" not in text and "Shown text" in text


PAGE = """<!doctype html><html><head><title>Delivery | Acme</title><link rel="canonical" href="https://acme.example/delivery">
<style>.x{}</style></head><body><header><a href="/">Home</a></header><nav>Menu</nav>
<div class="breadcrumb">Home &gt; Help</div><div id="cookie-notice">We use cookies</div>
<main><h1>Delivery</h1><p>We deliver in 2 days.</p><h2>Fees</h2>
<table><tr><th>Zone</th><th>Fee</th></tr><tr><td rowspan="2">EU</td><td>5 EUR</td></tr><tr><td>9 EUR express</td></tr></table>
<ul><li>Free over 50 EUR<ul><li>not for furniture</li></ul></li><li>Islands cost more</li></ul>
<p style="display:none">internal: margin 40%</p><div class="advert">Buy now!</div>
<details><summary>Can I collect it?</summary>Yes, in any shop.</details><p>Call us.</p></main>
<aside>You may like</aside><footer>Copyright</footer><script>track()</script></body></html>"""


def test_html_gives_the_page_and_nothing_around_it() -> None:
    parsed = read("delivery.html", PAGE)
    text = "\n".join(part.text for part in parsed.sections)
    for noise in ("Home", "Menu", "cookies", "Buy now", "You may like", "Copyright", "track", "margin"):
        assert noise not in text
    assert parsed.meta.title == "Delivery"
    assert parsed.meta.source_url == "https://acme.example/delivery"
    assert "Zone: EU; Fee: 5 EUR\nZone: EU; Fee: 9 EUR express" in text
    assert "- Free over 50 EUR\n  - not for furniture\n- Islands cost more" in text


def test_a_question_that_folds_open_is_the_heading_of_its_answer_only() -> None:
    places = {part.text: part.heading_path for part in read("delivery.html", PAGE).sections}
    assert places["Yes, in any shop."] == ("Delivery", "Fees", "Can I collect it?")
    assert places["Call us."] == ("Delivery", "Fees")


def test_a_page_that_is_all_in_a_box_called_content_is_still_read() -> None:
    parsed = read(
        "a.html", "<body><div class='banner'><h1>Warranty</h1><p>" + "Two years on all parts. " * 9 + "</p></div></body>"
    )
    assert "Two years" in parsed.sections[0].text


def test_html_in_gb2312_is_read_by_its_own_declaration() -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>退货</p></body></html>'
    assert read("a.html", page.encode("gb2312")).sections[0].text == "退货"


def test_a_table_that_only_lays_out_the_page_is_read_as_a_page() -> None:
    parsed = read("a.html", "<table><tr><td><h2>Fees</h2><p>Free.</p></td><td><h2>Time</h2><p>2 days.</p></td></tr></table>")
    assert [(part.heading_path, part.text) for part in parsed.sections] == [(("Fees",), "Free."), (("Time",), "2 days.")]


def test_front_matter_sets_the_metadata_of_any_text_format() -> None:
    front = (
        "---\ntitle: 保价\naudience: staff\nvalid_from: 2026-01-01\nvalid_to: 2026-12-31\nsource_url: https://a.example/p\n---\n"
    )
    for name in ("a.md", "a.txt", "a.html"):
        meta = read(name, front + "<p>保价期三十天。</p>").meta
        assert (meta.title, meta.audience, str(meta.valid_from), str(meta.valid_to)) == (
            "保价",
            "staff",
            "2026-01-01",
            "2026-12-31",
        )


def test_front_matter_after_a_byte_order_mark_and_blank_lines_is_still_front_matter() -> None:
    assert read("a.md", "\ufeff\n\n---\naudience: staff\n---\nText.").meta.audience == "staff"


def test_a_rule_at_the_top_of_a_document_is_no_front_matter() -> None:
    assert read("a.md", "---\n\nJust a line above.\n").sections[0].text == "Just a line above."


def parts(name: str, text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(part.heading_path, part.text) for part in read(name, text).sections]


def test_a_note_of_markdown_stands_where_it_is_referred_to() -> None:
    text = "# 退货\n\n七天内可退[^1]，见[^无]。\n\n[^1]: 定制商品\n    除外。\n\n```\n[^1]\n```\n"
    assert parts("a.md", text) == [(("退货",), "七天内可退（注：定制商品 除外。），见[^无]。\n\n[^1]")]
    assert parts("a.md", "Free returns[^a].\n\n[^a]: Not on sale items.\n") == [((), "Free returns (note: Not on sale items.).")]


def test_struck_and_hidden_words_of_markdown_are_left_out() -> None:
    text = "原价 ~~99~~ 88 元，<del>七</del>十五天<span hidden>，进价 60 元</span>。<b>真的</b>，见[页](hidden.html)。"
    assert parts("a.md", text) == [((), "原价  88 元，十五天。真的，见页。")]


@pytest.mark.parametrize(
    "hidden", ['<div style="display:none">进价 60 元</div>', "<p hidden>进价 60 元</p>", "<nav>进价 60 元</nav>"]
)
def test_a_block_of_html_in_markdown_that_is_hidden_as_a_whole_is_left_out(hidden: str) -> None:
    assert parts("a.md", f'售价 99 元。\n\n{hidden}\n\n<div class="header">包邮。</div>\n') == [((), "售价 99 元。\n\n包邮。")]


def test_a_chinese_heading_needs_no_space_behind_its_sign() -> None:
    assert parts("a.md", "#退货政策\n七天。\n\n##运费\n买家付。\n") == [
        (("退货政策",), "七天。"),
        (("退货政策", "运费"), "买家付。"),
    ]


@pytest.mark.parametrize("line", ["#新品# 上市", "#好用 我很喜欢。", "#1 号店", "#b45309"])
def test_a_tag_is_no_heading(line: str) -> None:
    assert parts("a.md", f"正文。\n\n{line}\n\n结尾。\n") == [((), f"正文。\n\n{line}\n\n结尾。")]


@pytest.mark.parametrize("paragraph", ["签收后七天内可退货。", "买家付"])
def test_a_line_below_a_paragraph_does_not_lose_it(paragraph: str) -> None:
    assert parts("a.md", f"# 退货\n{paragraph}\n---\n# 运费\n满百包邮。\n")[0] == (("退货",), paragraph)
    assert paragraph in "".join(text for _, text in parts("a.txt", f"前言。\n{paragraph}\n-------\n客服电话 400。\n"))


def test_questions_and_answers_in_a_plain_text_stand_apart() -> None:
    text = "Q：怎么退货？\nA：打开订单。\n再点退货。\n\n问题2：多久到账？\n\n答：三天。\n\nQ: 无人回答的问题\n"
    assert parts("a.txt", text) == [(("怎么退货？",), "打开订单。\n再点退货。"), (("多久到账？",), "三天。\n\nQ: 无人回答的问题")]
