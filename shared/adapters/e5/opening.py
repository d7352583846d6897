"""One set of exported weights in all its uses."""

from dataclasses import dataclass
from pathlib import Path

from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.reader import E5Reader
from shared.adapters.e5.reranker import E5Reranker, load_centres
from shared.adapters.e5.word_memory import WordMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class E5Models:
    """`memory` is what `reranker` and `reader` have read; reading ahead fills it."""

    embedder: E5Embedder
    memory: WordMemory
    reranker: E5Reranker
    reader: E5Reader


def open_e5(folder: Path) -> E5Models:
    """Load what `export_model` wrote into `folder`. Raises DependencyUnavailableError."""
    return look_closely(folder, E5Embedder(folder, load_alignment()))


def look_closely(folder: Path, embedder: E5Embedder) -> E5Models:
    """Load what goes on from the embedder's own states. Raises DependencyUnavailableError."""
    memory = WordMemory(embedder, load_centres())
    return E5Models(embedder=embedder, memory=memory, reranker=E5Reranker(memory), reader=E5Reader(folder, memory))
