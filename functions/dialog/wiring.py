"""What `dialog` is made of: its use cases on whatever ports it is given, on AWS and on one machine alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from functions.dialog.customer_operations import CustomerOperations
from functions.dialog.event_consumer import EventConsumer
from functions.dialog.handler import make_handler
from functions.dialog.staff_operations import StaffOperations
from functions.dialog.upkeep_operations import UpkeepOperations
from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.adapters.masking.masker import PatternMasker
from shared.ports import (
    AnswerCache,
    Answerer,
    Clock,
    CompanyStore,
    ConversationStore,
    IdSource,
    KnowledgeService,
    Ledger,
    PresenceStore,
    ProfileStore,
    Queue,
    ReplyModel,
    TicketStore,
    TokenSigner,
)
from shared.prompts.loader import load_prompt
from shared.runtime.observability import Telemetry
from shared.use_cases.announce_ticket import AnnounceTicket
from shared.use_cases.answer_from_knowledge import AnswerFromKnowledge
from shared.use_cases.answer_question import AnswerQuestion
from shared.use_cases.change_owner import OwnerChanges
from shared.use_cases.draft_reply import DraftReply
from shared.use_cases.hand_over_turns import HandOverTurns
from shared.use_cases.process_ticket import UpdateTicket
from shared.use_cases.remembered_answers import RememberedAnswers
from shared.use_cases.resume_turns import ResumeTurns
from shared.use_cases.speak_in_conversation import SpeakInConversation
from shared.use_cases.start_conversation import StartConversation
from shared.use_cases.take_turn import TakeTurn

JsonObject = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogPorts:
    """Everything that `dialog` needs from outside. `turns` is the queue that it consumes; `hand_over` reaches its other
    versions, None where there is one release.
    """

    clock: Clock
    ids: IdSource
    conversations: ConversationStore
    ledger: Ledger
    tickets: TicketStore
    presence: PresenceStore
    profiles: ProfileStore
    cache: AnswerCache
    turns: Queue
    companies: CompanyStore
    knowledge: KnowledgeService
    answerer: Answerer
    tokens: TokenSigner
    hand_over: HandOverTurns | None = None
    search_timeout_s: float = 3.0
    queue_patience_s: float = 180.0


def build_dialog(ports: DialogPorts, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""
    take_turn = _take_turn(ports)
    resume = ResumeTurns(conversations=ports.conversations, take_turn=take_turn, clock=ports.clock)
    speak = SpeakInConversation(conversations=ports.conversations, clock=ports.clock, ids=ports.ids)
    customers = CustomerOperations(
        take_turn=take_turn,
        start=StartConversation(conversations=ports.conversations, clock=ports.clock),
        speak=speak,
        conversations=ports.conversations,
        tickets=ports.tickets,
        telemetry=telemetry,
    )
    upkeep = UpkeepOperations(resume=resume, hand_over=ports.hand_over)
    announce = AnnounceTicket(tickets=ports.tickets, speak=speak)
    consume = EventConsumer(resume=resume, announce=announce, queue=ports.turns, hand_over=ports.hand_over)
    operations = {**customers.by_name(), **_staff(ports, speak).by_name(), **upkeep.by_name()}
    return make_handler(operations, consume, ports.clock, telemetry)


def _staff(ports: DialogPorts, speak: SpeakInConversation) -> StaffOperations:
    owners = OwnerChanges(
        conversations=ports.conversations,
        companies=ports.companies,
        presence=ports.presence,
        clock=ports.clock,
        ids=ports.ids,
        patience=timedelta(seconds=ports.queue_patience_s),
    )
    return StaffOperations(
        owners=owners,
        speak=speak,
        update=UpdateTicket(tickets=ports.tickets, clock=ports.clock, ids=ports.ids),
        conversations=ports.conversations,
        tickets=ports.tickets,
        presence=ports.presence,
        clock=ports.clock,
    )


def _take_turn(ports: DialogPorts) -> TakeTurn:
    masker = PatternMasker()
    answer = AnswerFromKnowledge(
        knowledge=ports.knowledge,
        answerer=ports.answerer,
        cache=RememberedAnswers(cache=ports.cache),
        masker=masker,
        search_timeout_s=ports.search_timeout_s,
    )
    draft = DraftReply(
        companies=ports.companies,
        conversations=ports.conversations,
        tickets=ports.tickets,
        presence=ports.presence,
        profiles=ports.profiles,
        masker=masker,
        tokens=ports.tokens,
        ids=ports.ids,
        answer=answer,
        hash_token=lambda token: sha256(token.encode()).hexdigest(),
    )
    return TakeTurn(conversations=ports.conversations, ledger=ports.ledger, draft=draft, clock=ports.clock, ids=ports.ids)


def build_answerer(model: ReplyModel | None) -> AnswerQuestion:
    """Return the ladder's upper rungs: extractive, or the chosen model in front of it.

    The guard knows the prompt, so that a model that was talked into telling it is not heard.
    """
    return AnswerQuestion(extractive=ExtractiveAnswerer(), model=model, secrets=(load_prompt().system,))
