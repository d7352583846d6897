"""Numbers, codes, links and words as the matcher and the guard read them."""

import time

import pytest

from shared.domain.wording import (
    asked_codes,
    codes,
    content_terms,
    has_code,
    host,
    is_own_host,
    links,
    numbers,
    stem,
    terms,
    things_named,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,299.00 元", {"1299"}),
        ("２．５０ 千克", {"2.5"}),
        ("七天内、十五个工作日、两年", {"7", "15", "2"}),
        ("seven days or twelve months", {"7", "12"}),
        ("三包服务", set[str]()),
        ("9:00 到 21:30", {"9", "0", "21", "30"}),
    ],
)
def test_numbers_are_the_same_in_every_spelling(text: str, found: set[str]) -> None:
    assert numbers(text) == found


def test_codes_name_one_thing_among_its_siblings() -> None:
    assert codes("门将 L9、云雀 S3 Pro 和 AC-110，E03") == {"l9", "s3pro", "ac110", "e03"}
    assert codes("第 3 页，15 天，5 GHz，2.4") == frozenset()


def test_after_the_word_error_a_number_is_a_code() -> None:
    (code,) = asked_codes("App 提示 10-3 是什么意思")
    assert has_code("10-3：找不到路由器", code)
    assert not has_code("110-3、10-30、2010-3", code)
    assert asked_codes("10-15 天能到吗") == frozenset()


def test_what_a_thing_shows_is_a_code_but_a_span_of_days_is_none() -> None:
    assert asked_codes("App shows 10-3 when I add the camera") == {"10-3"}
    assert asked_codes("机器老是报10-3") == {"10-3"}
    assert asked_codes("your site says 3-5 working days") == frozenset()
    assert asked_codes("页面出现 3-5 天是啥意思") == frozenset()


@pytest.mark.parametrize(
    ("one", "other"), [("policies", "policy"), ("shipped", "shipping"), ("returned", "returns"), ("charges", "charging")]
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_content_is_what_is_left_without_grammar() -> None:
    assert content_terms("请问你们的门店可以退货吗？") == ["门店", "退货"]
    assert content_terms("Can you please tell me how to return it?") == ["return"]


def test_a_verb_split_by_its_result_meets_the_whole_one() -> None:
    assert set(content_terms("开不了机了")) & terms("不能开机")


def test_links_end_before_punctuation_of_either_language() -> None:
    assert links("见 https://a.example/x?y=1。或 www.b.example, ok") == ("https://a.example/x?y=1", "www.b.example")


@pytest.mark.parametrize(
    ("link", "own"),
    [
        ("https://www.shop.example/a", True),
        ("http://HELP.shop.example", True),
        ("https://shop.example", True),
        ("https://www.shop.example@evil.example/", False),
        ("https://www.shop.example.evil.example/", False),
        ("https://evilshop.example/", False),
    ],
)
def test_only_the_company_s_hosts_and_those_below_are_its_own(link: str, own: bool) -> None:
    assert is_own_host(link, frozenset({"www.shop.example"})) is own


def test_a_user_name_in_an_address_is_no_host() -> None:
    assert host("https://a.example@b.example/x") == "a.example@b.example"


def test_what_a_text_names_by_a_code_comes_with_the_name_of_its_line() -> None:
    assert things_named("我家的云雀 S3 Pro 和 L5") == {"云雀 s3 pro": "云雀", "l5": ""}
    assert things_named("How much is the Skylark S3?") == {"skylark s3": "skylark"}
    assert things_named("my S3 提示 E03") == {"s3": "", "e03": ""}
    assert things_named("多少钱") == {}


@pytest.mark.parametrize("piece", ["云雀 S3 ", "s3 ", "a", "skylark "])
def test_things_in_a_long_text_are_found_in_linear_time(piece: str) -> None:
    text = piece * (60_000 // len(piece)) + "S3"
    began = time.process_time()
    things_named(text)
    assert time.process_time() - began < 1.0
