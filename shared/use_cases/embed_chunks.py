"""Chunks to vectors: which texts of a chunk are embedded stands here once, for ingestion, repair and evaluation."""

import re
from collections.abc import Sequence

from shared.domain.knowledge import Chunk
from shared.ports import ChunkVectors, Embedder, Vector

# What the embedder reads of a text (512 tokens). Shorter stretches were measured too: they find no more in one language,
# and less in the other, because a short text is near everything.
_STRETCH = {"zh": 700, "en": 1800}
_SENTENCE_END = re.compile(r"(?<=[。！？!?；;\n])|(?<=\.)\s")


def embed_chunks(embedder: Embedder, chunks: Sequence[Chunk]) -> list[ChunkVectors]:
    """Vectors of each chunk: its titles (heading and question variants), its whole text, and stretches of a long text.

    A text is embedded with what stands above it: "within 7 days" says nothing without "Returns".
    """
    texts = [_texts(chunk) for chunk in chunks]
    vectors = embedder.embed_passages([text for titles, bodies in texts for text in (*titles, *bodies)])
    embedded: list[ChunkVectors] = []
    at = 0
    for chunk, (titles, bodies) in zip(chunks, texts, strict=True):
        own: list[Vector] = [vectors[i] for i in range(at, at + len(titles) + len(bodies))]
        at += len(own)
        body = own[len(titles)]
        embedded.append(
            ChunkVectors(chunk=chunk, titles=tuple(own[: len(titles)]), body=body, passages=tuple(own[len(titles) + 1 :]))
        )
    return embedded


def stretches(text: str, language: str) -> list[str]:
    """Runs of whole sentences of about _STRETCH characters; empty when the text is no longer than one."""
    size = _STRETCH[language]
    if len(text) <= size:
        return []
    runs = [""]
    for sentence in filter(str.strip, _SENTENCE_END.split(text)):
        if runs[-1] and len(runs[-1]) + len(sentence) > size:
            runs.append("")
        runs[-1] += sentence if language == "zh" else f" {sentence}"
    return [run.strip() for run in runs]


def _texts(chunk: Chunk) -> tuple[list[str], list[str]]:
    titles = list(dict.fromkeys(title for title in (chunk.title, *chunk.questions) if title.strip()))
    return titles, [in_context(chunk, text) for text in (chunk.text, *stretches(chunk.text, chunk.language))]


def in_context(chunk: Chunk, text: str) -> str:
    """Return a text of the chunk as it is embedded: under what stands above it."""
    return f"{chunk.above}\n{text}".strip()
