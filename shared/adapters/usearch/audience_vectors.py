"""The vectors of one audience of one tenant: the file, what of it is in memory, and the saved graphs."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.adapters.usearch.part import EXACT_LIMIT, Floats, Graph, Ints, Mask, Part, quantised
from shared.adapters.usearch.vector_file import NEVER, PARTS, SlotRow, VectorFile
from shared.ports import ChunkVectors

if TYPE_CHECKING:
    from usearch.index import Index

# The graph is extended when more than this share of all vectors lies outside it.
# The tail is compared vector by vector, so it is what a search costs beside the graph.
_TAIL_SHARE = 0.01
LEAST_TAIL = 1000
# Measured on 100,000 vectors: hit@10 within half a point of exact search.
_CONNECTIVITY = 16
_EXPANSION = 64
_MASKS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What searches see: never changed, only replaced as a whole. Arrays are indexed by slot; `change` is how far it goes."""

    change: int
    chunk_ids: Sequence[str]
    live: Mask
    limits: Ints
    parts: Mapping[str, Part]
    masks: dict[tuple[int, int], Mask] = field(default_factory=dict)

    def visible(self, snapshot: int, day: int) -> Mask:
        """Which slots a reader of `snapshot` may see on that day."""
        mask = self.masks.get((snapshot, day))
        if mask is None:
            added, removed, first, last = self.limits
            mask = self.live & (added <= snapshot) & (snapshot < removed) & (first <= day) & (day <= last)
            if len(self.masks) >= _MASKS_KEPT:
                self.masks.clear()
            self.masks[snapshot, day] = mask
        return mask


