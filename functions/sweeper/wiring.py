"""What `sweeper` is made of: its use cases on whatever ports it is given, on AWS and on one machine alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.sweeper.handler import make_handler
from shared.ports import Clock, CompanyStore, ConversationStore, IdSource, Ledger, PresenceStore, TurnService
from shared.runtime.dialog_client import Caller, DialogClient
from shared.runtime.observability import Telemetry
from shared.use_cases.change_owner import OwnerChanges
from shared.use_cases.forget_ended import ForgetEnded
from shared.use_cases.relay_outbox import RelayOutbox
from shared.use_cases.sweep_ledger import SweepLedger, always_settled

JsonObject = Mapping[str, object]
# Longer than `dialog` takes for the turns of one conversation, and within its own time-out.
_RESUME_S = 28.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SweeperPorts:
    """Everything that `sweeper` needs from outside."""

    clock: Clock
    ids: IdSource
    ledger: Ledger
    conversations: ConversationStore
    presence: PresenceStore
    companies: CompanyStore
    turns: TurnService
    relay: RelayOutbox
    # Where the stores do not expire what has ended by themselves.
    forget: ForgetEnded | None = None
    queue_patience_s: float = 180.0
    # Whether agents have had the time to say that they are there, since the service could not hear them.
    settled: Callable[[datetime], bool] = always_settled


def build_sweeper(
    ports: SweeperPorts, tenants: tuple[str, ...], release: str, telemetry: Telemetry
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""

    def resume(tenant: str, conversation_id: str, of_release: str, correlation_id: str, until: datetime | None) -> int:
        left_s = (until - ports.clock.now()).total_seconds() if until else _RESUME_S
        dialog = DialogClient(turns=ports.turns, clock=ports.clock, timeout_s=min(_RESUME_S, left_s))
        caller = Caller(tenant=tenant, release=of_release, correlation_id=correlation_id)
        answer = dialog.call(caller, "resume_turns", correlation_id, {"conversation_id": conversation_id})
        taken = answer["taken"]
        return taken if isinstance(taken, int) else 0

    owners = OwnerChanges(
        conversations=ports.conversations,
        companies=ports.companies,
        presence=ports.presence,
        clock=ports.clock,
        ids=ports.ids,
        patience=timedelta(seconds=ports.queue_patience_s),
    )
    sweep = SweepLedger(
        ledger=ports.ledger,
        conversations=ports.conversations,
        resume=resume,
        owners=owners,
        clock=ports.clock,
        release=release,
        settled=ports.settled,
    )
    return make_handler(sweep, ports.relay.late, tenants, telemetry, ports.forget)
