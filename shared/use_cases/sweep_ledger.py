"""List accepted messages that have not ended, with their age, and take up or close those that are stuck."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.conversation import Owner
from shared.domain.errors import NotFoundError, SupportError
from shared.domain.ledger import LedgerClosing, LedgerEntry, LedgerStatus
from shared.ports import Clock, ConversationStore, Ledger
from shared.use_cases.change_owner import OwnerChanges

STUCK_AFTER = timedelta(minutes=2)
# Past this age nobody waits for an answer any more: the entry ends, openly, as dead-lettered.
HOPELESS_AFTER = timedelta(hours=1)
_PAGE = 100
# Tenant, conversation, release and correlation id to the number of turns that were taken. Raises SupportError.
Resume = Callable[[str, str, str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a run found and did: ages in seconds; no text."""

    unfinished: int
    oldest_age_s: float
    resumed: int
    dead_lettered: int
    gave_up_waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepLedger:
    """Safe to run at any time, twice, or beside itself. `resume` takes up what is parked in a conversation: in process, or
    by asking `dialog`.
    """

    ledger: Ledger
    conversations: ConversationStore
    resume: Resume
    owners: OwnerChanges
    clock: Clock
    release: str

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
        gave_up = sum(self._release_queue(tenant) for tenant in tenants)
        return SweepReport(
            unfinished=len(stuck), oldest_age_s=oldest, resumed=resumed, dead_lettered=dead, gave_up_waiting=gave_up
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

    def _release_queue(self, tenant: str) -> int:
        """Customers who wait for a person who does not come are told so, and offered a ticket."""
        gave_up = 0
        for row in self.conversations.list_open(tenant, Owner.QUEUE, _PAGE).items:
            try:
                after = self.owners.give_up_waiting(tenant, row.conversation_id)
            except NotFoundError:
                continue
            gave_up += after.owner is not Owner.QUEUE
        return gave_up
