"""Which of the two languages a text is in."""

import pytest

from shared.domain.language import detect_language, language_of_message


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("怎么退货", "zh"),
        ("How do I return it?", "en"),
        ("Wi-Fi 连不上", "zh"),
        ("S3 多少钱", "zh"),
        ("Does the 云雀 S3 clean carpets on its own?", "en"),
        ("iPhone app 登不上 error 503", "zh"),
    ],
)
def test_a_sentence_keeps_its_language_although_it_holds_names_of_the_other(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_text_without_letters_has_the_language_of_the_conversation() -> None:
    assert detect_language("13800001111", default="en") == "en"
    assert detect_language("???", default="zh") == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "wang@example.com",
        "S3 Pro",
        "OK",
        "Wi-Fi",
        "Keeper L5",
        "yes",
        "https://islelight.example/x",
        "s3",
        "13800001111",
        "wangfang_88",
        "qq 12345678",
        "+1 (415) 555-0132 ext 12",
    ],
)
def test_an_address_or_a_name_does_not_change_a_conversations_language(text: str) -> None:
    assert language_of_message(text, "zh", first=False) == "zh"
    assert language_of_message(text, "en", first=False) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how much is it", "en"),
        ("HOW DO I RETURN IT", "en"),
        ("what about the S3?", "en"),
        ("refund", "en"),
        ("那 S3 Pro 呢", "zh"),
        ("我的邮箱 wang.xiaoming.personal@mail.example.com", "zh"),
    ],
)
def test_a_sentence_in_the_other_language_changes_it(text: str, language: str) -> None:
    for before in ("zh", "en"):
        assert language_of_message(text, before, first=False) == language


def test_the_first_message_sets_it() -> None:
    assert language_of_message("Hello", "zh", first=True) == "en"
    assert language_of_message("refund", "zh", first=True) == "en"
    assert language_of_message("怎么退货", "en", first=True) == "zh"
    assert language_of_message("wang@example.com", "zh", first=True) == "zh"


def test_a_product_that_is_named_first_tells_no_language() -> None:
    for text in ("S3 Pro", "WH-1000XM5", "wifi", "13800001111"):
        for before in ("zh", "en"):
            assert language_of_message(text, before, first=True) == before, text


def test_chinese_without_its_characters_is_chinese() -> None:
    assert language_of_message("zhuan rengong", "en", first=True) == "zh"
    assert language_of_message("nihao", "en", first=False) == "zh"
