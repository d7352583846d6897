"""Which vectors can be among the nearest, told by int8 copies of them: a quarter of the bytes to read, and never one too few."""

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# What the products of floats are off by, far above what they can be.
_FLOAT_SLACK = 1e-5


class RoughVectors:
    """Rows of floats (n, dimensions) rounded to steps of one size, packed as numkong compares them."""

    def __init__(self, data: Floats) -> None:
        import numkong

        self._step = _step_of(data)
        rounded = np.round(data / self._step)
        left = data - self._step * rounded
        self._packed: Any = numkong.dots_pack(rounded.astype(np.int8))
        # By how much a rounded row is off, and how long it is, at most.
        self._off = float(np.linalg.norm(left, axis=1).max())
        self._longest = float(np.linalg.norm(data, axis=1).max()) + self._off

    def contenders(self, vector: Floats, slots: Ints, shown: Mask, k: int) -> Ints:
        """The places of all vectors that can be the best of one of the `k` best shown slots; a few more than those.

        The difference of a true product from a rough one is bounded by Cauchy and Schwarz.
        """
        step = _step_of(vector)
        rounded = np.round(vector / step)
        off = self._off * float(np.linalg.norm(vector)) + self._longest * float(np.linalg.norm(vector - step * rounded))
        rough = self._products(rounded.astype(np.int8))
        rough[~shown] = np.iinfo(np.int32).min
        least = _best_of_kth(rough, slots, shown, k)
        return np.flatnonzero(rough >= max(least - 2 * (off + _FLOAT_SLACK) / (step * self._step), -(2.0**30)))

    def _products(self, rounded: npt.NDArray[np.int8]) -> npt.NDArray[np.int32]:
        import numkong

        products: Any = numkong.dots_packed(rounded[np.newaxis], self._packed)
        return np.array(products, np.int32).ravel()


@cache
def rough_is_there() -> bool:
    """Whether numkong is installed, which comes with usearch."""
    return find_spec("numkong") is not None


def _step_of(data: Floats) -> float:
    return max(float(np.abs(data).max()), 1e-8) / 127


def _best_of_kth(rough: npt.NDArray[np.int32], slots: Ints, shown: Mask, k: int) -> float:
    """The rough product of the `k`-th best shown slot; minus infinity where there are no more than `k` vectors shown."""
    count = int(np.count_nonzero(shown))
    wanted = 2 * k
    while wanted < count:
        top = np.argpartition(rough, -wanted)[-wanted:]
        top = top[np.argsort(-rough[top], kind="stable")]
        firsts = np.unique(slots[top], return_index=True)[1]
        if len(firsts) >= k:
            return float(rough[top[np.sort(firsts)[k - 1]]])
        wanted *= 4
    return -np.inf
