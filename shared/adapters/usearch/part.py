"""One searchable set of vectors (all titles, or all bodies): a graph over most of them when they are many, the rest exactly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.adapters.usearch.rough import RoughVectors, rough_is_there

if TYPE_CHECKING:
    from usearch.index import Index

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Below this many vectors a product with the whole matrix takes under a millisecond and finds everything.
EXACT_LIMIT = 20_000
# From this many on, int8 copies say which few need to be compared; below, that takes longer than comparing all.
_ROUGH_FROM = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """An HNSW graph over the vectors with the first `len(ids)` ids, as int8; `ids` ascending, `slots` their owners.

    The graph may still hold vectors that were deleted since: their ids are not in `ids`.
    """

    index: "Index"
    ids: Ints
    slots: Ints
    last_id: int
    _last_shown: list[tuple[Mask, Mask, int]] = field(default_factory=list, repr=False, compare=False)

    def shown(self, visible: Mask) -> tuple[Mask, int]:
        """Which of `ids` are visible, and how many. The last answer is kept: a mask is the same object for all of a day's readers."""
        for asked, shown, count in self._last_shown[:]:
            if asked is visible:
                return shown, count
        shown = visible[self.slots]
        count = int(np.count_nonzero(shown))
        self._last_shown[:] = [(visible, shown, count)]
        return shown, count


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An unchanging view: what `graph` covers, and the vectors after it. `data` float32 (n, dimensions), unit length."""

    graph: Graph | None
    slots: Ints
    data: Floats
    last_id: int
    # Of these very vectors: `replace` must not hand it on.
    _rough: list[RoughVectors] = field(default_factory=list, init=False, repr=False, compare=False)

    def best(self, vector: Floats, visible: Mask, k: int) -> list[tuple[int, float]]:
        """The `k` best visible slots with their cosine, best first; a slot with several vectors counts with its best."""
        found = dict(self._exact(vector, visible, k))
        if self.graph is not None:
            for slot, score in _through_graph(self.graph, vector, visible, k):
                found[slot] = max(score, found.get(slot, -2.0))
        return sorted(found.items(), key=lambda pair: -pair[1])[:k]

    def _exact(self, vector: Floats, visible: Mask, k: int) -> list[tuple[int, float]]:
        if len(self.slots) < _ROUGH_FROM or not rough_is_there():
            return _exact(self.slots, self.data, vector, visible, k)
        if not self._rough:
            # Two searches that are the first after a write both make one; either is right.
            self._rough.append(RoughVectors(self.data))
        places = self._rough[0].contenders(vector, self.slots, visible[self.slots], k)
        # Rows beyond a multiple of four are added up in another order, so that their last bit differs: some stand there twice.
        places = np.concatenate([places, places[:1].repeat(-len(places) % 4)])
        return _exact(self.slots[places], self.data[places], vector, visible, k)


def quantised(data: Floats) -> npt.NDArray[np.int8]:
    """Rows to int8, each scaled by its own largest value: unit vectors of 384 floats would otherwise use 6 of 127 steps."""
    step = np.maximum(np.abs(data).max(axis=-1, keepdims=True), 1e-8) / 127
    return np.round(data / step).astype(np.int8)


def _exact(slots: Ints, data: Floats, vector: Floats, visible: Mask, k: int) -> list[tuple[int, float]]:
    """Every visible vector compared."""
    if not len(slots):
        return []
    scores = np.where(visible[slots], data @ vector, np.float32(-2))
    return _first_slots(_descending(slots, scores), k)


def _descending(slots: Ints, scores: Floats) -> Iterator[tuple[int, float]]:
    """Pairs by falling score, sorted in growing pieces: usually only the first few are asked for."""
    taken, wanted = 0, 128
    while taken < len(scores):
        top = np.argpartition(-scores, wanted - 1)[:wanted] if wanted < len(scores) else np.arange(len(scores))
        order = top[np.argsort(-scores[top], kind="stable")][taken:]
        yield from zip(slots[order].tolist(), scores[order].tolist(), strict=True)
        taken, wanted = min(wanted, len(scores)), wanted * 4


def _first_slots(pairs: Iterator[tuple[int, float]], k: int) -> list[tuple[int, float]]:
    best: dict[int, float] = {}
    for slot, score in pairs:
        if score <= -2 or len(best) == k:
            break
        best.setdefault(slot, score)
    return list(best.items())


def _through_graph(graph: Graph, vector: Floats, visible: Mask, k: int) -> list[tuple[int, float]]:
    """Fetch a few more than `k`, drop what is hidden, fetch four times as many until there are enough or all were seen."""
    shown, seen = graph.shown(visible)
    total = len(graph.index)
    if seen <= EXACT_LIMIT and seen < len(shown) // 2:
        return _exact_over_graph(graph, vector, visible, shown, k)
    # A walk's cost grows with what it fetches: no more than the hidden ones and an entry's other vectors make likely.
    wanted = min(total, k * len(shown) // max(seen, 1) + k // 4 + 8)
    while True:
        best = _first_slots(_graph_hits(graph, vector, visible, wanted), k)
        if len(best) == k or wanted >= total:
            return best
        wanted = min(total, wanted * 4)


def _exact_over_graph(graph: Graph, vector: Floats, visible: Mask, shown: Mask, k: int) -> list[tuple[int, float]]:
    """Where few are visible, walking the graph would pass mostly hidden ones: compare those few."""
    if not shown.any():
        return []
    data = np.asarray(graph.index.get(graph.ids[shown]), np.float32)
    data /= np.linalg.norm(data, axis=1, keepdims=True)
    return _exact(graph.slots[shown], data, vector, visible, k)


def _graph_hits(graph: Graph, vector: Floats, visible: Mask, count: int) -> Iterator[tuple[int, float]]:
    matches = graph.index.search(quantised(vector), count, threads=1)
    keys = np.asarray(matches.keys).astype(np.int64)
    places = np.minimum(np.searchsorted(graph.ids, keys), len(graph.ids) - 1)
    slots = graph.slots[places]
    good = (graph.ids[places] == keys) & visible[slots]
    scores = 1 - np.asarray(matches.distances)
    yield from zip(slots[good].tolist(), scores[good].tolist(), strict=True)
