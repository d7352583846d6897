"""`dialog` on the machine's stores."""

from dataclasses import dataclass

from functions.dialog.wiring import DialogPorts
from functions.dialog.wiring import build_dialog as build
from local.composition.stores import Stores
from local.hop import Handler
from shared.adapters.crypto.signed_tokens import SignedTokens
from shared.contracts import TURNS
from shared.ports import Answerer, CompanyStore, KnowledgeService
from shared.runtime.observability import Telemetry


@dataclass(frozen=True, slots=True)
class DialogParts:
    """What `dialog` needs beside the stores."""

    companies: CompanyStore
    knowledge: KnowledgeService
    answerer: Answerer
    release: str


def build_dialog(stores: Stores, parts: DialogParts) -> Handler:
    """Wire `dialog`."""
    ports = DialogPorts(
        clock=stores.clock,
        ids=stores.ids,
        conversations=stores.conversations,
        ledger=stores.ledger,
        tickets=stores.tickets,
        presence=stores.presence,
        cache=stores.cache,
        turns=stores.queues[TURNS.name],
        companies=parts.companies,
        knowledge=parts.knowledge,
        answerer=parts.answerer,
        tokens=token_signer(stores),
    )
    return build(ports, Telemetry("dialog", parts.release))


def token_signer(stores: Stores) -> SignedTokens:
    """Return the signer that `ingress` and `dialog` share."""
    return SignedTokens(stores.secrets.ensure("token_secret").encode())
