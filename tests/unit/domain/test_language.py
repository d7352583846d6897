"""Which of the two languages a text is in."""

import pytest

from shared.domain.language import detect_language


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
