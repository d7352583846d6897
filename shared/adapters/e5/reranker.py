"""Reranker by late interaction: every word of the question meets every word of a passage, as vectors in their context.

The method is ColBERT's (Khattab and Zaharia, SIGIR 2020) on the embedding model's own word vectors, without its training:
less a mean vector per language and role they compare well.
"""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from shared.adapters.e5.alignment import Role
from shared.adapters.e5.weights import Floats
from shared.adapters.e5.word_file import Halves
from shared.adapters.e5.word_memory import Centres, ReadText, WordMemory
from shared.domain.knowledge import Chunk, Closeness
from shared.domain.language import Language

CENTRES = Path(__file__).parent / "word-centres-1.json"
_DIGITS = 5
_FAR = Closeness(question=0.0, weakest=0.0, passage=0.0)


class E5Reranker:
    """Port Reranker. Safe to call from several threads."""

    def __init__(self, memory: WordMemory) -> None:
        self._memory = memory

    def compare(
        self, question: str, language: Language, chunks: Sequence[Chunk], patience_s: float = math.inf
    ) -> Sequence[Closeness]:
        """Return a Closeness for each chunk, or each of the first; 0.2 ms of CPU for each word piece not read lately."""
        if not question.strip() or not chunks:
            return [_FAR for _ in chunks]
        asked = self._memory.question(question, language)
        passages = self._memory.passages(chunks, patience_s)
        weights = _weights(asked.ids, passages)
        return [_compare(asked.vectors, weights, passage) for passage in passages]


def load_centres(path: Path = CENTRES) -> Centres:
    """Read the mean word vectors by role and language."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {(role, language): np.array(data[f"{role} {language}"], np.float32) for role, language in _KINDS}


def save_centres(centres: Centres, path: Path = CENTRES) -> None:
    """Write what `load_centres` reads."""
    rounded = {f"{role} {language}": [round(float(x), _DIGITS) for x in centres[role, language]] for role, language in _KINDS}
    path.write_text(json.dumps(rounded) + "\n", encoding="utf-8")


_KINDS: tuple[tuple[Role, Language], ...] = (("query", "zh"), ("query", "en"), ("passage", "zh"), ("passage", "en"))


def _weights(ids: Sequence[int], passages: Sequence[ReadText]) -> Floats:
    """Inverse frequency of the question's word pieces among the candidates, summing to 1."""
    asked = set(ids)
    holding = Counter(i for passage in passages for i in asked.intersection(passage.ids))
    total = len(passages)
    weights = np.array([math.log(1 + (total - holding[i] + 0.5) / (holding[i] + 0.5)) for i in ids], np.float32)
    return weights / weights.sum()


def _compare(asked: Halves, weights: Floats, passage: ReadText) -> Closeness:
    if not len(passage.vectors):
        return _FAR
    alike = asked.astype(np.float32) @ passage.vectors.astype(np.float32).T
    best = alike.max(1)
    most = np.sort(alike.max(0))[-len(asked) :]
    return Closeness(
        question=float(weights @ best),
        weakest=float(best.min()),
        passage=float(most.mean()),
        units=tuple(float(weights @ alike[:, begin:end].max(1)) if end > begin else 0.0 for begin, end in passage.bounds),
    )
