"""A tenant's synonyms: other words for what a question says, for the keyword leg."""

import re
from collections.abc import Sequence

_LATIN = re.compile(r"[a-z0-9]")


def expanded(text: str, groups: Sequence[Sequence[str]]) -> str:
    """The text followed by the other words of every group of which it has one."""
    low = text.casefold()
    others = [
        word
        for group in groups
        if any(_says(low, word.casefold()) for word in group)
        for word in group
        if word.casefold() not in low
    ]
    return " ".join([text, *dict.fromkeys(others)])


def _says(text: str, word: str) -> bool:
    """Chinese words anywhere, Latin words only whole: "us" is not in "bus"."""
    if not _LATIN.match(word):
        return bool(word) and word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
