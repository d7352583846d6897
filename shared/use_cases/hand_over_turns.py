"""Have turns that nobody waits for taken by the release that their conversation belongs to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.envelope import Envelope
from shared.domain.outbox import OutboxEvent
from shared.domain.release import release_for_waiting
from shared.ports import Clock, ConversationStore, ReleaseStore, TurnService

# Longer than one resumption takes, and within the time-out of the function that waits for it.
_WAIT = timedelta(seconds=27)
_RECENT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverTurns:
    """An alias gives a queue's batch, and the sweeper's call, to any version; turns must not change their release by that.

    `own`: the release that this code is. `turns` reaches the version of the envelope's release. Safe to repeat, as taking
    turns is; whoever is asked by release takes them itself, so there is one hop at most. `releases` is behind a cache.
    """

    releases: ReleaseStore
    conversations: ConversationStore
    turns: TurnService
    clock: Clock
    own: str

    def release_of_event(self, event: OutboxEvent) -> str:
        """Return the release that the event's parked turns run on."""
        return self._release(event.ids["conversation_id"], event.release, event.occurred_at)

    def release_of_conversation(self, tenant: str, conversation_id: str) -> str:
        """Return the same for a conversation whose event was lost: by the last message that tells. Raises NotFoundError."""
        row = self.conversations.get(tenant, conversation_id)
        recent = self.conversations.messages(tenant, conversation_id, max(row.positions - _RECENT, 0), _RECENT)
        told = next((message for message in reversed(recent) if message.release), None)
        # An answer's release also names its snapshot of the knowledge.
        release, at = (told.release.partition("+")[0], told.created_at) if told else ("", row.created_at)
        return self._release(conversation_id, release, at)

    def __call__(
        self, tenant: str, conversation_id: str, release: str, correlation_id: str, until: datetime | None = None
    ) -> int:
        """Have them taken there; return how many. Raises what that version raises, or DependencyUnavailableError.

        Raises DeadlineExceededError after `until`, or when that is later, after what one resumption takes.
        """
        latest = self.clock.now() + _WAIT
        deadline = min(latest, until) if until else latest
        answer = self.turns.invoke(
            Envelope(
                op="resume_turns",
                tenant=tenant,
                correlation_id=correlation_id,
                release=release,
                deadline_at_ms=int(deadline.timestamp() * 1000),
                owner_token=correlation_id,
                payload={"conversation_id": conversation_id},
            )
        )
        taken = answer.get("taken")
        return taken if isinstance(taken, int) else 0

    def _release(self, conversation_id: str, accepted_on: str, accepted_at: datetime) -> str:
        known = self.releases.release(accepted_on) if accepted_on else None
        return release_for_waiting(conversation_id, known, accepted_at, self.releases.traffic(), self.clock.now()) or self.own
