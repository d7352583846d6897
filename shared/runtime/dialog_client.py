"""How the HTTP functions give commands to `dialog`: one envelope per command, with a deadline of their own."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.envelope import Envelope
from shared.ports import Clock, TurnService
from shared.runtime.envelopes import deadline_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf: the tenant, the pinned release, and the id that ties logs together."""

    tenant: str
    release: str
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogClient:
    """Commands to `dialog`, each within `timeout_s`."""

    turns: TurnService
    clock: Clock
    timeout_s: float

    def call(self, caller: Caller, op: str, owner_token: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        """Return the operation's result. `owner_token` makes a repeat recognise its own success. Raises what it raises."""
        envelope = Envelope(
            op=op,
            tenant=caller.tenant,
            correlation_id=caller.correlation_id,
            release=caller.release,
            deadline_at_ms=deadline_ms(self.clock, self.timeout_s),
            owner_token=owner_token,
            payload=payload,
        )
        return self.turns.invoke(envelope)
