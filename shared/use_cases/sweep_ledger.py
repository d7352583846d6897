"""List accepted messages that have not ended, with their age, and take up or close those that are stuck."""

from collections.abc import Callable, Sequence
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
# With less time than this left, nobody is asked any more.
_WORTH_ASKING = timedelta(seconds=2)
# Tenant, conversation, release, correlation id, and until when the sweep waits, to the number of turns that were taken.
# Raises SupportError.
Resume = Callable[[str, str, str, str, datetime | None], int]
# How many messages have not ended, and the age of the oldest in seconds.
Found = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a run found and did: ages in seconds, `resumed` in conversations; no text."""

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

    def __call__(
        self, tenants: tuple[str, ...], correlation_id: str, until: datetime | None = None, found: Found = lambda _n, _age: None
    ) -> SweepReport:
        """Look, and say at once what was found; then do what is quick; then ask about the stuck, no longer than `until`."""
        now = self.clock.now()
        stuck = self._stuck(now - STUCK_AFTER)
        oldest = max((now - e.accepted_at).total_seconds() for e in stuck) if stuck else 0.0
        found(len(stuck), oldest)
        try:
            gave_up = sum(self._release_queue(tenant) for tenant in tenants)
        finally:
            resumed, dead = self._take_up(stuck, now, until, correlation_id)
        return SweepReport(
            unfinished=len(stuck), oldest_age_s=oldest, resumed=resumed, dead_lettered=dead, gave_up_waiting=gave_up
        )

    def _take_up(
        self, stuck: Sequence[LedgerEntry], now: datetime, until: datetime | None, correlation_id: str
    ) -> tuple[int, int]:
        """Ask once about each conversation; return how many went on, and how many messages ended as dead letters."""
        resumed = dead = 0
        for entries in _in_turn(stuck, now):
            in_time = until is None or until - self.clock.now() >= _WORTH_ASKING
            if in_time and self._resume(entries[0], correlation_id, until):
                resumed += 1
                continue
            for entry in entries:
                if now - entry.accepted_at >= HOPELESS_AFTER:
                    self._dead_letter(entry, now)
                    dead += 1
        return resumed, dead

    def _stuck(self, accepted_before: datetime) -> list[LedgerEntry]:
        entries: list[LedgerEntry] = []
        cursor = ""
        while True:
            page = self.ledger.unfinished(accepted_before, _PAGE, cursor)
            entries.extend(page.items)
            cursor = page.cursor
            if not cursor:
                return entries

    def _resume(self, entry: LedgerEntry, correlation_id: str, until: datetime | None) -> bool:
        try:
            return self.resume(entry.tenant, entry.conversation_id, self.release, correlation_id, until) > 0
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


def _in_turn(stuck: Sequence[LedgerEntry], now: datetime) -> list[list[LedgerEntry]]:
    """Return the entries by conversation, beginning each minute with another one: where time runs out, it is not always the
    same ones that are left.
    """
    entries: dict[tuple[str, str], list[LedgerEntry]] = {}
    for entry in stuck:
        entries.setdefault((entry.tenant, entry.conversation_id), []).append(entry)
    conversations = list(entries.values())
    first = int(now.timestamp() // 60) % len(conversations) if conversations else 0
    return conversations[first:] + conversations[:first]
