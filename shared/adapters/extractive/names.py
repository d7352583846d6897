"""Makers, platforms and places by name, in both languages: what a question may be about that no passage is."""

import json
import re
from functools import lru_cache
from pathlib import Path

from shared.domain.wording import fold

_FILE = Path(__file__).with_name("names-v1.json")


def names_in(text: str) -> frozenset[str]:
    """Return the known names in a text; two names of one thing count as the same."""
    canonical, pattern = _known()
    return frozenset(canonical[name] for name in pattern.findall(fold(text)))


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    raw = json.loads(_FILE.read_text(encoding="utf-8"))
    canonical = {name: name for name in (*raw["makers"], *raw["places"])}
    canonical.update({name: group[0] for group in raw["same"] for name in group})
    longest_first = sorted(canonical, key=len, reverse=True)
    words = [rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() else re.escape(name) for name in longest_first]
    return canonical, re.compile("|".join(words))
