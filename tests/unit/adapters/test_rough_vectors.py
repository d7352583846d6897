"""Comparing int8 copies first changes nothing about what is found."""

from dataclasses import replace

import numpy as np
import pytest

from shared.adapters.usearch.part import Part
from shared.adapters.usearch.rough import RoughVectors, rough_is_there

pytestmark = pytest.mark.skipif(not rough_is_there(), reason="numkong is not installed")
DIMENSIONS = 384


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def vectors(chance: np.random.Generator, count: int, alike: float) -> np.ndarray:
    """Unit vectors with a common part: the more alike, the less their products differ."""
    return unit(alike * chance.standard_normal(DIMENSIONS) + chance.standard_normal((count, DIMENSIONS)))


def part_of(data: np.ndarray, slots: np.ndarray) -> Part:
    return Part(graph=None, slots=slots, data=data, last_id=len(data))


def by_hand(part: Part, vector: np.ndarray, visible: np.ndarray, k: int) -> list[tuple[int, float]]:
    best: dict[int, float] = {}
    for slot, score in zip(part.slots.tolist(), (part.data @ vector).tolist(), strict=True):
        if visible[slot]:
            best[slot] = max(score, best.get(slot, -2.0))
    return sorted(best.items(), key=lambda pair: -pair[1])[:k]


@pytest.mark.parametrize("alike", [0.0, 1.0, 5.0])
@pytest.mark.parametrize(("count", "slots"), [(4000, 4000), (4999, 1700), (6001, 6001), (5000, 40)])
def test_the_nearest_are_those_that_comparing_all_finds(count: int, slots: int, alike: float) -> None:
    chance = np.random.default_rng(count)
    part = part_of(vectors(chance, count, alike), chance.integers(0, slots, count))
    for hidden in (0.0, 0.5, 0.99):
        visible = chance.random(slots) >= hidden
        for vector in (*vectors(chance, 5, alike), part.data[7]):
            found, wanted = part.best(vector, visible, 32), by_hand(part, vector, visible, 32)
            assert [slot for slot, _ in found] == [slot for slot, _ in wanted]
            assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=1e-6)


def test_nothing_is_found_where_nothing_may_be_seen() -> None:
    part = part_of(vectors(np.random.default_rng(1), 4500, 0.0), np.arange(4500))
    assert part.best(part.data[0], np.zeros(4500, np.bool_), 32) == []


def test_vectors_that_came_later_are_compared_too() -> None:
    chance = np.random.default_rng(2)
    before = part_of(vectors(chance, 4500, 0.0), np.arange(4500))
    late = vectors(chance, 1, 0.0)
    visible = np.ones(4501, np.bool_)
    before.best(late[0], visible, 5)
    after = replace(before, data=np.concatenate([before.data, late]), slots=np.arange(4501))
    assert after.best(late[0], visible, 5)[0] == (4500, pytest.approx(1.0, abs=1e-6))


def test_few_have_to_be_compared() -> None:
    chance = np.random.default_rng(3)
    data = vectors(chance, 10_000, 0.0)
    places = RoughVectors(data).contenders(vectors(chance, 1, 0.0)[0], np.arange(10_000), np.ones(10_000, np.bool_), 32)
    assert 32 <= len(places) < 1_000
