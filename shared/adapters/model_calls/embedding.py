"""What all remote embedders share: texts that any of them takes, in batches, and vectors of unit length that fit."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from shared.adapters.model_calls.permission import require_permission
from shared.domain.errors import DependencyUnavailableError

EmbedBatch = Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one request: `texts` at most, of `characters` each; what is longer is cut off at its end."""

    texts: int
    characters: int


def embedded(texts: Sequence[str], dimensions: int, limits: Limits, embed_batch: EmbedBatch) -> list[list[float]]:
    """Return one unit vector of `dimensions` floats per text, in order.

    A text without any visible character, which services refuse, gets the first unit vector without a call.
    Raises DependencyUnavailableError for an answer that is no such vectors, and what `embed_batch` raises.
    """
    require_permission()
    readable = [text.replace("\0", " ")[: limits.characters] for text in texts]
    places = [place for place, text in enumerate(readable) if text.strip()]
    vectors = [[1.0] + [0.0] * (dimensions - 1) for _ in texts]
    for start in range(0, len(places), limits.texts):
        batch = places[start : start + limits.texts]
        answer = embed_batch([readable[place] for place in batch])
        for place, vector in zip(batch, _checked(answer, len(batch), dimensions), strict=True):
            vectors[place] = vector
    return vectors


def _checked(answer: object, count: int, dimensions: int) -> Iterator[list[float]]:
    if not isinstance(answer, list) or len(cast("list[object]", answer)) != count:
        raise DependencyUnavailableError("embedder", f"the answer holds no {count} vectors")
    for vector in cast("list[object]", answer):
        yield _unit(vector, dimensions)


def _unit(vector: object, dimensions: int) -> list[float]:
    if not isinstance(vector, list) or len(cast("list[object]", vector)) != dimensions:
        raise DependencyUnavailableError("embedder", f"a vector has not the {dimensions} dimensions that are set")
    values = cast("list[object]", vector)
    if not all(isinstance(value, int | float) for value in values):
        raise DependencyUnavailableError("embedder", "a vector holds what is no number")
    numbers = cast("list[float]", values)
    length = math.sqrt(math.fsum(number * number for number in numbers))
    if not (math.isfinite(length) and length > 0):
        raise DependencyUnavailableError("embedder", "a vector has no direction")
    return [number / length for number in numbers]
