"""KeywordIndex on tantivy: one index per tenant and audience, on disk or in memory."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from shared.adapters.audience_indices import AudienceIndices
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
        self._indices = AudienceIndices(root, AudienceIndex)

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        for audience in Audience:
            chunks = [chunk for chunk in added if chunk.audience is audience]
            index = self._indices.of(tenant, audience, create=bool(chunks))
            if index is not None:
                index.write(chunks, removed)

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks written in `language`, by BM25 over title, questions and body."""
        found = [index.search(text, language, where, k) for index in self._indices.existing(where.tenant, where.audiences)]
        if len(found) == 1:
            return tuple(found[0])
        return tuple(sorted(chain.from_iterable(found), key=lambda hit: -hit.score)[:k])

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in."""
        known: dict[str, int | None] = {}
        for index in self._indices.existing(tenant, Audience):
            known.update(index.known())
        return known

    def discard(self, tenant: str) -> None:
        """Forget the tenant's index, damaged or not."""
        self._indices.discard(tenant)
