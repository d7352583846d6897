"""`dialog` on the machine's stores."""

from dataclasses import dataclass
from datetime import timedelta

from functions.dialog.wiring import DialogPorts
from functions.dialog.wiring import build_dialog as build
from local.composition.stores import Stores
from local.hop import Handler
from shared.adapters.crypto.signed_tokens import SignedTokens
from shared.contracts import TURNS
from shared.ports import Answerer, CompanyStore, KnowledgeService
from shared.runtime.observability import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogParts:
    """What `dialog` needs beside the stores."""

    companies: CompanyStore
    knowledge: KnowledgeService
    answerer: Answerer
    release: str
    queue_patience: timedelta
    search_timeout_s: float


def build_dialog(stores: Stores, parts: DialogParts) -> Handler:
    """Wire `dialog`."""
    ports = DialogPorts(
        clock=stores.clock,
        ids=stores.ids,
        conversations=stores.conversations,
        ledger=stores.ledger,
        tickets=stores.tickets,
        presence=stores.presence,
        profiles=stores.profiles,
        cache=stores.cache,
        turns=stores.queues[TURNS.name],
        companies=parts.companies,
        knowledge=parts.knowledge,
        answerer=parts.answerer,
        tokens=token_signer(stores),
        search_timeout_s=parts.search_timeout_s,
        queue_patience_s=parts.queue_patience.total_seconds(),
    )
    return build(ports, Telemetry("dialog", parts.release))


def token_signer(stores: Stores) -> SignedTokens:
    """Return the signer that `ingress` and `dialog` share."""
    return SignedTokens(stores.secrets.ensure("token_secret").encode())
