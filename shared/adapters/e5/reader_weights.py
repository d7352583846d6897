"""The reader's layers as `python -m training.reader` wrote them: matrices in int8 with a step per row, all else in float32."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.adapters.e5.weights import Floats, Shape

READER_WEIGHTS = Path(__file__).with_name("reader-1.npz")
_STEP = ".step"


class ReaderWeights:
    """Named tensors, as the encoder's `WeightFile` gives them."""

    def __init__(self, shape: Shape, path: Path = READER_WEIGHTS) -> None:
        """`shape` is the encoder's: the reader's layers go on where those that read apart end."""
        self.shape = shape
        with np.load(path) as arrays:
            self._arrays: Mapping[str, npt.NDArray[Any]] = dict(arrays)

    def vector(self, name: str, *shape: int) -> Floats:
        """Return a float32 tensor of the given shape."""
        return self._arrays[name].reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """Return a matrix as float32 (rows, columns)."""
        array = self._arrays[name].reshape(rows, columns)
        step = self._arrays.get(name + _STEP)
        return array.astype(np.float32) if step is None else array * step[:, None]


def save_reader_weights(tensors: Mapping[str, Floats], quantised: frozenset[str], path: Path = READER_WEIGHTS) -> None:
    """Write what `ReaderWeights` reads; of the names in `quantised` int8 rows with their steps."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if name in quantised:
            step = (np.maximum(np.abs(tensor).max(axis=1), 1e-8) / 127).astype(np.float32)
            arrays[name], arrays[name + _STEP] = np.round(tensor / step[:, None]).astype(np.int8), step
        else:
            arrays[name] = tensor.astype(np.float32)
    np.savez_compressed(path, allow_pickle=False, **arrays)
