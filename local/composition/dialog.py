"""`dialog` and `sweeper` on the machine's stores: use cases, their operations, one handler."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from functions.dialog.customer_operations import CustomerOperations
from functions.dialog.event_consumer import EventConsumer
from functions.dialog.handler import make_handler
from functions.dialog.staff_operations import StaffOperations
from local.composition.stores import Stores
from local.hop import Handler
from shared.adapters.crypto.signed_tokens import SignedTokens
from shared.adapters.masking.masker import PatternMasker
from shared.contracts import TURNS
from shared.ports import Answerer, CompanyStore, KnowledgeService
from shared.runtime.observability import Telemetry
from shared.use_cases.announce_ticket import AnnounceTicket
from shared.use_cases.answer_from_knowledge import AnswerFromKnowledge
from shared.use_cases.change_owner import OwnerChanges
from shared.use_cases.draft_reply import DraftReply
from shared.use_cases.process_ticket import UpdateTicket
from shared.use_cases.resume_turns import ResumeTurns
from shared.use_cases.speak_in_conversation import SpeakInConversation
from shared.use_cases.start_conversation import StartConversation
from shared.use_cases.sweep_ledger import SweepLedger
from shared.use_cases.take_turn import TakeTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogParts:
    """What `dialog` needs beside the stores."""

    companies: CompanyStore
    knowledge: KnowledgeService
    answerer: Answerer
    release: str
    queue_patience: timedelta
    search_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """The handler, and the sweep that shares its use cases."""

    handler: Handler
    sweep: SweepLedger


def build_dialog(stores: Stores, parts: DialogParts) -> Dialog:
    """Wire `dialog`."""
    telemetry = Telemetry("dialog", parts.release)
    take_turn = _take_turn(stores, parts)
    resume = ResumeTurns(conversations=stores.conversations, take_turn=take_turn, clock=stores.clock)
    speak = SpeakInConversation(conversations=stores.conversations, clock=stores.clock, ids=stores.ids)
    owners = OwnerChanges(
        conversations=stores.conversations,
        companies=parts.companies,
        presence=stores.presence,
        clock=stores.clock,
        ids=stores.ids,
        patience=parts.queue_patience,
    )
    customers = CustomerOperations(
        take_turn=take_turn,
        start=StartConversation(conversations=stores.conversations, clock=stores.clock),
        speak=speak,
        conversations=stores.conversations,
        tickets=stores.tickets,
        telemetry=telemetry,
    )
    announce = AnnounceTicket(tickets=stores.tickets, speak=speak)
    consume = EventConsumer(resume=resume, announce=announce, queue=stores.queues[TURNS.name])
    operations = {**customers.by_name(), **_staff(stores, owners, speak).by_name()}
    return Dialog(
        handler=make_handler(operations, consume, stores.clock, telemetry),
        sweep=SweepLedger(
            ledger=stores.ledger,
            conversations=stores.conversations,
            resume=resume,
            owners=owners,
            clock=stores.clock,
            release=parts.release,
        ),
    )


def _staff(stores: Stores, owners: OwnerChanges, speak: SpeakInConversation) -> StaffOperations:
    return StaffOperations(
        owners=owners,
        speak=speak,
        update=UpdateTicket(tickets=stores.tickets, clock=stores.clock, ids=stores.ids),
        conversations=stores.conversations,
        tickets=stores.tickets,
        presence=stores.presence,
        clock=stores.clock,
    )


def _take_turn(stores: Stores, parts: DialogParts) -> TakeTurn:
    masker = PatternMasker()
    answer = AnswerFromKnowledge(
        knowledge=parts.knowledge,
        answerer=parts.answerer,
        cache=stores.cache,
        masker=masker,
        search_timeout_s=parts.search_timeout_s,
    )
    draft = DraftReply(
        companies=parts.companies,
        conversations=stores.conversations,
        tickets=stores.tickets,
        presence=stores.presence,
        masker=masker,
        tokens=token_signer(stores),
        ids=stores.ids,
        answer=answer,
        hash_token=lambda token: sha256(token.encode()).hexdigest(),
    )
    return TakeTurn(conversations=stores.conversations, ledger=stores.ledger, draft=draft, clock=stores.clock, ids=stores.ids)


def token_signer(stores: Stores) -> SignedTokens:
    """Return the signer that `ingress` and `dialog` share."""
    return SignedTokens(stores.secrets.ensure("token_secret").encode())
