"""List accepted messages that have not ended, with their age, and take up or close those that are stuck."""

from collections.abc import Callable, Sequence
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
# With less time than this left, nobody is asked any more.
_WORTH_ASKING = timedelta(seconds=2)
# Tenant, conversation, release, correlation id, and until when the sweep waits, to the number of turns that were taken.
# Raises SupportError.
Resume = Callable[[str, str, str, str, datetime | None], int]
# Tenant and conversation to the row as it then stands: one of OwnerChanges' commands for the sweeper.
Release = Callable[[str, str], Conversation]
# How many messages have not ended, and the age of the oldest in seconds.
Found = Callable[[int, float], None]


def always_settled(_now: datetime) -> bool:
    """For a service that agents could reach all along."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a run found and did: ages in seconds, `resumed` in conversations; no text."""

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

    def __call__(
        self, tenants: tuple[str, ...], correlation_id: str, until: datetime | None = None, found: Found = lambda _n, _age: None
    ) -> SweepReport:
        """Look, and say at once what was found; then do what is quick; then ask about the stuck, no longer than `until`."""
        now = self.clock.now()
        stuck = self._stuck(now - STUCK_AFTER)
        oldest = max((now - e.accepted_at).total_seconds() for e in stuck) if stuck else 0.0
        found(len(stuck), oldest)
        staffed = tenants if self.settled(now) else ()
        try:
            gave_up = sum(self._release(tenant, Owner.QUEUE, self.owners.give_up_waiting) for tenant in staffed)
            left = sum(self._release(tenant, Owner.AGENT, self.owners.leave_absent_agent) for tenant in staffed)
        finally:
            resumed, dead = self._take_up(stuck, now, until, correlation_id)
        return SweepReport(
            unfinished=len(stuck),
            oldest_age_s=oldest,
            resumed=resumed,
            dead_lettered=dead,
            gave_up_waiting=gave_up,
            left_by_agents=left,
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
