"""An index server that does not answer keeps its index: only a damaged one is made again."""

from dataclasses import dataclass, field

import pytest

from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import DamagedIndexError, DependencyUnavailableError
from shared.use_cases.reconcile_indices import ReconcileIndices


@dataclass
class FailingIndex:
    """Raises its errors in turn, then knows nothing. Remembers what was discarded."""

    errors: list[Exception]
    discarded: list[str] = field(default_factory=list)
    name: str = "keyword"

    def known(self, tenant):
        if self.errors:
            raise self.errors.pop(0)
        return {}

    def discard(self, tenant):
        self.discarded.append(tenant)


def reconcile(index):
    return ReconcileIndices(
        knowledge=SQLiteKnowledgeStore(Database(MEMORY)),
        keyword=index,
        vectors=index,
        embedder=None,
    )


def test_an_outage_is_reported_and_discards_nothing():
    index = FailingIndex([DependencyUnavailableError("index", "no answer")])
    with pytest.raises(DependencyUnavailableError):
        reconcile(index)("acme")
    assert index.discarded == []


def test_a_damaged_index_is_discarded_and_made_again():
    index = FailingIndex([DamagedIndexError("index", "bad magic number")])
    reconcile(index)("acme")
    assert index.discarded == ["acme"]
