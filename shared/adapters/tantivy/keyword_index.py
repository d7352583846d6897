"""KeywordIndex on tantivy: one index per tenant and audience, on disk or in memory."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote

from shared.adapters.tantivy.audience_index import AudienceIndex
from shared.domain.knowledge import Audience, Chunk
from shared.ports import IndexFilter, LegHit


class TantivyKeywordIndex:
    """Port KeywordIndex, and DerivedIndex. `root` None keeps everything in memory (tests).

    Safe to use from several threads and processes: tantivy's commits are atomic, readers see the last one. What a kill or a
    full disk destroys is rebuilt from the chunks (`ReconcileIndices`), because nothing lives here alone.
    """

    name = "keyword"

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._indices: dict[tuple[str, Audience], AudienceIndex] = {}
        self._lock = threading.Lock()

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        for audience in Audience:
            chunks = [chunk for chunk in added if chunk.audience is audience]
            index = self._index(tenant, audience, create=bool(chunks))
            if index is not None:
                index.write(chunks, removed)

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks written in `language`, by BM25 over title, questions and body."""
        hits = [
            hit for index in self._open_indices(where.tenant, where.audiences) for hit in index.search(text, language, where, k)
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:k])

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
                self._indices.pop((tenant, audience), None)
        if self._root is not None:
            rmtree(self._folder(self._root, tenant), ignore_errors=True)

    def _open_indices(self, tenant: str, audiences: Iterable[Audience]) -> list[AudienceIndex]:
        indices = (self._index(tenant, audience, create=False) for audience in audiences)
        return [index for index in indices if index is not None]

    def _index(self, tenant: str, audience: Audience, create: bool) -> AudienceIndex | None:
        key = (tenant, audience)
        index = self._indices.get(key)
        if index is not None:
            return index
        with self._lock:
            if key not in self._indices:
                folder = self._root and self._folder(self._root, tenant) / audience.value
                if not create and not (folder and folder.is_dir()):
                    return None
                self._indices[key] = AudienceIndex(folder or None)
            return self._indices[key]

    @staticmethod
    def _folder(root: Path, tenant: str) -> Path:
        return root / quote(tenant, safe="").replace(".", "%2E")
