"""VectorIndex on numpy and usearch: one index per tenant and audience, on disk or in memory."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote

import numpy as np

from shared.adapters.usearch.audience_vectors import AudienceVectors
from shared.domain.knowledge import Audience
from shared.ports import ChunkVectors, IndexFilter, LegHit, Vector


class UsearchVectorIndex:
    """Port VectorIndex, and DerivedIndex. `root` None keeps everything in memory (tests).

    `model` is the embedder's name: vectors of another model are refused until the index is discarded and made again.
    Safe to use from several threads and processes; a search sees the last committed write of any of them.
    """

    name = "vectors"

    def __init__(self, root: Path | None, *, model: str, dimensions: int) -> None:
        self._root = root
        self._model = model
        self._dimensions = dimensions
        self._indices: dict[tuple[str, Audience], AudienceVectors] = {}
        self._lock = threading.Lock()

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        for audience in Audience:
            entries = [entry for entry in added if entry.chunk.audience is audience]
            index = self._index(tenant, audience, create=bool(entries))
            if index is not None and (entries or removed):
                index.write(entries, removed)

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks by cosine of the part "title" or "body"."""
        query = np.asarray(vector, np.float32)
        day = date.fromisoformat(where.today).toordinal()
        found = [
            LegHit(chunk_id=chunk_id, score=score)
            for index in self._open_indices(where.tenant, where.audiences)
            for chunk_id, score in index.search(query, part, where.snapshot, day, k)
        ]
        return tuple(sorted(found, key=lambda hit: -hit.score)[:k])

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in."""
        known: dict[str, int | None] = {}
        for index in self._open_indices(tenant, Audience):
            known.update(index.known())
        return known

    def discard(self, tenant: str) -> None:
        """Forget the tenant's index, damaged or not."""
        with self._lock:
            for audience in Audience:
                index = self._indices.pop((tenant, audience), None)
                if index is not None:
                    index.close()
        if self._root is not None:
            rmtree(self._folder(self._root, tenant), ignore_errors=True)

    def _open_indices(self, tenant: str, audiences: Iterable[Audience]) -> list[AudienceVectors]:
        indices = (self._index(tenant, audience, create=False) for audience in audiences)
        return [index for index in indices if index is not None]

    def _index(self, tenant: str, audience: Audience, create: bool) -> AudienceVectors | None:
        key = (tenant, audience)
        index = self._indices.get(key)
        if index is not None:
            return index
        with self._lock:
            if key not in self._indices:
                folder = self._root and self._folder(self._root, tenant) / audience.value
                if not create and not (folder and folder.is_dir()):
                    return None
                self._indices[key] = AudienceVectors(folder or None, self._model, self._dimensions)
            return self._indices[key]

    @staticmethod
    def _folder(root: Path, tenant: str) -> Path:
        return root / quote(tenant, safe="").replace(".", "%2E")
