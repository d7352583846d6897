"""What the sweeper, and another version of `dialog`, may ask of it: to take up what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.envelope import Envelope
from shared.domain.errors import NotFoundError
from shared.runtime.envelopes import Operation
from shared.runtime.payload import Payload
from shared.use_cases.hand_over_turns import HandOverTurns
from shared.use_cases.resume_turns import ResumeTurns

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepOperations:
    """Each takes an envelope and returns JSON. `dialog` alone takes turns; others only ask it to.

    `hand_over` None: there is one release.
    """

    resume: ResumeTurns
    hand_over: HandOverTurns | None = None

    def by_name(self) -> Mapping[str, Operation]:
        """Return the operations."""
        return {"resume_turns": self.resume_turns}

    def resume_turns(self, envelope: Envelope) -> Json:
        """Take the parked messages of a conversation; again: none are left.

        An envelope with a release is for this version; one without is for whichever the conversation belongs to.
        """
        conversation_id = Payload(envelope.payload).text("conversation_id")
        until = datetime.fromtimestamp(envelope.deadline_at_ms / 1000, UTC)
        release, take = envelope.release, self.resume
        if self.hand_over and not release:
            release = self._release_of(envelope.tenant, conversation_id, self.hand_over)
            take = self.resume if release == self.hand_over.own else self.hand_over
        return {"taken": take(envelope.tenant, conversation_id, release, envelope.correlation_id, until)}

    def _release_of(self, tenant: str, conversation_id: str, hand_over: HandOverTurns) -> str:
        try:
            return hand_over.release_of_conversation(tenant, conversation_id)
        except NotFoundError:
            return hand_over.own  # erased meanwhile: nothing waits there, and any version sees that
