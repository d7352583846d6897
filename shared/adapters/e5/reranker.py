"""Reranker by late interaction: every word of the question meets every word of a passage, as vectors in their context.

The method is ColBERT's (Khattab and Zaharia, SIGIR 2020) on the embedding model's own word vectors, without its training:
less a mean vector per language and role they compare well. One run of the model per new passage; what was read is kept.
"""

import json
import math
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock

import numpy as np

from shared.adapters.e5.alignment import Role
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.weights import Floats
from shared.domain.knowledge import Chunk, Closeness
from shared.domain.language import Language
from shared.domain.units import cut

CENTRES = Path(__file__).parent / "word-centres-1.json"
# Word vectors kept of passages that were read lately: 384 half floats each, so about 50 MB.
_KEPT_WORDS = 64_000
# Of a long passage and its headings this many word pieces are read.
_LONGEST, _LONGEST_HEADING = 320, 64
_DIGITS = 5

Centres = Mapping[tuple[Role, Language], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A passage's word vectors (words, 384), unit length. `bounds`: where each of its units begins and ends among them."""

    ids: frozenset[int]
    vectors: Floats
    bounds: tuple[tuple[int, int], ...]


class E5Reranker:
    """Port Reranker. Safe to call from several threads; two that miss the same passage both read it."""

    def __init__(self, embedder: E5Embedder, centres: Centres, kept_words: int = _KEPT_WORDS) -> None:
        self._embedder = embedder
        self._centres = centres
        self._room = kept_words
        self._kept: OrderedDict[tuple[str, str], _Read] = OrderedDict()
        self._lock = Lock()

    def compare(self, question: str, language: Language, chunks: Sequence[Chunk]) -> Sequence[Closeness]:
        """Return one Closeness per chunk; about 4 ms of CPU for each short passage that was not read lately."""
        if not question.strip() or not chunks:
            return [Closeness(question=0.0, weakest=0.0, passage=0.0) for _ in chunks]
        ids = self._embedder.pieces(question)
        asked = _centred(self._embedder.states("query", [ids])[0], self._centres["query", language])
        passages = self._read(chunks)
        weights = _weights(ids[: len(asked)], passages)
        return [_compare(asked, weights, passage) for passage in passages]

    def read_ahead(self, chunks: Sequence[Chunk]) -> bool:
        """Read chunks before anybody asks, so that the first answers are as fast as later ones. False: there is no more room."""
        with self._lock:
            held = sum(len(entry.vectors) for entry in self._kept.values())
        if held + _LONGEST + _LONGEST_HEADING > self._room:
            return False
        self._read(chunks)
        return True

    def _read(self, chunks: Sequence[Chunk]) -> list[_Read]:
        keys = [(chunk.chunk_id, chunk.text) for chunk in chunks]
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: chunk for key, chunk in zip(keys, chunks, strict=True) if key not in known}
        fresh = dict(zip(new, self._read_new(list(new.values())), strict=True)) if new else {}
        found = known | fresh
        self._keep([(key, found[key]) for key in keys])
        return [found[key] for key in keys]

    def _read_new(self, chunks: Sequence[Chunk]) -> list[_Read]:
        pieces = [self._pieces(chunk) for chunk in chunks]
        states = self._embedder.states("passage", [[i for part in parts for i in part] for parts in pieces])
        return [
            _as_read(parts, _centred(state, self._centres["passage", chunk.language]))
            for chunk, parts, state in zip(chunks, pieces, states, strict=True)
        ]

    def _pieces(self, chunk: Chunk) -> list[list[int]]:
        """What stands above the text, then each of its units, as far as there is room."""
        parts = [self._embedder.pieces(chunk.above)[:_LONGEST_HEADING]]
        room = _LONGEST - len(parts[0])
        for unit in cut(chunk.text):
            parts.append(self._embedder.pieces(unit.text)[:room])
            room -= len(parts[-1])
        return parts

    def _keep(self, entries: Sequence[tuple[tuple[str, str], _Read]]) -> None:
        with self._lock:
            for key, entry in entries:
                self._kept[key] = entry
                self._kept.move_to_end(key)
            held = sum(len(entry.vectors) for entry in self._kept.values())
            while held > self._room and len(self._kept) > 1:
                held -= len(self._kept.popitem(last=False)[1].vectors)


def load_centres(path: Path = CENTRES) -> Centres:
    """Read the mean word vectors by role and language."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {(role, language): np.array(data[f"{role} {language}"], np.float32) for role, language in _KINDS}


def save_centres(centres: Centres, path: Path = CENTRES) -> None:
    """Write what `load_centres` reads."""
    rounded = {f"{role} {language}": [round(float(x), _DIGITS) for x in centres[role, language]] for role, language in _KINDS}
    path.write_text(json.dumps(rounded) + "\n", encoding="utf-8")


_KINDS: tuple[tuple[Role, Language], ...] = (("query", "zh"), ("query", "en"), ("passage", "zh"), ("passage", "en"))


def _centred(states: Floats, centre: Floats) -> Floats:
    moved = states - centre
    return (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)).astype(np.float16)


def _as_read(parts: Sequence[Sequence[int]], vectors: Floats) -> _Read:
    ends = [min(end, len(vectors)) for end in accumulate(map(len, parts))]
    return _Read(ids=frozenset(i for part in parts for i in part), vectors=vectors, bounds=tuple(pairwise(ends)))


def _weights(ids: Sequence[int], passages: Sequence[_Read]) -> Floats:
    """Inverse frequency of the question's word pieces among the candidates, summing to 1."""
    holding = Counter(i for passage in passages for i in passage.ids & set(ids))
    total = len(passages)
    weights = np.array([math.log(1 + (total - holding[i] + 0.5) / (holding[i] + 0.5)) for i in ids], np.float32)
    return weights / weights.sum()


def _compare(asked: Floats, weights: Floats, passage: _Read) -> Closeness:
    if not len(passage.vectors):
        return Closeness(question=0.0, weakest=0.0, passage=0.0)
    alike = asked.astype(np.float32) @ passage.vectors.astype(np.float32).T
    best = alike.max(1)
    most = np.sort(alike.max(0))[-len(asked) :]
    return Closeness(
        question=float(weights @ best),
        weakest=float(best.min()),
        passage=float(most.mean()),
        units=tuple(float(weights @ alike[:, begin:end].max(1)) if end > begin else 0.0 for begin, end in passage.bounds),
    )
