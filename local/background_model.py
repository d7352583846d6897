"""The embedding model, loaded beside everything else: until it is there, keywords answer."""

import threading
from collections.abc import Callable, Sequence
from math import inf

from shared.adapters.e5.opening import E5Models
from shared.domain.errors import DependencyUnavailableError, SupportError
from shared.domain.knowledge import Chunk, Closeness, Verdict
from shared.domain.language import Language
from shared.ports import Vectors

_AT_ONCE = 16
# Who asks while the weights are being loaded waits so long for them, which is less than a leg of a search may take.
_PATIENCE_S = 0.8


class BackgroundModel:
    """An `Embedder`, `Reranker` and `PassageReader` whose weights arrive later.

    Before that, and when loading failed, it raises DependencyUnavailableError; while they are just being loaded, it waits a moment.
    """

    def __init__(self, name: str, dimensions: int) -> None:
        self._name = name
        self._dimensions = dimensions
        self._loaded: E5Models | None = None
        self._failure = "the embedding model is still loading"
        self._closed = False
        # Set while nothing is being loaded.
        self._settled = threading.Event()
        self._settled.set()

    @property
    def name(self) -> str:
        """Which weights and preprocessing."""
        return self._name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    def load(self, loader: Callable[[], E5Models]) -> None:
        """Load now, in this thread. A failure is kept as the reason that every later call gives."""
        self._settled.clear()
        try:
            self._loaded = loader()
        except SupportError as error:
            self._failure = str(error)
        finally:
            self._settled.set()
        if self._closed:
            self.close()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""
        return self._model().embedder.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is to be found, a few at a time, so that closing need not wait for all."""
        starts = range(0, len(texts), _AT_ONCE)
        return [vector for start in starts for vector in self._model().embedder.embed_passages(texts[start : start + _AT_ONCE])]

    def compare(self, question: str, language: Language, chunks: Sequence[Chunk], patience_s: float = inf) -> Sequence[Closeness]:
        """Read candidates word by word."""
        return self._model().reranker.compare(question, language, chunks, patience_s)

    def read(self, question: str, language: Language, chunks: Sequence[Chunk]) -> Sequence[Verdict]:
        """Read the question and each candidate together."""
        return self._model().reader.read(question, language, chunks)

    def read_ahead(self, chunks: Sequence[Chunk], go_on: Callable[[], bool]) -> None:
        """Read as many candidates as can be kept before anybody asks; `go_on` False ends it."""
        self._model().memory.read_ahead(chunks, go_on)

    def close(self) -> None:
        """Embed no more; what is under way ends at its next few texts."""
        self._closed = True
        loaded, self._loaded = self._loaded, None
        self._failure = "it is being closed"
        if loaded is not None:
            loaded.memory.close()

    def _model(self) -> E5Models:
        if self._loaded is None:
            self._settled.wait(_PATIENCE_S)
        loaded = self._loaded
        if loaded is None:
            raise DependencyUnavailableError("embedder", self._failure)
        return loaded
