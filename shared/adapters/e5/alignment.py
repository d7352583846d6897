"""Brings Chinese and English vectors together: raw e5 vectors of one language are nearer to each other than to a translation.

The direction in which the languages differ is taken out, and most of the mean vector of a language's questions or passages
is subtracted. Rankings within one language stay as they were; an entry in the other language is found at all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from shared.adapters.e5.weights import Floats
from shared.domain.language import Language, detect_language

Role = Literal["query", "passage"]

CURRENT = Path(__file__).parent / "alignment-1.json"
_DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """`direction`: float32 (dimensions,), unit length. `centres`: what is subtracted, by role and language."""

    version: str
    direction: Floats
    centres: dict[tuple[Role, Language], Floats]

    def apply(self, vectors: Floats, texts: Sequence[str], role: Role) -> Floats:
        """Aligned unit vectors (texts, dimensions) of raw ones."""
        centres = np.stack([self.centres[role, detect_language(text)] for text in texts]) if len(texts) else vectors
        moved = without(vectors, self.direction) - centres
        return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)

    def save(self, path: Path) -> None:
        """Write as JSON."""
        data = {
            "version": self.version,
            "direction": _rounded(self.direction),
            "centres": {f"{role}/{language}": _rounded(centre) for (role, language), centre in sorted(self.centres.items())},
        }
        path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


def load_alignment(path: Path = CURRENT) -> Alignment:
    """Read what `save` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    centres = data["centres"]
    roles: tuple[Role, ...] = ("query", "passage")
    languages: tuple[Language, ...] = ("zh", "en")
    return Alignment(
        version=data["version"],
        direction=np.array(data["direction"], np.float32),
        centres={(role, one): np.array(centres[f"{role}/{one}"], np.float32) for role in roles for one in languages},
    )


def without(vectors: Floats, direction: Floats) -> Floats:
    """The vectors without their part along a unit direction."""
    along: Floats = np.outer(vectors @ direction, direction).astype(np.float32)
    return vectors - along


def fit_alignment(version: str, raw: dict[tuple[Role, Language], Floats], strength: float) -> Alignment:
    """Learn from raw vectors (n, dimensions) of questions and passages in both languages; no labels are needed.

    `strength`: share (0..1) of each mean that is subtracted.
    """
    difference = raw["passage", "zh"].mean(axis=0) - raw["passage", "en"].mean(axis=0)
    direction = difference / np.linalg.norm(difference)
    centres = {key: strength * without(vectors, direction).mean(axis=0) for key, vectors in raw.items()}
    return Alignment(version=version, direction=direction, centres=centres)


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), _DIGITS) for value in values]
