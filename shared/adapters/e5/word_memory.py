"""What the model read in texts lately: its word vectors of passages and questions, so that a text is read once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile
from math import inf
from threading import Lock
from time import perf_counter

import numpy as np
import numpy.typing as npt

from shared.adapters.e5.alignment import Role
from shared.adapters.e5.embedder import E5Embedder, WordStates
from shared.adapters.e5.weights import Floats
from shared.domain.knowledge import Chunk
from shared.domain.language import Language
from shared.domain.units import cut

Centres = Mapping[tuple[Role, Language], Floats]

# Words kept of passages that were read lately: twice 384 half floats each, so about 100 MB.
_KEPT_WORDS = 64_000
# Of a long passage and its headings this many word pieces are read.
_LONGEST, _LONGEST_HEADING = 320, 64
# Read at a time by whoever has not all the time in the world: a batch of long ones takes a fifth of a second.
_AT_ONCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """A text's word pieces; `vectors`: one per piece, less the mean, of unit length; `middle`: those of marks and pieces, half way.

    `bounds`: where each unit of a passage begins and ends among its pieces. `opening`: how many marks stand before them.
    """

    ids: tuple[int, ...]
    vectors: Floats
    middle: npt.NDArray[np.float16]
    opening: int
    bounds: tuple[tuple[int, int], ...] = ()


class WordMemory:
    """Safe to use from several threads; two that miss the same text both read it."""

    def __init__(self, embedder: E5Embedder, centres: Centres, kept_words: int = _KEPT_WORDS) -> None:
        self._embedder = embedder
        self._centres = centres
        self._room = kept_words
        self._kept: OrderedDict[tuple[str, str], ReadText] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many passages are kept."""
        return len(self._kept)

    def question(self, text: str, language: Language) -> ReadText:
        """Return a question's words."""
        return _as_read([self._embedder.pieces(text)], self._embedder.question_states(text), self._centres["query", language])

    def passages(self, chunks: Sequence[Chunk], patience_s: float = inf) -> list[ReadText]:
        """Return the words of chunks and of what stands above them: of the first ones, as many as there was time to read."""
        began = perf_counter()
        keys = [(chunk.chunk_id, chunk.text) for chunk in chunks]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = list({key: chunk for key, chunk in zip(keys, chunks, strict=True) if key not in found}.items())
        for start in range(0, len(new), _AT_ONCE):
            if start and perf_counter() - began > patience_s:
                break
            batch = new[start : start + _AT_ONCE]
            found |= zip((key for key, _ in batch), self._read([chunk for _, chunk in batch]), strict=True)
        self._keep([(key, found[key]) for key in keys if key in found])
        return [found[key] for key in takewhile(found.__contains__, keys)]

    def read_ahead(self, chunks: Sequence[Chunk]) -> bool:
        """Read chunks before anybody asks, so that the first answers are as fast as later ones. False: there is no more room."""
        with self._lock:
            held = sum(len(entry.vectors) for entry in self._kept.values())
        if held + _LONGEST + _LONGEST_HEADING > self._room:
            return False
        self.passages(chunks)
        return True

    def _read(self, chunks: Sequence[Chunk]) -> list[ReadText]:
        pieces = [self._pieces(chunk) for chunk in chunks]
        states = self._embedder.states("passage", [[i for part in parts for i in part] for parts in pieces])
        return [
            _as_read(parts, state, self._centres["passage", chunk.language])
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

    def _keep(self, entries: Sequence[tuple[tuple[str, str], ReadText]]) -> None:
        with self._lock:
            for key, entry in entries:
                self._kept[key] = entry
                self._kept.move_to_end(key)
            held = sum(len(entry.vectors) for entry in self._kept.values())
            while held > self._room and len(self._kept) > 1:
                held -= len(self._kept.popitem(last=False)[1].vectors)


def _as_read(parts: Sequence[Sequence[int]], states: WordStates, centre: Floats) -> ReadText:
    ends = [min(end, len(states.words)) for end in accumulate(map(len, parts))]
    return ReadText(
        ids=tuple(i for part in parts for i in part)[: len(states.words)],
        vectors=_centred(states.words, centre),
        middle=states.middle.astype(np.float16),
        opening=states.opening,
        bounds=tuple(pairwise(ends)),
    )


def _centred(states: Floats, centre: Floats) -> Floats:
    moved = states - centre
    return (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)).astype(np.float16)
