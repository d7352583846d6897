"""Bring a tenant's indices in line with its chunks: after a kill between store and index, damage, or a new index version."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.errors import DamagedIndexError
from shared.domain.knowledge import Chunk
from shared.ports import DerivedIndex, DerivedKeywordIndex, DerivedVectorIndex, Embedder, KnowledgeStore
from shared.use_cases.embed_chunks import embed_chunks

_BATCH = 64

Progress = Callable[[str, int, int], None]
Write = Callable[[Sequence[Chunk], Mapping[str, int]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many chunks were added to, and marked as removed in, each index."""

    added: Mapping[str, int]
    removed: Mapping[str, int]

    @property
    def changed(self) -> bool:
        """Whether anything was."""
        return any((*self.added.values(), *self.removed.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileIndices:
    """The KnowledgeStore is the truth. Running it again changes nothing; a kill during it is made good by the next run.

    Without an embedder the vector index is left alone.
    """

    knowledge: KnowledgeStore
    keyword: DerivedKeywordIndex
    vectors: DerivedVectorIndex
    embedder: Embedder | None
    on_progress: Progress = lambda index, done, total: None

    def __call__(self, tenant: str) -> Reconciled:
        """Compare and repair; an index that does not open is discarded and made again."""
        chunks = self.knowledge.all_chunks(tenant)
        writes: list[tuple[DerivedIndex, Write]] = [
            (self.keyword, lambda added, removed: self.keyword.apply(tenant, added, removed))
        ]
        embedder = self.embedder
        if embedder is not None:
            writes.append(
                (
                    self.vectors,
                    lambda added, removed: self.vectors.apply(tenant, embed_chunks(embedder, added), removed),
                )
            )
        counts = {state.name: self._repair(tenant, chunks, state, write) for state, write in writes}
        return Reconciled(
            added={name: added for name, (added, _) in counts.items()},
            removed={name: removed for name, (_, removed) in counts.items()},
        )

    def _repair(self, tenant: str, chunks: Sequence[Chunk], state: DerivedIndex, write: Write) -> tuple[int, int]:
        known = _known(state, tenant)
        missing = [chunk for chunk in chunks if _must_be_added(chunk, known)]
        for start in range(0, len(missing), _BATCH):
            write(missing[start : start + _BATCH], {})
            self.on_progress(state.name, min(start + _BATCH, len(missing)), len(missing))
        removed = {
            chunk.chunk_id: chunk.removed_in
            for chunk in chunks
            if chunk.removed_in is not None and known.get(chunk.chunk_id, chunk.removed_in) != chunk.removed_in
        }
        if removed:
            write([], removed)
        return len(missing), len(removed)


def _must_be_added(chunk: Chunk, known: Mapping[str, int | None]) -> bool:
    """Absent, or back again: removed by a draft that was then changed."""
    return chunk.chunk_id not in known or (chunk.removed_in is None and known[chunk.chunk_id] is not None)


def _known(state: DerivedIndex, tenant: str) -> Mapping[str, int | None]:
    try:
        return state.known(tenant)
    except DamagedIndexError:
        state.discard(tenant)
        return state.known(tenant)
