"""A deterministic embedder for tests: texts that share words or characters are near each other; no model, no download."""

import hashlib
import math
from collections.abc import Sequence

from shared.domain.overlap import grams


class HashingEmbedder:
    """Port Embedder by feature hashing: each word or character pair adds or subtracts 1 in one of `dimensions` places.

    Knows nothing of meaning: a question finds what shares its wording. Texts without any term get the first unit vector.
    """

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions
        self.name = f"hashing-{dimensions}"

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of questions: the same as of passages."""
        return [self._embed(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of passages."""
        return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> list[float]:
        vector = [0.0] * self.dimensions
        for gram in grams(text):
            digest = hashlib.blake2b(gram.encode(), digest_size=8).digest()
            place = int.from_bytes(digest[:4], "big") % self.dimensions
            vector[place] += 1.0 if digest[4] & 1 else -1.0
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector] if length else [1.0] + [0.0] * (self.dimensions - 1)
