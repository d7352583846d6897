"""Give a question that was asked a moment ago what was found then: many customers ask the same, in the same words."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from shared.domain.knowledge import SearchQuery, SearchResult
from shared.ports import Clock, KnowledgeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSearches:
    """Ask `search` once for the same words, rights, day and snapshot. Safe from several threads; two that miss both ask.

    What is found depends on these, and on the company's synonyms, which may change meanwhile: so nothing is kept for longer
    than `keep`. A result with a leg missing is never kept. Raises what `search` and the store raise.
    """

    search: Callable[[SearchQuery], SearchResult]
    knowledge: KnowledgeStore
    clock: Clock
    keep: timedelta = timedelta(minutes=1)
    room: int = 256
    _kept: OrderedDict[SearchQuery, tuple[datetime, SearchResult]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, query: SearchQuery) -> SearchResult:
        """Search the query's snapshot, or the published one."""
        snapshot = query.snapshot if query.snapshot is not None else self.knowledge.snapshot(query.tenant).published
        asked = replace(query, snapshot=snapshot)
        with self._lock:
            until, known = self._kept.get(asked, (None, None))
        if until and known and self.clock.now() < until:
            return replace(known, took_ms={})
        found = self.search(asked)
        if not found.degraded:
            self._keep(asked, found)
        return found

    def _keep(self, asked: SearchQuery, found: SearchResult) -> None:
        with self._lock:
            self._kept[asked] = self.clock.now() + self.keep, found
            self._kept.move_to_end(asked)
            while len(self._kept) > self.room:
                self._kept.popitem(last=False)
