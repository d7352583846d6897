"""What the front door is made of: its use cases on whatever ports it is given, on AWS and on one machine alike."""

from dataclasses import dataclass

from functions.ingress.front_door import FrontDoor
from functions.ingress.limits import Bucket, Limits
from functions.ingress.sessions import Sessions
from functions.ingress.settings import IngressSettings
from shared.ports import Clock, CompanyStore, IdSource, Ledger, RateLimiter, ReleaseStore, SessionStore, TokenSigner, TurnService
from shared.runtime.dialog_client import DialogClient
from shared.use_cases.open_conversation import OpenConversation
from shared.use_cases.pin_release import PinRelease
from shared.use_cases.receive_message import ReceiveMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoorPorts:
    """Everything that the front door needs from outside. `releases` None: there is one release."""

    clock: Clock
    ids: IdSource
    companies: CompanyStore
    sessions: SessionStore
    ledger: Ledger
    limiter: RateLimiter
    tokens: TokenSigner
    turns: TurnService
    releases: ReleaseStore | None = None


def build_front_door(ports: FrontDoorPorts, settings: IngressSettings) -> FrontDoor:
    """Return the front door."""
    pins = _pins(ports, settings)
    return FrontDoor(
        companies=ports.companies,
        sessions=Sessions(store=ports.sessions, tokens=ports.tokens, clock=ports.clock),
        limits=Limits(
            limiter=ports.limiter,
            clock=ports.clock,
            tenant=Bucket(settings.tenant_rate_per_s, settings.tenant_burst),
            session=Bucket(settings.session_rate_per_s, settings.session_burst),
        ),
        tokens=ports.tokens,
        open=OpenConversation(
            sessions=ports.sessions,
            turns=ports.turns,
            tokens=ports.tokens,
            clock=ports.clock,
            ids=ports.ids,
            release=settings.release,
            pins=pins,
        ),
        receive=ReceiveMessage(
            ledger=ports.ledger,
            turns=ports.turns,
            clock=ports.clock,
            ids=ports.ids,
            fingerprint_key=settings.fingerprint_secret.get_secret_value().encode(),
        ),
        dialog=DialogClient(turns=ports.turns, clock=ports.clock, timeout_s=settings.command_timeout_s),
        ids=ports.ids,
        release=settings.release,
        turn_timeout_s=settings.turn_timeout_s,
        default_tenant=settings.default_tenant,
        pins=pins,
    )


def _pins(ports: FrontDoorPorts, settings: IngressSettings) -> PinRelease | None:
    if ports.releases is None:
        return None
    return PinRelease(releases=ports.releases, sessions=ports.sessions, clock=ports.clock, own=settings.release)
