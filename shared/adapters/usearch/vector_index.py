"""VectorIndex on numpy and usearch: one index per tenant and audience, on disk or in memory."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from shared.adapters.audience_indices import AudienceIndices
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
        self._indices = AudienceIndices(root, lambda folder: AudienceVectors(folder, model, dimensions), AudienceVectors.close)

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        for audience in Audience:
            entries = [entry for entry in added if entry.chunk.audience is audience]
            index = self._indices.of(tenant, audience, create=bool(entries))
            if index is not None and (entries or removed):
                index.write(entries, removed)

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks by cosine of the part "title" or "body"."""
        query = np.asarray(vector, np.float32)
        day = date.fromisoformat(where.today).toordinal()
        found = [
            LegHit(chunk_id=chunk_id, score=score)
            for index in self._indices.existing(where.tenant, where.audiences)
            for chunk_id, score in index.search(query, part, where.snapshot, day, k)
        ]
        return tuple(sorted(found, key=lambda hit: -hit.score)[:k])

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in."""
        known: dict[str, int | None] = {}
        for index in self._indices.existing(tenant, Audience):
            known.update(index.known())
        return known

    def discard(self, tenant: str) -> None:
        """Forget the tenant's index, damaged or not."""
        self._indices.discard(tenant)
