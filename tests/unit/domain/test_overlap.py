"""How much of a question's wording a text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.overlap import grams, held_grams

# Small, so that questions and texts meet: letters, digits, Chinese, marks, and characters whose case folds oddly.
_WORDS = st.lists(
    st.sampled_from([*"abC12_- .、，中文字的éßİⅧ²", "abcdef", "abcdefg", "ABCDEF", "中文", "云雀"]), max_size=20
).map("".join)


@given(question=_WORDS, text=_WORDS)
def test_a_text_holds_exactly_the_grams_that_cutting_it_would_give(question: str, text: str) -> None:
    asked = grams(question)
    for whole in (text, text + question, f"{question} {text}"):
        assert held_grams(asked, whole) == asked & grams(whole)


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("cat", "a category", False),
        ("cat", "concat", False),
        ("cat", "the cat.", True),
        ("charger", "two chargers", True),
        ("charger", "recharger", False),
        ("L5", "云雀L5门锁", True),
        ("灯", "台灯", False),
        ("灯", "灯 on", True),
    ],
)
def test_words_count_by_their_beginning_and_a_lone_character_only_alone(question: str, text: str, held: bool) -> None:
    assert bool(held_grams(grams(question), text)) is held
