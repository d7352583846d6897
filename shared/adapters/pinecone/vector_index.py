"""VectorIndex on Pinecone: a vector index (metric cosine), one namespace per tenant, everything else by metadata filter."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pinecone.errors.exceptions import NotFoundError
from pinecone.index import Index
from pinecone.models.vectors.vector import Vector as Record

from shared.adapters.pinecone.errors import translated
from shared.adapters.pinecone.records import MAX_RECORDS, RecordSet, chunk_id_of, floats, in_upserts, namespace_of
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError
from shared.ports import ChunkVectors, IndexFilter, LegHit, Vector

# Several vectors of one chunk may fill the top: ask for more than k, and for four times as many while that is too few.
_OVER_FETCH = 3
_MOST_RESULTS = 10_000
_PAGE = 100
# Ids travel in the address of a fetch, which stays below 8 kB.
_IDS_PER_FETCH = 64
_CHUNKS_PER_UPDATE = 500
_SETTLE_POLL_S = 0.25


class PineconeVectorIndex:
    """Port VectorIndex, and DerivedIndex. `model` is the embedder's name: records of another model are never compared.
    `index` returns the client for the next request, which may be another one where the key has been rotated.

    Pinecone is eventually consistent: a write is seen by searches a moment later, usually within seconds. Writes are
    idempotent, and `known` and `ReconcileIndices` put back what a crash between two batches left out.
    Safe to use from several threads and processes.
    """

    name = "vectors"

    def __init__(
        self,
        index: Callable[[], Index],
        *,
        model: str,
        search_timeout_s: float = 1.0,
        settle_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._index = index
        self._records = RecordSet.of_model(model)
        self._search_timeout_s = search_timeout_s
        self._settle_s = settle_s
        self._sleep = sleep
        self._filled: set[str] = set()

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        namespace = namespace_of(tenant)
        with translated():
            if added:
                self._write(namespace, added, removed)
            new = {entry.chunk.chunk_id for entry in added}
            self._remove(namespace, {chunk_id: number for chunk_id, number in removed.items() if chunk_id not in new})

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks by cosine of the part "title" or "body".

        Raises DependencyUnavailableError where the tenant has vectors of other embedding models only.
        """
        if k <= 0 or not where.audiences:
            return ()
        namespace = namespace_of(where.tenant)
        request = {"vector": floats(vector), "filter": self._records.visible(part, where), "namespace": namespace}
        with translated():
            best = self._best(request, k)
            if not best:
                self._refuse_foreign(namespace)
        return tuple(LegHit(chunk_id=chunk_id, score=score) for chunk_id, score in best)

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in."""
        namespace = namespace_of(tenant)
        with translated():
            known: dict[str, int | None] = {
                chunk_id_of(record_id): None for record_id in self._listed(namespace, self._records.body_prefix)
            }
            for metadata in self._removed_bodies(namespace):
                known[str(metadata["chunk"])] = int(metadata["removed_in"])
        return known

    def discard(self, tenant: str) -> None:
        """Forget all of the tenant, and wait until that is seen. Raises DeadlineExceededError where it takes too long."""
        namespace = namespace_of(tenant)
        self._filled.discard(namespace)
        ends_at = time.monotonic() + self._settle_s
        with translated():
            self._delete(namespace, delete_all=True)
            while self._any(namespace, ""):
                if time.monotonic() > ends_at:
                    raise DeadlineExceededError("the vector index has not forgotten the tenant yet")
                self._sleep(_SETTLE_POLL_S)

    def forget_other_models(self, tenant: str) -> None:
        """Delete the vectors of other embedding models, once no release uses them. Again: no effect."""
        with translated():
            self._delete(namespace_of(tenant), filter=self._records.others())

    def _write(self, namespace: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """First what is new, bodies last, then away with what is left over: a reader never finds a chunk missing."""
        stale = self._left_over(namespace, added)
        sides = [record for entry in added for record in self._records.side_records(entry, removed.get(entry.chunk.chunk_id))]
        bodies = [self._records.body_record(entry, removed.get(entry.chunk.chunk_id)) for entry in added]
        for batch in in_upserts((*sides, *bodies)):
            self._index().upsert(vectors=batch, namespace=namespace)
        for start in range(0, len(stale), MAX_RECORDS):
            self._delete(namespace, ids=stale[start : start + MAX_RECORDS])

    def _left_over(self, namespace: str, added: Sequence[ChunkVectors]) -> list[str]:
        """Ids of earlier titles and stretches of these chunks, beyond their new number."""
        now = {self._records.body_id(entry.chunk.chunk_id): entry for entry in added}
        ids = list(now)
        stale: list[str] = []
        for start in range(0, len(ids), _IDS_PER_FETCH):
            for record_id, record in self._fetched(namespace, ids[start : start + _IDS_PER_FETCH]).items():
                before: Mapping[str, Any] = record.metadata or {}
                entry = now[record_id]
                titles = range(len(entry.titles), int(before.get("titles", 0)))
                passages = range(len(entry.passages), int(before.get("passages", 0)))
                stale += self._records.title_ids(entry.chunk.chunk_id, titles)
                stale += self._records.passage_ids(entry.chunk.chunk_id, passages)
        return stale

    def _remove(self, namespace: str, removed: Mapping[str, int]) -> None:
        """One update by filter for many chunks: by id it would be one for each vector, at 100 a second."""
        for number in sorted(set(removed.values())):
            ids = [chunk_id for chunk_id, removed_in in removed.items() if removed_in == number]
            for start in range(0, len(ids), _CHUNKS_PER_UPDATE):
                chosen = self._records.of_chunks(ids[start : start + _CHUNKS_PER_UPDATE])
                with _absent_is_fine():
                    self._index().update(filter=chosen, set_metadata={"removed_in": number}, namespace=namespace)

    def _best(self, request: Mapping[str, Any], k: int) -> list[tuple[str, float]]:
        wanted = min(_MOST_RESULTS, _OVER_FETCH * k)
        while True:
            matches = self._index().query(top_k=wanted, timeout=self._search_timeout_s, **request).matches
            best: dict[str, float] = {}
            for match in matches:
                best.setdefault(chunk_id_of(match.id), match.score)
            if len(best) >= k or len(matches) < wanted or wanted == _MOST_RESULTS:
                return list(best.items())[:k]
            wanted = min(_MOST_RESULTS, 4 * wanted)

    def _refuse_foreign(self, namespace: str) -> None:
        """Nothing was found: say so where the reason is another model, not an empty or hidden knowledge."""
        if namespace in self._filled:
            return
        if self._any(namespace, self._records.body_prefix):
            self._filled.add(namespace)
        elif self._any(namespace, ""):
            raise DependencyUnavailableError("vector index", "was written with another embedding model: rebuild it")

    def _any(self, namespace: str, prefix: str) -> bool:
        with _absent_is_fine():
            page = self._index().list_paginated(prefix=prefix, limit=1, namespace=namespace, timeout=self._search_timeout_s)
            return bool(page.vectors)
        return False

    def _fetched(self, namespace: str, ids: list[str]) -> Mapping[str, Record]:
        with _absent_is_fine():
            return self._index().fetch(ids=ids, namespace=namespace).vectors
        return {}

    def _listed(self, namespace: str, prefix: str) -> Iterator[str]:
        with _absent_is_fine():
            for page in self._index().list(prefix=prefix, limit=_PAGE, namespace=namespace):
                yield from (item.id for item in page.vectors if item.id)

    def _removed_bodies(self, namespace: str) -> Iterator[Mapping[str, Any]]:
        token: str | None = None
        with _absent_is_fine():
            while True:
                page = self._index().fetch_by_metadata(
                    filter=self._records.removed(), namespace=namespace, limit=_PAGE, pagination_token=token
                )
                yield from (record.metadata for record in page.vectors.values() if record.metadata)
                token = page.pagination.next if page.pagination else None
                if not token:
                    return

    def _delete(self, namespace: str, **selector: Any) -> None:
        with _absent_is_fine():
            self._index().delete(namespace=namespace, **selector)


@contextmanager
def _absent_is_fine() -> Generator[None]:
    """Let a namespace that was never written to pass: it answers 404 to deletions, and may to others. Searches still tell."""
    try:
        yield
    except NotFoundError:
        return
