"""Personal data out, stable placeholders in, by form alone: no model, no dictionary of names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.adapters.masking.patterns import Found, find
from shared.domain.masking import Masked

_PLACEHOLDER = re.compile(r"\[[A-Z]{2,12}_\d{1,6}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternMasker:
    """Masks phones, resident identity numbers, bank cards, e-mail addresses and licence plates.

    The same spelling gets the same placeholder, in order of first appearance; restoring gives the text back exactly.
    Numbers of a company's service (400, 800) are nobody's, and are left alone.
    """

    def mask(self, text: str) -> Masked:
        """Return the masked text; linear in its length."""
        taken = frozenset(_PLACEHOLDER.findall(text))
        names: dict[tuple[str, str], str] = {}
        counts: dict[str, int] = {}
        pieces: list[str] = []
        end = 0
        for found in _apart(find(text), len(text)):
            original = text[found.start : found.end]
            key = (found.kind, original)
            if key not in names:
                names[key] = _next_name(found.kind, counts, taken)
            pieces += (text[end : found.start], names[key])
            end = found.end
        originals = tuple((placeholder, original) for (_, original), placeholder in names.items())
        return Masked(text="".join((*pieces, text[end:])), originals=originals)


def _apart(found: Iterator[Found], length: int) -> list[Found]:
    """Keep what does not overlap an earlier claim, in order of place."""
    claimed = bytearray(length)
    kept: list[Found] = []
    for one in found:
        if not any(claimed[one.start : one.end]):
            claimed[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _next_name(kind: str, counts: dict[str, int], taken: frozenset[str]) -> str:
    """Number the placeholder; a name that the customer has typed literally is skipped, or restoring would change it."""
    while True:
        counts[kind] = counts.get(kind, 0) + 1
        name = f"[{kind}_{counts[kind]}]"
        if name not in taken:
            return name
