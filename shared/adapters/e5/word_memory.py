"""What the model read in texts lately: its word vectors of passages and questions, so that a text is read once."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile
from math import inf
from threading import Lock
from time import perf_counter

import numpy as np

from shared.adapters.e5.alignment import Role
from shared.adapters.e5.embedder import E5Embedder, WordStates
from shared.adapters.e5.weights import Floats
from shared.adapters.e5.word_file import WordFile, WordsRead
from shared.domain.knowledge import Chunk
from shared.domain.language import Language
from shared.domain.units import cut

Centres = Mapping[tuple[Role, Language], Floats]

# Words kept of passages that were read lately: twice 384 half floats each, so about 100 MB.
_KEPT_WORDS = 64_000
# Of a long passage and its headings this many word pieces are read.
_LONGEST, _LONGEST_HEADING = 320, 64
# Read ahead between two looks at whether there is room and time for more.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText(WordsRead):
    """A text's word pieces and what was read in them: `vectors`: one per piece, less the mean, of unit length.

    `middle`: those of marks and pieces, half way. `opening`: how many marks stand before the pieces.
    `bounds`: where each unit of a passage begins and ends among its pieces. `key`: what a passage is kept under in the file.
    """

    ids: tuple[int, ...]
    bounds: tuple[tuple[int, int], ...] = ()
    key: bytes = b""


class WordMemory:
    """Safe to use from several threads; two that miss the same text both read it."""

    def __init__(
        self, embedder: E5Embedder, centres: Centres, kept_words: int = _KEPT_WORDS, file: WordFile | None = None
    ) -> None:
        """With a file, what was read ahead is found again by the next start."""
        self._embedder = embedder
        self._centres = centres
        self._room = kept_words
        self._file = file
        self._kept: OrderedDict[tuple[str, str], ReadText] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many passages are kept."""
        return len(self._kept)

    def question(self, text: str, language: Language) -> ReadText:
        """Return a question's words."""
        words = _as_words(self._embedder.question_states(text), self._centres["query", language])
        return _as_read([self._embedder.pieces(text)], words)

    def passages(self, chunks: Sequence[Chunk], patience_s: float = inf) -> list[ReadText]:
        """Return the words of chunks and of what stands above them: of the first ones, as many as there was time to read."""
        began = perf_counter()
        keys = [(chunk.chunk_id, chunk.text) for chunk in chunks]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = list({key: chunk for key, chunk in zip(keys, chunks, strict=True) if key not in found}.items())
        for (key, _), text in zip(new, self._read([chunk for _, chunk in new]), strict=True):
            found[key] = text
            if perf_counter() - began > patience_s:
                break
        self._keep([(key, found[key]) for key in keys if key in found])
        return [found[key] for key in takewhile(found.__contains__, keys)]

    def read_ahead(self, chunks: Sequence[Chunk], go_on: Callable[[], bool] = lambda: True) -> None:
        """Read as many chunks as there is room for before anybody asks, so that the first answers are as fast as later ones.

        `go_on` is asked now and then; on False it stops where it is. In the file remains what was read ahead, and no more.
        """
        ahead: set[bytes] = set()
        for start in range(0, len(chunks), _AT_ONCE):
            if self._held() + _LONGEST + _LONGEST_HEADING > self._room:
                break
            if not go_on():
                return
            read = self.passages(chunks[start : start + _AT_ONCE])
            ahead.update(text.key for text in read)
            if self._file is not None:
                self._file.write({text.key: text for text in read})
        if self._file is not None:
            self._file.keep_only(ahead)

    def close(self) -> None:
        """Close the file; the model goes on reading."""
        if self._file is not None:
            self._file.close()

    def _held(self) -> int:
        with self._lock:
            return sum(len(entry.vectors) for entry in self._kept.values())

    def _read(self, chunks: Sequence[Chunk]) -> Iterator[ReadText]:
        """Yield one after the other, so that whoever runs out of time stops asking."""
        pieces = [self._pieces(chunk) for chunk in chunks]
        keys = [_key(parts, chunk.language) for parts, chunk in zip(pieces, chunks, strict=True)]
        known = self._file.read(keys) if self._file is not None else {}
        for chunk, parts, key in zip(chunks, pieces, keys, strict=True):
            words = known.get(key)
            if words is None:
                states = self._embedder.states("passage", [i for part in parts for i in part])
                words = _as_words(states, self._centres["passage", chunk.language])
            yield _as_read(parts, words, key)

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


def _as_read(parts: Sequence[Sequence[int]], words: WordsRead, key: bytes = b"") -> ReadText:
    count = len(words.vectors)
    ends = [min(end, count) for end in accumulate(map(len, parts))]
    return ReadText(
        ids=tuple(i for part in parts for i in part)[:count],
        vectors=words.vectors,
        middle=words.middle,
        opening=words.opening,
        bounds=tuple(pairwise(ends)),
        key=key,
    )


def _as_words(states: WordStates, centre: Floats) -> WordsRead:
    moved = states.words - centre
    vectors = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return WordsRead(vectors=vectors.astype(np.float16), middle=states.middle.astype(np.float16), opening=states.opening)


def _key(parts: Sequence[Sequence[int]], language: Language) -> bytes:
    """All that decides what the model reads: the pieces in their order, and whose mean is taken off."""
    ids = np.array([i for part in parts for i in part], "<i4")
    return hashlib.blake2b(ids.tobytes(), digest_size=16, person=language.encode()).digest()
