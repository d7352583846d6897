"""The writer's side: a tenant's indexes brought in line with its chunks, and stored for the readers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from shared.adapters.index_archive.archive_file import pack, unpack
from shared.adapters.index_archive.archives import IndexArchives
from shared.adapters.index_archive.index_pair import IndexPair, OpenPair
from shared.domain.errors import SupportError
from shared.domain.knowledge import Chunk
from shared.ports import ChunkVectors, Clock, IndexFilter, KnowledgeStore, LegHit, Vector

# Brings a pair in line with the store; whether anything had to be changed.
Reconcile = Callable[[str, IndexPair], bool]


class ArchivedIndices:
    """Idempotent and safe beside itself on other machines: the store of chunks is the truth, and each writer that changed
    anything writes an archive of its own. Call it before a publication, so that readers find the snapshot's archive, and
    after it, for what others added to the same draft meanwhile.
    """

    def __init__(
        self,
        archives: IndexArchives,
        root: Path,
        open_pair: OpenPair,
        reconcile: Reconcile,
        knowledge: KnowledgeStore,
        clock: Clock,
    ) -> None:
        self._archives = archives
        self._root = root
        self._open = open_pair
        self._reconcile = reconcile
        self._knowledge = knowledge
        self._clock = clock
        self._pairs: dict[str, IndexPair] = {}

    def __call__(self, tenant: str) -> bool:
        """Reconcile, and store an archive where there is none so whole; return whether one was stored."""
        # Read first: what the chunks hold beyond that number does no harm, readers filter by theirs.
        state = self._knowledge.snapshot(tenant)
        covers = state.head + (1 if self._knowledge.has_draft(tenant) else 0)
        pair = self._pair(tenant)
        changed = self._reconcile(tenant, pair)
        newest = self._archives.newest(tenant)
        if not changed and newest is not None and newest.covers >= covers:
            return False
        self._archives.put(tenant, covers, pack(pair.folder), self._clock.now())
        return True

    def _pair(self, tenant: str) -> IndexPair:
        """What this machine has already, or the newest archive: either saves most of the embedding."""
        if tenant not in self._pairs:
            folder = self._root / quote(tenant, safe="")
            newest = self._archives.newest(tenant)
            if newest is not None and not folder.exists():
                try:
                    unpack(self._archives.get(tenant, newest), folder)
                except SupportError:
                    pass  # made again from the chunks
            self._pairs[tenant] = self._open(folder)
        return self._pairs[tenant]


class KeywordsLater:
    """Port KeywordIndex for ingestion where `ArchivedIndices` does all indexing before a publication."""

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Leave it to the next publication."""

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        raise NotImplementedError("nothing searches here")


class VectorsLater:
    """Port VectorIndex, likewise."""

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Leave it to the next publication."""

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        raise NotImplementedError("nothing searches here")
