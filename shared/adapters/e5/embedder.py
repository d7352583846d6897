"""Embedder over the exported e5 model: onnxruntime on one thread; processes, not threads, give more throughput.

Each text is a run of its own. The int8 steps of a run are those of its largest number, so what a text is read as would depend
on its neighbours; and padding makes a batch of long texts up to twice as slow on one thread. Short ones lose a fifth.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import cast

import numpy as np
import onnxruntime

from shared.adapters.e5.alignment import Alignment, Role
from shared.adapters.e5.model_folder import MODEL_FILE, VOCABULARY_FILE, is_exported
from shared.adapters.e5.vocabulary import E5Tokenizer, Vocabulary
from shared.adapters.e5.weights import Floats
from shared.domain.errors import DependencyUnavailableError
from shared.ports import Vector

# A search asks for a question's vector, then for its words: the last questions are kept, and each is read once.
_KEPT_QUESTIONS = 32
# The fused operator normalises number by number; apart, the sum and the norm are vectorised: a reader takes a third less time.
_SLOW_FUSIONS = ["SkipLayerNormFusion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordStates:
    """A text's vectors in their context, raw. `words` (pieces, 384): after the last layer, without marks.

    `middle` (marks and pieces, 384): half way, where a reader goes on; `opening`: how many marks stand before the pieces.
    """

    words: Floats
    middle: Floats
    opening: int


def embedder_name(alignment: Alignment | None) -> str:
    """Name weights and preprocessing: vectors of another name must not be compared."""
    return f"e5-small-zh-en-int8-2/{alignment.version if alignment else 'raw'}"


class E5Embedder:
    """Port Embedder. Vectors are the rows of a float32 array (texts, 384). Safe to call from several threads."""

    dimensions = 384

    def __init__(self, folder: Path, alignment: Alignment | None, max_tokens: int = 512) -> None:
        """Load `folder`; `alignment` None leaves the vectors raw.

        Raises DependencyUnavailableError when `export_model` has not written the model, or it does not load.
        """
        if not is_exported(folder):
            raise DependencyUnavailableError("e5", f"no model in {folder}; run the export first")
        self._alignment = alignment
        self._max_pieces = max_tokens - 2
        self.name = embedder_name(alignment)
        try:
            self._tokenizer = E5Tokenizer(Vocabulary.load(folder / VOCABULARY_FILE), max_tokens)
            self._session = open_session(folder / MODEL_FILE)
        except Exception as error:  # onnxruntime and tokenizers raise bare classes of their own
            raise DependencyUnavailableError("e5", f"the model in {folder} does not load; delete the folder") from error
        self._questions: OrderedDict[str, tuple[Floats, WordStates]] = OrderedDict()
        self._lock = Lock()

    def embed_queries(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Vectors of questions."""
        raw = self._question(texts[0])[0][None] if len(texts) == 1 else self._embed(texts, "query")
        return self._aligned(raw, texts, "query")

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Vectors of what is to be found: bodies, titles, question variants."""
        return self._aligned(self._embed(texts, "passage"), texts, "passage")

    def question_states(self, text: str) -> WordStates:
        """Vectors in context of one question's word pieces."""
        return self._question(text)[1]

    def _question(self, text: str) -> tuple[Floats, WordStates]:
        with self._lock:
            known = self._questions.get(text)
        if known is not None:
            return known
        encoded = self._tokenizer.encode(f"query: {text}")
        vector, states, middle = self._run(encoded, "vectors", "states", "middle")
        opening, closing = self._marks("query")
        words = states[len(opening) : len(encoded) - len(closing)]
        read = vector, WordStates(words=words, middle=middle, opening=len(opening))
        with self._lock:
            self._questions[text] = read
            while len(self._questions) > _KEPT_QUESTIONS:
                self._questions.popitem(last=False)
        return read

    def _embed(self, texts: Sequence[str], role: Role) -> Floats:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            (vectors[row],) = self._run(self._tokenizer.encode(f"{role}: {text}"), "vectors")
        return vectors

    def _aligned(self, raw: Floats, texts: Sequence[str], role: Role) -> Sequence[Vector]:
        return cast("Sequence[Vector]", raw if self._alignment is None else self._alignment.apply(raw, texts, role))

    def pieces(self, text: str) -> list[int]:
        """The ids of a text's word pieces, without marks."""
        return self._tokenizer.encode(text)[1:-1] if text.strip() else []

    def states(self, role: Role, pieces: Sequence[int]) -> WordStates:
        """A text's word pieces to their vectors in context; it is cut at the model's length."""
        opening, closing = self._marks(role)
        encoded = [*opening, *pieces[: self._max_pieces - len(opening)], *closing]
        states, middle = self._run(encoded, "states", "middle")
        return WordStates(words=states[len(opening) : len(encoded) - len(closing)], middle=middle, opening=len(opening))

    def _marks(self, role: Role) -> tuple[list[int], list[int]]:
        ids = self._tokenizer.encode(f"{role}:")
        return ids[:-1], ids[-1:]

    def _run(self, encoded: Sequence[int], *outputs: str) -> list[Floats]:
        ids = np.array([encoded], np.int64)
        found = self._session.run(outputs, {"ids": ids, "mask": np.ones_like(ids)})
        return [cast("Floats", output)[0] for output in found]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Load a graph, to run on one thread. Raises onnxruntime's own errors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW_FUSIONS)
