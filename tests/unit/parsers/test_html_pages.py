import pytest

from tests.unit.parsers.documents import read


def sections(body: str) -> list[tuple[str, str]]:
    """Return (last heading, text) of a page's sections."""
    parsed = read("page.html", f"<html><head><title>帮助 - 云帆</title></head><body>{body}</body></html>")
    return [(part.heading_path[-1] if part.heading_path else "", part.text) for part in parsed.sections]


@pytest.mark.parametrize(
    "body",
    [
        # https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
        '<h3><button aria-expanded="false" aria-controls="p1">怎么退？</button></h3><div id="p1" hidden>点退货。</div>',
        # Bootstrap
        '<h2 class="accordion-header"><button data-bs-toggle="collapse" data-bs-target="#a">怎么退？</button></h2>'
        '<div id="a" class="accordion-collapse collapse" style="display:none">点退货。</div>',
        '<button class="accordion">怎么退？</button><div class="panel" style="display: none">点退货。</div>',
        '<ul><li><a href="#t1">怎么退？</a></li></ul><div role="tabpanel" id="t1" aria-hidden="true"><h4>怎么退？</h4>点退货。</div>',
    ],
)
def test_what_a_reader_can_unfold_is_content_under_its_question(body: str) -> None:
    assert ("怎么退？", "点退货。") in sections(f"<main><h1>常见问题</h1>{body}</main>")


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>进价 60 元</p>",
        '<div style="display:none">进价 60 元</div>',
        '<span aria-hidden="true">进价 60 元</span>',
        '<div id="login" class="modal" style="display:none">进价 60 元</div><button data-toggle="modal" data-target="#login">登录</button>',
        "<button>进价 60 元</button>",
    ],
)
def test_what_no_reader_can_unfold_stays_hidden(hidden: str) -> None:
    assert sections(f"<main><h1>价格</h1><p>售价 99 元。</p>{hidden}</main>") == [("价格", "售价 99 元。")]


def test_a_form_around_the_whole_page_is_not_its_content_s_end() -> None:
    body = '<form id="form1"><h2>退货</h2><p>签收后十五天内可以退货，请保持包装完好。</p><input name="q"></form><p>云帆</p>'
    assert ("退货", "签收后十五天内可以退货，请保持包装完好。\n\n云帆") in sections(body)
    search = "<main><h1>退货</h1><p>签收后十五天内可以退货。</p><form>搜索 关键词</form></main>"
    assert sections(search) == [("退货", "签收后十五天内可以退货。")]


def test_all_articles_of_a_page_are_read_and_none_names_it() -> None:
    body = "<article><h1>退货</h1><p>签收后十五天内可以退。</p></article><article><h1>运费</h1><p>满百包邮。</p></article>"
    assert sections(body) == [("退货", "签收后十五天内可以退。"), ("运费", "满百包邮。")]
    assert read("a.html", f"<title>帮助 - 云帆</title>{body}").meta.title == "帮助"


def test_parts_of_the_content_are_kept_whatever_their_class() -> None:
    body = '<main><h1>活动</h1><div class="header">双十一规则</div><div class="promo"><p>每单限用一张券。</p></div></main>'
    assert sections(body) == [("活动", "双十一规则\n\n每单限用一张券。")]
    assert sections(f'<div class="promo">满减</div>{body}') == [("活动", "双十一规则\n\n每单限用一张券。")]


def test_struck_words_do_not_hold_and_raised_digits_stand_apart() -> None:
    body = "<p>签收后<del>7</del><ins>15</ins>天内，满 199<sup>1</sup> 元，10m<sup>2</sup>。</p>"
    assert sections(body) == [("", "签收后15天内，满 199¹ 元，10m²。")]


def test_lists_keep_their_numbers_and_tables_their_caption_and_lines() -> None:
    assert sections('<ol start="3"><li>寄回<br>商品</li><li>等待退款</li></ol>') == [("", "3. 寄回 商品\n4. 等待退款")]
    table = "<table><caption>运费表</caption><tr><th>地区<th>运费<tr><td><ul><li>上海<li>江苏</ul><td>10<br>元</table>"
    assert sections(table) == [("", "运费表\n\n地区：上海 江苏；运费：10 元")]
