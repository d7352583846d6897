"""Take up the messages that were parked behind a running turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.turn import TurnCommand, TurnStatus
from shared.ports import Clock, ConversationStore
from shared.use_cases.take_turn import TakeTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeTurns:
    """Take the parked messages of a conversation, in order. Idempotent; raises what TakeTurn raises, to be tried again."""

    conversations: ConversationStore
    take_turn: TakeTurn
    clock: Clock
    budget: timedelta = timedelta(seconds=25)

    def __call__(
        self, tenant: str, conversation_id: str, release: str, correlation_id: str, until: datetime | None = None
    ) -> int:
        """Return how many turns were taken; NotFoundError is success: the conversation was erased meanwhile.

        `until`: when the caller stops waiting, if that is sooner than the budget's end.
        """
        taken = 0
        deadline = self.clock.now() + self.budget
        deadline = min(deadline, until) if until else deadline
        while True:
            try:
                state = self.conversations.load_turn(tenant, conversation_id, 0)
            except NotFoundError:
                return taken
            waiting = sorted(state.pending, key=lambda p: p.seq)
            if not waiting:
                return taken
            command = TurnCommand(
                tenant=tenant,
                conversation_id=conversation_id,
                seq=waiting[0].seq,
                message_id=waiting[0].message_id,
                text=waiting[0].text,
                received_at=waiting[0].received_at,
                release=release,
                correlation_id=correlation_id,
                deadline_at_ms=int(deadline.timestamp() * 1000),
            )
            result = self.take_turn(command)
            if result.status is TurnStatus.PENDING:
                raise VersionConflictError("conversation", conversation_id)
            taken += 1
