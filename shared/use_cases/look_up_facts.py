"""LookUpFacts: the exact answer that a tenant's fact tables give, for readers of one snapshot."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from shared.domain.fact_book import PreparedTable, Synonyms, prepare
from shared.domain.facts import look_up
from shared.domain.knowledge import Audience, FactAnswer
from shared.ports import KnowledgeStore

_Key = tuple[str, int, frozenset[Audience], Synonyms]
_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFacts:
    """Safe to share between threads. A published snapshot never changes, so its prepared tables are kept."""

    knowledge: KnowledgeStore
    _kept: "OrderedDict[_Key, tuple[PreparedTable, ...]]" = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __call__(
        self,
        tenant: str,
        question: str,
        *,
        today: date,
        audiences: frozenset[Audience],
        snapshot: int | None = None,
        synonyms: tuple[tuple[str, ...], ...] = (),
    ) -> FactAnswer:
        """Return the answer to a masked question; `snapshot` None means the published one, `today` is the company's day.

        `synonyms`: the company's groups of words with one meaning. See `shared.domain.facts.look_up_facts`.
        """
        number = self.knowledge.snapshot(tenant).published if snapshot is None else snapshot
        return look_up(question, self._book((tenant, number, audiences, synonyms)), today)

    def _book(self, key: _Key) -> tuple[PreparedTable, ...]:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        tenant, number, audiences, synonyms = key
        book = prepare(self.knowledge.tables(tenant, number, audiences), synonyms)
        # A draft may still change; what readers see may not.
        if number <= self.knowledge.snapshot(tenant).head:
            with self._lock:
                self._kept[key] = book
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return book
