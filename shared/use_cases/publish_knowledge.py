"""PublishKnowledge: make the draft what readers see, or go back to an earlier snapshot. One write either way."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import Snapshot
from shared.ports import Clock, KnowledgeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKnowledge:
    """Readers switch at once: every reader filters by the published number."""

    knowledge: KnowledgeStore
    clock: Clock

    def __call__(self, tenant: str) -> Snapshot:
        """Publish the draft; without one, the snapshot stays as it is, also where it was rolled back."""
        now = self.knowledge.snapshot(tenant)
        if not self.knowledge.has_draft(tenant):
            return now
        return self.knowledge.publish(tenant, now.head + 1, self.clock.now())

    def rollback(self, tenant: str, to: int) -> Snapshot:
        """Make readers see snapshot `to` again (0: nothing); a later publish goes on from the newest.

        Raises InvalidInputError for a snapshot that was never made.
        """
        now = self.knowledge.snapshot(tenant)
        if not 0 <= to <= now.head:
            raise InvalidInputError("snapshot", f"send a snapshot from 0 to {now.head}")
        return self.knowledge.publish(tenant, to, self.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishIndexed:
    """PublishKnowledge where indexes are written apart from the chunks: readers find a snapshot's index when they see it.

    `index` brings a tenant's indexes in line with its chunks; where each write does so already, it does nothing.
    """

    publish: PublishKnowledge
    index: Callable[[str], object]

    def __call__(self, tenant: str) -> Snapshot:
        """Publish the draft. May be repeated at any point."""
        self.index(tenant)
        snapshot = self.publish(tenant)
        # Once more: what another writer added to the same draft, after the first look and before the publication.
        self.index(tenant)
        return snapshot
