"""Embedder over the exported e5 model: onnxruntime on one thread; processes, not threads, give more throughput."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numpy as np
import onnxruntime

from shared.adapters.e5.alignment import Alignment, Role
from shared.adapters.e5.model_folder import MODEL_FILE, VOCABULARY_FILE, is_exported
from shared.adapters.e5.vocabulary import E5Tokenizer, Vocabulary
from shared.adapters.e5.weights import Floats
from shared.domain.errors import DependencyUnavailableError
from shared.ports import Vector

# Padded tokens per run: bounds memory, and keeps short texts from waiting for long ones.
_TOKENS_PER_RUN = 2048
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
        vectors, states, middle = self._run([encoded], ["vectors", "states", "middle"])
        opening, closing = self._marks("query")
        words = states[0, len(opening) : len(encoded) - len(closing)]
        read = vectors[0], WordStates(words=words, middle=middle[0], opening=len(opening))
        with self._lock:
            self._questions[text] = read
            while len(self._questions) > _KEPT_QUESTIONS:
                self._questions.popitem(last=False)
        return read

    def _embed(self, texts: Sequence[str], role: Role) -> Floats:
        encoded = [self._tokenizer.encode(f"{role}: {text}") for text in texts]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for batch in batches_by_length(encoded):
            vectors[batch] = self._run([encoded[i] for i in batch], ["vectors"])[0]
        return vectors

    def _aligned(self, raw: Floats, texts: Sequence[str], role: Role) -> Sequence[Vector]:
        return cast("Sequence[Vector]", raw if self._alignment is None else self._alignment.apply(raw, texts, role))

    def pieces(self, text: str) -> list[int]:
        """The ids of a text's word pieces, without marks."""
        return self._tokenizer.encode(text)[1:-1] if text.strip() else []

    def states(self, role: Role, texts: Sequence[Sequence[int]]) -> list[WordStates]:
        """Word pieces of texts to their vectors in context; a text is cut at the model's length."""
        opening, closing = self._marks(role)
        encoded = [[*opening, *pieces[: self._max_pieces - len(opening)], *closing] for pieces in texts]
        found: dict[int, WordStates] = {}
        for batch in batches_by_length(encoded):
            states, middle = self._run([encoded[i] for i in batch], ["states", "middle"])
            for row, i in enumerate(batch):
                length = len(encoded[i])
                found[i] = WordStates(
                    words=states[row, len(opening) : length - len(closing)], middle=middle[row, :length], opening=len(opening)
                )
        return [found[i] for i in range(len(texts))]

    def _marks(self, role: Role) -> tuple[list[int], list[int]]:
        ids = self._tokenizer.encode(f"{role}:")
        return ids[:-1], ids[-1:]

    def _run(self, encoded: list[list[int]], outputs: list[str]) -> list[Any]:
        width = max(map(len, encoded))
        # Padding is id 0: its value never matters, the mask takes it out.
        ids = np.zeros((len(encoded), width), np.int64)
        mask = np.zeros((len(encoded), width), np.int64)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return list(self._session.run(outputs, {"ids": ids, "mask": mask}))


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Load a graph, to run on one thread. Raises onnxruntime's own errors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW_FUSIONS)


def batches_by_length(encoded: Sequence[Sequence[int]], most: int = _TOKENS_PER_RUN) -> list[list[int]]:
    """Indexes in batches of similar length, each at most `most` padded tokens (a single long text is allowed)."""
    batches: list[list[int]] = []
    for index in sorted(range(len(encoded)), key=lambda i: len(encoded[i])):
        length = len(encoded[index])
        if not batches or (len(batches[-1]) + 1) * length > most:
            batches.append([])
        batches[-1].append(index)
    return batches
