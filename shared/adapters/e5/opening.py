"""One set of exported weights in all its uses."""

from dataclasses import dataclass
from pathlib import Path

from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.model_folder import VERSION
from shared.adapters.e5.reader import E5Reader
from shared.adapters.e5.reranker import CENTRES, E5Reranker, load_centres
from shared.adapters.e5.word_file import WordFile
from shared.adapters.e5.word_memory import WordMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class E5Models:
    """`memory` is what `reranker` and `reader` have read; reading ahead fills it."""

    embedder: E5Embedder
    memory: WordMemory
    reranker: E5Reranker
    reader: E5Reader


def open_e5(folder: Path, words: Path | None = None) -> E5Models:
    """Load what `export_model` wrote into `folder`. Raises DependencyUnavailableError.

    `words`: a file that keeps from one start to the next what was read ahead.
    """
    return look_closely(folder, E5Embedder(folder, load_alignment()), words)


def look_closely(folder: Path, embedder: E5Embedder, words: Path | None = None) -> E5Models:
    """Load what goes on from the embedder's own states. Raises DependencyUnavailableError."""
    file = WordFile(words, f"{VERSION}/{CENTRES.stem}", embedder.dimensions) if words else None
    memory = WordMemory(embedder, load_centres(), file=file)
    return E5Models(embedder=embedder, memory=memory, reranker=E5Reranker(memory), reader=E5Reader(folder, memory))
