"""Have the turns of a queue taken by the release that their conversation belongs to."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.envelope import Envelope
from shared.domain.outbox import OutboxEvent
from shared.domain.release import release_for_waiting
from shared.ports import Clock, ReleaseStore, TurnService

# Longer than one resumption takes, and within the time-out of the function that waits for it.
_WAIT = timedelta(seconds=27)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverTurns:
    """An alias gives a queue's batch to any version; turns must not change their release by that.

    `own`: the release that this code is. `turns` reaches the version of the envelope's release. Safe to repeat, as taking
    turns is; whoever is asked takes them itself, so a message makes one hop at most. `releases` is behind a cache.
    """

    releases: ReleaseStore
    turns: TurnService
    clock: Clock
    own: str

    def release_of(self, event: OutboxEvent) -> str:
        """Return the release that the parked turns of the event's conversation run on."""
        pinned = self.releases.release(event.release) if event.release else None
        traffic, now = self.releases.traffic(), self.clock.now()
        conversation_id = event.ids["conversation_id"]
        return release_for_waiting(conversation_id, pinned, event.occurred_at, traffic, now) or self.own

    def __call__(self, event: OutboxEvent, release: str) -> None:
        """Have them taken there. Raises what that version raises, DeadlineExceededError, DependencyUnavailableError."""
        self.turns.invoke(
            Envelope(
                op="resume_turns",
                tenant=event.tenant,
                correlation_id=event.correlation_id,
                release=release,
                deadline_at_ms=int((self.clock.now() + _WAIT).timestamp() * 1000),
                owner_token=event.event_id,
                payload={"conversation_id": event.ids["conversation_id"]},
            )
        )
