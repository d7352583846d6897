"""The reader's side: each tenant's indexes fetched from the object store to this machine's disk, and fetched again when old."""

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from shared.adapters.index_archive.archive_file import unpack
from shared.adapters.index_archive.archives import ArchiveName, IndexArchives
from shared.adapters.index_archive.index_pair import IndexPair, OpenPair
from shared.domain.errors import SupportError
from shared.domain.knowledge import Chunk
from shared.ports import ChunkVectors, Clock, IndexFilter, LegHit, Vector

# The store of archives is asked this often whether there is a newer one, even when the snapshot is covered: one that was
# written while another function still added to the same draft is replaced by a whole one moments later.
CHECK_EVERY = timedelta(minutes=1)
_NOTHING = ArchiveName(0, 0)


@dataclass(frozen=True, slots=True)
class _Held:
    pair: IndexPair
    name: ArchiveName
    caught_up: int
    checked_at: datetime


class FetchedIndices:
    """Ports KeywordIndex and VectorIndex for reading, through `keyword` and `vectors`; call `refresh` before a search.

    A snapshot that no archive covers (its archive is lost, or of another release's format) is made good from the store by
    `catch_up`, which brings the pair of a tenant up to date as far as that is quick; the rest waits for the next archive.
    """

    def __init__(
        self,
        archives: IndexArchives,
        root: Path,
        open_pair: OpenPair,
        catch_up: Callable[[str, IndexPair], object],
        clock: Clock,
    ) -> None:
        self._archives = archives
        self._root = root
        self._open = open_pair
        self._catch_up = catch_up
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._opened = 0
        self.keyword = _Keywords(self._held)
        self.vectors = _Vectors(self._held)

    def refresh(self, tenant: str, snapshot: int) -> None:
        """See to it that the tenant's indexes hold `snapshot`. Raises DependencyUnavailableError when there are none at all
        and none can be fetched; older ones stay in use while the object store does not answer.
        """
        if self._is_fresh(tenant, snapshot):
            return
        with self._lock:
            held = self._held.get(tenant)
            if self._is_fresh(tenant, snapshot):
                return
            try:
                self._held[tenant] = self._refreshed(tenant, snapshot, held)
            except SupportError:
                if held is None:
                    raise

    def _is_fresh(self, tenant: str, snapshot: int) -> bool:
        held = self._held.get(tenant)
        if held is None or snapshot > max(held.name.covers, held.caught_up):
            return False
        return timedelta(0) <= self._clock.now() - held.checked_at < CHECK_EVERY

    def _refreshed(self, tenant: str, snapshot: int, held: _Held | None) -> _Held:
        now = self._clock.now()
        newest = self._archives.newest(tenant) or _NOTHING
        if held is None or newest > held.name:
            held, old = self._fetched(tenant, newest, now), held
            if old is not None:
                # A search that still runs keeps the files open; they go when it ends.
                shutil.rmtree(old.pair.folder, ignore_errors=True)
        caught_up = held.caught_up
        if snapshot > max(held.name.covers, caught_up):
            self._catch_up(tenant, held.pair)
            caught_up = snapshot
        return _Held(held.pair, held.name, caught_up, now)

    def _fetched(self, tenant: str, name: ArchiveName, now: datetime) -> _Held:
        self._opened += 1
        folder = self._root / quote(tenant, safe="") / str(self._opened)
        shutil.rmtree(folder, ignore_errors=True)
        if name != _NOTHING:
            unpack(self._archives.get(tenant, name), folder)
        return _Held(self._open(folder), name, 0, now)


class _Keywords:
    """The keyword indexes of whichever tenant is asked for."""

    def __init__(self, held: Mapping[str, _Held]) -> None:
        self._held = held

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        raise NotImplementedError("these indexes are written by `knowledge`")

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        return self._held[where.tenant].pair.keyword.search(text, language, where, k)


class _Vectors:
    """The vector indexes of whichever tenant is asked for."""

    def __init__(self, held: Mapping[str, _Held]) -> None:
        self._held = held

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        raise NotImplementedError("these indexes are written by `knowledge`")

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        return self._held[where.tenant].pair.vectors.search(vector, part, where, k)
