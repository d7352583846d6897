"""List accepted messages that have not ended, with their age, and take up or close those that are stuck."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.conversation import Conversation, Owner
from shared.domain.errors import NotFoundError, SubjectErasedError, SupportError, VersionConflictError
from shared.domain.ledger import LedgerClosing, LedgerEntry, LedgerStatus
from shared.ports import Clock, ConversationStore, Ledger
from shared.use_cases.change_owner import OwnerChanges

STUCK_AFTER = timedelta(minutes=2)
# Past this age nobody waits for an answer any more: the entry ends, openly, as dead-lettered.
HOPELESS_AFTER = timedelta(hours=1)
_PAGE = 100
# Tenant, conversation, release and correlation id to the number of turns that were taken. Raises SupportError.
Resume = Callable[[str, str, str, str], int]
# Tenant and conversation to the row as it then stands: one of OwnerChanges' commands for the sweeper.
Release = Callable[[str, str], Conversation]


def always_settled(_now: datetime) -> bool:
    """For a service that agents could reach all along."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a run found and did: ages in seconds; no text."""

    unfinished: int
    oldest_age_s: float
    resumed: int
    dead_lettered: int
    gave_up_waiting: int
    left_by_agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepLedger:
    """Safe to run at any time, twice, or beside itself. `resume` takes up what is parked in a conversation: in process, or
    by asking `dialog`. `settled`: whether agents have had the time to say that they are there; until then nobody who waits
    is told that nobody comes.
    """

    ledger: Ledger
    conversations: ConversationStore
    resume: Resume
    owners: OwnerChanges
    clock: Clock
    release: str
    settled: Callable[[datetime], bool] = always_settled

    def __call__(self, tenants: tuple[str, ...], correlation_id: str) -> SweepReport:
        now = self.clock.now()
        stuck = self._stuck(now - STUCK_AFTER)
        resumed = dead = 0
        for entry in stuck:
            if self._resume(entry, correlation_id):
                resumed += 1
            elif now - entry.accepted_at >= HOPELESS_AFTER:
                self._dead_letter(entry, now)
                dead += 1
        oldest = max((now - e.accepted_at).total_seconds() for e in stuck) if stuck else 0.0
        staffed = tenants if self.settled(now) else ()
        return SweepReport(
            unfinished=len(stuck),
            oldest_age_s=oldest,
            resumed=resumed,
            dead_lettered=dead,
            gave_up_waiting=sum(self._release(tenant, Owner.QUEUE, self.owners.give_up_waiting) for tenant in staffed),
            left_by_agents=sum(self._release(tenant, Owner.AGENT, self.owners.leave_absent_agent) for tenant in staffed),
        )

    def _stuck(self, accepted_before: datetime) -> list[LedgerEntry]:
        entries: list[LedgerEntry] = []
        cursor = ""
        while True:
            page = self.ledger.unfinished(accepted_before, _PAGE, cursor)
            entries.extend(page.items)
            cursor = page.cursor
            if not cursor:
                return entries

    def _resume(self, entry: LedgerEntry, correlation_id: str) -> bool:
        try:
            return self.resume(entry.tenant, entry.conversation_id, self.release, correlation_id) > 0
        except SupportError:
            return False  # it stays listed, and the next run tries again

    def _dead_letter(self, entry: LedgerEntry, now: datetime) -> None:
        closing = LedgerClosing(
            conversation_id=entry.conversation_id,
            seq=entry.seq,
            status=LedgerStatus.DEAD_LETTERED,
            ended_at=now,
            reason="no turn took it within an hour",
        )
        self.ledger.close(entry.tenant, closing)

    def _release(self, tenant: str, owner: Owner, release: Release) -> int:
        """Customers who wait for a person who does not come, or who has left, are told so. Return how many were."""
        released = 0
        for conversation_id in self._waiting(tenant, owner):
            try:
                after = release(tenant, conversation_id)
            except (NotFoundError, SubjectErasedError, VersionConflictError):
                continue  # gone, or busy: the next run looks again
            released += after.owner is not owner
        return released

    def _waiting(self, tenant: str, owner: Owner) -> list[str]:
        """All of them, read before any is changed: a change moves a row in the listing."""
        waiting: list[str] = []
        cursor = ""
        while True:
            page = self.conversations.list_open(tenant, owner, _PAGE, cursor)
            # With an agent, most do not wait.
            waiting.extend(row.conversation_id for row in page.items if owner is Owner.QUEUE or row.waiting_since is not None)
            cursor = page.cursor
            if not cursor:
                return waiting
