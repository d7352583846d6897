"""VectorIndex on OpenSearch k-NN: title vectors and body vectors apart, the filters inside the graph's walk."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from shared.adapters.opensearch.derived_index import SEARCH_TIMEOUT_S, OpenSearchIndex, ranking
from shared.adapters.opensearch.engine import JsonObject, OpenSearchEngine, Search
from shared.adapters.opensearch.generations import checked_prefix
from shared.adapters.opensearch.vector_schema import cosine, floats, vector_document, vector_plan, vector_query
from shared.ports import ChunkVectors, IndexFilter, LegHit, Vector


class OpenSearchVectorIndex(OpenSearchIndex):
    """Port VectorIndex, and DerivedIndex. Each model has an index of its own, which is empty until it is reconciled."""

    name = "vectors"

    def __init__(
        self,
        engine: OpenSearchEngine,
        *,
        prefix: str,
        model: str,
        dimensions: int,
        settings: Mapping[str, Any] | None = None,
        timeout_s: float = SEARCH_TIMEOUT_S,
        target: str | None = None,
    ) -> None:
        self._options: dict[str, Any] = {
            "prefix": prefix,
            "model": model,
            "dimensions": dimensions,
            "settings": settings,
            "timeout_s": timeout_s,
        }
        plan = vector_plan(checked_prefix(prefix), model, dimensions, dict(settings or {}))
        super().__init__(engine, plan, timeout_s=timeout_s, target=target)

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        documents = {entry.chunk.chunk_id: vector_document(entry, removed.get(entry.chunk.chunk_id)) for entry in added}
        self._write(tenant, documents, removed)

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks by cosine of the part "title" or "body"."""
        return self.read(self.engine.search(self.ask(floats(vector), part, where, k), self.timeout_s))

    def ask(self, vector: Sequence[float], part: str, where: IndexFilter, k: int) -> Search:
        """Return the search, to be sent with others."""
        return ranking(self.target, vector_query(vector, part, where, k), k)

    @staticmethod
    def read(hits: JsonObject) -> tuple[LegHit, ...]:
        """Return what came back."""
        return tuple(LegHit(chunk_id=hit["fields"]["chunk_id"][0], score=cosine(hit["_score"])) for hit in hits["hits"])

    def _twin(self, target: str) -> Self:
        return type(self)(self.engine, **self._options, target=target)
