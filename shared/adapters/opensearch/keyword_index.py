"""KeywordIndex on OpenSearch: one index for all tenants, the filters inside the query."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from shared.adapters.opensearch.derived_index import SEARCH_TIMEOUT_S, OpenSearchIndex, ranking
from shared.adapters.opensearch.engine import Action, JsonObject, OpenSearchEngine, Search
from shared.adapters.opensearch.generations import checked_prefix
from shared.adapters.opensearch.keyword_schema import keyword_document, keyword_plan, keyword_query
from shared.domain.knowledge import Chunk
from shared.ports import IndexFilter, LegHit


class OpenSearchKeywordIndex(OpenSearchIndex):
    """Port KeywordIndex, and DerivedIndex. `prefix` begins the index's name; `settings` are its shards and replicas.

    Safe to use from several threads and processes: a write is seen by searches when `apply` returns.
    """

    name = "keyword"
    # A replaced document counts in the frequencies of its terms until segments are merged: what is the same is not replaced.
    putting = Action.MERGE

    def __init__(
        self,
        engine: OpenSearchEngine,
        *,
        prefix: str,
        settings: Mapping[str, Any] | None = None,
        timeout_s: float = SEARCH_TIMEOUT_S,
        target: str | None = None,
    ) -> None:
        self._options: dict[str, Any] = {"prefix": prefix, "settings": settings, "timeout_s": timeout_s}
        super().__init__(engine, keyword_plan(checked_prefix(prefix), dict(settings or {})), timeout_s=timeout_s, target=target)

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids; unknown ids are ignored."""
        documents = {chunk.chunk_id: keyword_document(chunk, removed.get(chunk.chunk_id)) for chunk in added}
        self._write(tenant, documents, removed)

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """The best `k` chunks written in `language`, by BM25 over title, questions and body."""
        return self.read(self.engine.search(self.ask(text, language, where, k), self.timeout_s))

    def ask(self, text: str, language: str, where: IndexFilter, k: int) -> Search:
        """Return the search, to be sent with others."""
        return ranking(self.target, keyword_query(text, language, where), k)

    @staticmethod
    def read(hits: JsonObject) -> tuple[LegHit, ...]:
        """Return what came back."""
        return tuple(LegHit(chunk_id=hit["fields"]["chunk_id"][0], score=hit["_score"]) for hit in hits["hits"])

    def _twin(self, target: str) -> Self:
        return type(self)(self.engine, **self._options, target=target)
