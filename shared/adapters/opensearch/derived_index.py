"""What the keyword and the vector index share: writing chunks, marking them removed, and saying which are there."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from shared.adapters.opensearch.engine import Action, OpenSearchEngine, Search, Write
from shared.adapters.opensearch.generations import Generations, IndexPlan
from shared.adapters.opensearch.visibility import document_id
from shared.domain.errors import DependencyUnavailableError, InvalidInputError

SEARCH_TIMEOUT_S = 1.5
_LISTING_TIMEOUT_S = 30.0
_DELETING_TIMEOUT_S = 120.0
_PAGE = 5000
_MOST_TENANTS = 10_000
# Before the first write there is no index, and nothing in it.
_IF_THERE = {"ignore_unavailable": "true"}


class OpenSearchIndex:
    """Port DerivedIndex. All tenants share an index; every request names its tenant as a filter."""

    name = ""
    putting = Action.PUT

    def __init__(
        self, engine: OpenSearchEngine, plan: IndexPlan, *, timeout_s: float = SEARCH_TIMEOUT_S, target: str | None = None
    ) -> None:
        """`timeout_s` bounds a search. `target` is the generation that is being filled, else the alias."""
        self.engine = engine
        self.timeout_s = timeout_s
        self.target = target or plan.alias
        self._plan = plan
        self._generations = Generations(engine, plan)

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in; nothing where there is no index yet."""
        return {fields["chunk_id"][0]: fields.get("removed_in", [None])[0] for fields in self._listed(tenant)}

    def discard(self, tenant: str) -> None:
        """Forget all of the tenant."""
        body = {"query": {"term": {"tenant": tenant}}}
        options = {**_IF_THERE, "refresh": "true", "conflicts": "proceed", "request_timeout": _DELETING_TIMEOUT_S}
        self.engine.administer(lambda client: client.delete_by_query(index=self.target, body=body, params=options))

    def drop(self) -> None:
        """Take the index away for good, with all tenants and its template."""
        self._generations.drop_all()

    def tenants(self) -> frozenset[str]:
        """Those that have chunks here."""
        counted = {"size": 0, "aggs": {"tenants": {"terms": {"field": "tenant", "size": _MOST_TENANTS}}}}
        found = self._listing(counted)
        counts = found.get("aggregations", {}).get("tenants", {}).get("buckets", [])
        return frozenset(bucket["key"] for bucket in counts)

    @contextmanager
    def rebuilding(self) -> Generator[Self]:
        """Yield the same index, empty and seen by nobody; when the block ends it takes the old one's place, in one step.

        Fill it with every tenant: one that the old index has and the new one lacks is an InvalidInputError, and the old
        index stays. What was written to the old one meanwhile is put right by reconciling once more afterwards.
        """
        with self._generations.successor() as target:
            fresh = self._twin(target)
            before = self.tenants()
            yield fresh
            if lost := before - fresh.tenants():
                raise InvalidInputError("tenants", f"{len(lost)} tenants of the index are not in the new one: name all of them")

    def _twin(self, target: str) -> Self:
        raise NotImplementedError

    def _write(self, tenant: str, documents: Mapping[str, dict[str, Any]], removed: Mapping[str, int]) -> None:
        """Put the documents by chunk id, and set removed_in of those named that are not among them."""
        puts = [
            Write(action=self.putting, document_id=document_id(tenant, chunk_id), name=chunk_id, body=body)
            for chunk_id, body in documents.items()
        ]
        marks = [
            Write(action=Action.CHANGE, document_id=document_id(tenant, chunk_id), name=chunk_id, body={"removed_in": removed_in})
            for chunk_id, removed_in in removed.items()
            if chunk_id not in documents
        ]
        if not puts and not marks:
            return
        through_alias = self.target == self._plan.alias
        if through_alias:
            self._generations.ensure()
        try:
            self.engine.write(self.target, [*puts, *marks], through_alias=through_alias)
        except DependencyUnavailableError:
            # Somebody may have taken the index away: look again before the next write.
            self._generations.forget()
            raise

    def _listed(self, tenant: str) -> Iterator[Mapping[str, Any]]:
        body: dict[str, Any] = {
            "size": _PAGE,
            "query": {"term": {"tenant": tenant}},
            "sort": [{"chunk_id": "asc"}],
            **column("chunk_id", "removed_in"),
        }
        while True:
            hits = self._listing(body)["hits"]["hits"]
            yield from (hit["fields"] for hit in hits)
            if len(hits) < _PAGE:
                return
            body["search_after"] = hits[-1]["sort"]

    def _listing(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        options = {**_IF_THERE, "request_timeout": _LISTING_TIMEOUT_S}
        return self.engine.administer(lambda client: client.search(index=self.target, body=body, params=options))


def column(*names: str) -> dict[str, Any]:
    """Return what makes a search give these fields from their columns, and read no stored document."""
    return {"_source": False, "stored_fields": "_none_", "docvalue_fields": list(names)}


def ranking(index: str, query: Mapping[str, Any], k: int) -> Search:
    """Return the search for the best k chunk ids."""
    return Search(index=index, body={"size": k, "query": query, "track_total_hits": False, **column("chunk_id")})
