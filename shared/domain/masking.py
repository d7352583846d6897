"""Masked text: personal data replaced by placeholders, which can be put back for the person it belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """`text` has placeholders such as [PHONE_1]; `originals` maps each placeholder to what it stands for."""

    text: str
    originals: tuple[tuple[str, str], ...] = ()

    def restore(self, text: str) -> str:
        """Put the originals back into a text that may quote the placeholders."""
        for placeholder, original in self.originals:
            text = text.replace(placeholder, original)
        return text