class AudienceVectors:
    """Searches never wait for a write: they use the last view while the next is made."""

    def __init__(self, folder: Path | None, model: str, dimensions: int) -> None:
        """Open or create; raises DamagedIndexError as VectorFile does."""
        self._folder = folder
        self._dimensions = dimensions
        self._file = VectorFile(folder and folder / "vectors.sqlite", model, dimensions)
        self._refreshing = threading.Lock()
        self._extending = threading.Lock()
        self._seen: tuple[int, int] | None = None
        empty = np.zeros(0, np.int64)
        parts = {name: Part(graph=None, slots=empty, data=np.zeros((0, dimensions), np.float32), last_id=0) for name in PARTS}
        self._view = View(change=0, chunk_ids=[], live=np.zeros(0, np.bool_), limits=np.zeros((4, 0), np.int64), parts=parts)

    def write(self, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Store, then extend the graphs where the vectors outside them have become many."""
        self._file.write(added, removed)
        self._current()
        with self._extending:
            for name in PARTS:
                self._extend(name)

    def search(self, vector: Floats, part: str, snapshot: int, day: int, k: int) -> list[tuple[str, float]]:
        """The `k` best chunk ids with their cosine."""
        view = self._current()
        best = view.parts[part].best(vector, view.visible(snapshot, day), k)
        return [(view.chunk_ids[slot], score) for slot, score in best]

    def known(self) -> dict[str, int | None]:
        """Every live chunk id with its removed_in."""
        view = self._current()
        removed = view.limits[1].tolist()
        return {
            view.chunk_ids[slot]: None if removed[slot] == NEVER else removed[slot] for slot in np.flatnonzero(view.live).tolist()
        }

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _current(self) -> View:
        """The view of the last commit, by whichever process."""
        if self._file.version() != self._seen:
            with self._refreshing:
                seen = self._file.version()
                if seen != self._seen:
                    self._view = self._refreshed(self._view)
                    self._seen = seen
        return self._view

    def _refreshed(self, old: View) -> View:
        change, rows = self._file.changed_slots(old.change)
        size = max([len(old.chunk_ids), *(row.slot + 1 for row in rows)])
        live, limits = np.zeros(size, np.bool_), np.zeros((4, size), np.int64)
        live[: len(old.live)], limits[:, : len(old.live)] = old.live, old.limits
        chunk_ids = [*old.chunk_ids, *[""] * (size - len(old.chunk_ids))]
        for row in rows:
            _place(row, chunk_ids, live, limits)
        parts = {name: self._refreshed_part(name, part) for name, part in old.parts.items()}
        return View(change=change, chunk_ids=chunk_ids, live=live, limits=limits, parts=parts)

    def _refreshed_part(self, name: str, old: Part) -> Part:
        """Read what came after `old`, from the saved graph where there is a newer one."""
        saved = self._newest_graph(name)
        if saved is not None and saved[0] > (old.graph.last_id if old.graph else 0):
            old = self._with_graph(name, *saved)
        rows = self._file.vectors(name, old.last_id)
        if not len(rows.ids):
            return old
        return replace(
            old,
            slots=np.concatenate([old.slots, rows.slots]),
            data=np.concatenate([old.data, rows.data]),
            last_id=int(rows.ids[-1]),
        )

    def _with_graph(self, name: str, last_id: int, index: "Index") -> Part:
        ids, slots = self._file.owners(name, last_id)
        return Part(
            graph=Graph(index=index, ids=ids, slots=slots, last_id=last_id),
            slots=np.zeros(0, np.int64),
            data=np.zeros((0, self._dimensions), np.float32),
            last_id=last_id,
        )

    def _newest_graph(self, name: str) -> "tuple[int, Index] | None":
        """The saved graph that goes furthest; one that does not load is removed: the vectors are all in the file."""
        if self._folder is None or not graphs_are_there():
            return None
        for path in sorted(self._folder.glob(f"{name}-*.usearch"), reverse=True):
            last_id = int(path.stem.split("-")[1])
            held = self._view.parts[name].graph
            if held is not None and held.last_id >= last_id:
                return None
            index = _restored(path)
            if index is not None:
                return last_id, index
            path.unlink(missing_ok=True)
        return None

    def _extend(self, name: str) -> None:
        """Put the vectors outside the graph into a copy of it, save that, and let searches use it."""
        if not graphs_are_there():
            return
        part = self._view.parts[name]
        covered = len(part.graph.ids) if part.graph else 0
        if len(part.slots) <= max(EXACT_LIMIT if covered == 0 else LEAST_TAIL, _TAIL_SHARE * covered):
            return
        index = part.graph.index.copy() if part.graph else self._new_index()
        rows = self._file.vectors(name, part.graph.last_id if part.graph else 0)
        # Entries of one sheet are alike: put in as they stand, they bind to each other and questions miss whole regions
        # (measured on 100,000: 43 of 100 of the nearest found, 63 when they are mixed).
        mixed = np.random.default_rng(len(rows.ids)).permutation(len(rows.ids))
        index.add(rows.ids[mixed], quantised(rows.data[mixed]), threads=1)
        last_id = int(rows.ids[-1])
        self._save(name, last_id, index)
        with self._refreshing:
            parts = {**self._view.parts, name: self._with_graph(name, last_id, index)}
            self._view = replace(self._view, parts=parts)
            self._seen = None

    def _new_index(self) -> "Index":
        from usearch.index import Index

        return Index(
            ndim=self._dimensions,
            metric="cos",
            dtype="i8",
            connectivity=_CONNECTIVITY,
            expansion_add=2 * _EXPANSION,
            expansion_search=_EXPANSION,
        )

    def _save(self, name: str, last_id: int, index: "Index") -> None:
        """By rename, so that a kill leaves the old graph; older ones go."""
        if self._folder is None:
            return
        final = self._folder / f"{name}-{last_id:012d}.usearch"
        temporary = final.with_suffix(".tmp")
        index.save(temporary)
        temporary.replace(final)
        for path in self._folder.glob(f"{name}-*.usearch"):
            if path.name < final.name:
                path.unlink(missing_ok=True)


@cache
def graphs_are_there() -> bool:
    """Whether usearch is installed. Without it every search compares all vectors: slower beyond 20,000, and never wrong."""
    return find_spec("usearch") is not None


def _place(row: SlotRow, chunk_ids: list[str], live: Mask, limits: Ints) -> None:
    chunk_ids[row.slot] = row.chunk_id
    live[row.slot] = row.live
    limits[:, row.slot] = (row.added_in, row.removed_in, row.valid_from, row.valid_to)


def _restored(path: Path) -> "Index | None":
    from usearch.index import Index

    try:
        return Index.restore(path)
    except (RuntimeError, ValueError, OSError):
        return None
