"""What the sweeper, and another version of `dialog`, may ask of it: to take up what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.envelope import Envelope
from shared.runtime.envelopes import Operation
from shared.runtime.payload import Payload
from shared.use_cases.resume_turns import ResumeTurns

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepOperations:
    """Each takes an envelope and returns JSON. `dialog` alone takes turns; others only ask it to."""

    resume: ResumeTurns

    def by_name(self) -> Mapping[str, Operation]:
        """Return the operations."""
        return {"resume_turns": self.resume_turns}

    def resume_turns(self, envelope: Envelope) -> Json:
        """Take the parked messages of a conversation; again: none are left."""
        conversation_id = Payload(envelope.payload).text("conversation_id")
        until = datetime.fromtimestamp(envelope.deadline_at_ms / 1000, UTC)
        return {"taken": self.resume(envelope.tenant, conversation_id, envelope.release, envelope.correlation_id, until)}
