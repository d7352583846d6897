"""Masked text: personal data replaced by placeholders, which can be put back for the person it belongs to."""

import re
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\[[A-Z]{2,12}_\d{1,6}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """`text` has placeholders such as [PHONE_1]; `originals` maps each placeholder to what it stands for."""

    text: str
    originals: tuple[tuple[str, str], ...] = ()

    def restore(self, text: str) -> str:
        """Put the originals back into a text that may quote the placeholders; linear in the text."""
        originals = dict(self.originals)
        return _PLACEHOLDER.sub(lambda match: originals.get(match.group(), match.group()), text)
