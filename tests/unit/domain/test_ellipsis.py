import pytest

from shared.domain.ellipsis import completed

PRICE, PRICE_EN = "云雀 S3 多少钱？", "How much is the Skylark S3?"


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("那 P2 呢", PRICE, "p2 多少钱？"),
        ("P2呢？", PRICE, "p2 多少钱？"),
        ("那松果P2呢", PRICE, "松果 p2 多少钱？"),
        ("S3 Pro 的话呢", PRICE, "s3 pro 多少钱？"),
        ("还有L5", PRICE, "l5 多少钱？"),
        ("L5呢", "保修几年", "l5 保修几年"),
        ("what about the P2?", PRICE_EN, "How much is the p2?"),
        ("and the Pinecone P2?", PRICE_EN, "How much is the pinecone p2?"),
    ],
)
def test_a_question_that_only_names_another_thing_is_the_one_before_of_that_thing(question: str, before: str, meant: str) -> None:
    assert completed(question, before) == meant


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("那 P2 多少钱呢", "云雀 S3 保修几年"),
        ("P2 呢", ""),
        ("那保修呢", PRICE),
        ("and is the P2 any quieter?", PRICE_EN),
    ],
)
def test_any_other_question_stands(question: str, before: str) -> None:
    assert completed(question, before) == question
