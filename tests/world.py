"""A small working world for use-case tests: real SQLite stores in memory, a scripted knowledge service, real policy."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shared.adapters.crypto.aes_gcm import AESGCMFieldCipher
from shared.adapters.crypto.signed_tokens import SignedTokens
from shared.adapters.local_files.key_ring import FileKeyRing
from shared.adapters.masking.masker import PatternMasker
from shared.adapters.random_ids import RandomIds
from shared.adapters.sqlite.answer_cache import SQLiteAnswerCache
from shared.adapters.sqlite.conversations import SQLiteConversationStore
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.ledger import SQLiteLedger
from shared.adapters.sqlite.outbox import SQLiteOutbox
from shared.adapters.sqlite.presence import SQLitePresenceStore
from shared.adapters.sqlite.profiles import SQLiteProfileStore
from shared.adapters.sqlite.sessions import SQLiteSessionStore
from shared.adapters.sqlite.tickets import SQLiteTicketStore
from shared.domain.blocks import Answer, Block, ChoiceBlock, Citation, TextBlock
from shared.domain.company import Company
from shared.domain.conversation import Rung
from shared.domain.envelope import Envelope
from shared.domain.errors import DependencyUnavailableError, NotFoundError
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.domain.ledger import LedgerEntry
from shared.domain.turn import TurnCommand, TurnResult
from shared.ports import AnswerCommand, Clock
from shared.use_cases.answer_from_knowledge import AnswerFromKnowledge
from shared.use_cases.change_owner import Agent, OwnerChanges
from shared.use_cases.draft_reply import DraftReply
from shared.use_cases.remembered_answers import RememberedAnswers
from shared.use_cases.resume_turns import ResumeTurns
from shared.use_cases.speak_in_conversation import SpeakInConversation
from shared.use_cases.start_conversation import StartConversation
from shared.use_cases.take_turn import TakeTurn

TENANT = "acme"
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
COMPANY = Company(
    tenant=TENANT,
    name={"zh": "某某公司", "en": "Acme"},
    time_zone="Asia/Shanghai",
    site_keys=("pk_acme",),
    suggested_questions={"zh": ("怎么退货？",), "en": ("How do I return it?",)},
)
ANN = Agent(agent_id="ann", name="小安")
BOB = Agent(agent_id="bob", name="小博")


class TickingClock:
    """Time that passes only when somebody sleeps or the test says so; safe between threads."""

    def __init__(self, at: datetime = START) -> None:
        self._now = at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._now += by


class OneCompany:
    """A CompanyStore with one company."""

    def get(self, tenant: str) -> Company:
        if tenant != TENANT:
            raise NotFoundError("company", tenant)
        return COMPANY

    def by_site_key(self, site_key: str) -> Company:
        if site_key not in COMPANY.site_keys:
            raise NotFoundError("site", "key")
        return COMPANY


@dataclass
class KnowledgeScript:
    """A KnowledgeService and Answerer in one: knows some questions, asks back, records what it was asked, can be down or slow."""

    known: dict[str, str] = field(default_factory=lambda: {"怎么退货": "签收后 15 天内可以退货。"})
    unsure: dict[str, ChoiceBlock] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    before_answering: Callable[[str], None] = lambda _: None
    snapshot: int = 7
    rung: Rung = Rung.EXTRACTIVE
    degraded: tuple[str, ...] = ()
    blocks: Callable[[str], tuple[Block, ...]] = lambda text: (TextBlock(text=text, citations=(1,)),)

    def search(self, query: SearchQuery, timeout_s: float, correlation_id: str) -> SearchResult:
        if self.down:
            raise DependencyUnavailableError("retrieval", "down")
        self.asked.append(query.text)
        self.before_answering(query.text)
        return SearchResult(passages=(), snapshot=self.snapshot)

    def __call__(self, command: AnswerCommand) -> Answer:
        unsure = self.unsure.get(command.question)
        if unsure:
            return Answer(text=unsure.prompt, blocks=(unsure,), rung="clarify", confidence=0.4)
        text = self.known.get(command.question.rstrip("？?"))
        if text is None:
            return Answer(text="资料里没有找到。", blocks=(TextBlock(text="资料里没有找到。"),), rung="refusal", confidence=0.1)
        citation = Citation(
            title="退货政策", source="returns.md", quote=text, locator="一", document_id="d1", chunk_id="c1", language="zh"
        )
        return Answer(
            text=text,
            blocks=self.blocks(text),
            rung=self.rung,
            citations=(citation,),
            confidence=0.9,
            degraded=self.degraded,
        )


class World:
    """Everything wired as `local/` wires it, but for the clock and the knowledge."""

    def __init__(self, database: Database | None = None, clock: Clock | None = None) -> None:
        self.database = database or Database(MEMORY)
        self.time = TickingClock()
        self.clock: Clock = clock or self.time
        self.ids = RandomIds()
        self.key_ring = FileKeyRing(Database(MEMORY, secure_delete=True), os.urandom(32))
        cipher = AESGCMFieldCipher(self.key_ring)
        self.conversations = SQLiteConversationStore(self.database, cipher)
        self.ledger = SQLiteLedger(self.database)
        self.outbox = SQLiteOutbox(self.database)
        self.tickets = SQLiteTicketStore(self.database, cipher)
        self.presence = SQLitePresenceStore(self.database)
        self.profiles = SQLiteProfileStore(self.database, cipher)
        self.cache = SQLiteAnswerCache(self.database)
        self.sessions = SQLiteSessionStore(self.database)
        self.companies = OneCompany()
        self.knowledge = KnowledgeScript()
        self.masker = PatternMasker()
        self.tokens = SignedTokens(b"k" * 32)
        self.draft = DraftReply(
            companies=self.companies,
            conversations=self.conversations,
            tickets=self.tickets,
            presence=self.presence,
            profiles=self.profiles,
            masker=self.masker,
            tokens=self.tokens,
            ids=self.ids,
            answer=AnswerFromKnowledge(
                knowledge=self.knowledge, answerer=self.knowledge, cache=RememberedAnswers(cache=self.cache), masker=self.masker
            ),
            hash_token=lambda token: sha256(token.encode()).hexdigest(),
        )
        self.take_turn = TakeTurn(
            conversations=self.conversations, ledger=self.ledger, draft=self.draft, clock=self.clock, ids=self.ids
        )
        self.resume = ResumeTurns(conversations=self.conversations, take_turn=self.take_turn, clock=self.clock)
        self.owners = OwnerChanges(
            conversations=self.conversations,
            companies=self.companies,
            presence=self.presence,
            clock=self.clock,
            ids=self.ids,
        )
        self.speak = SpeakInConversation(conversations=self.conversations, clock=self.clock, ids=self.ids)
        self.start = StartConversation(conversations=self.conversations, clock=self.clock)

    def open(self, conversation_id: str = "c1", language: str = "zh") -> str:
        self.start(TENANT, conversation_id, f"subject-{conversation_id}", "zh" if language == "zh" else "en", conversation_id)
        return conversation_id

    def accept(self, conversation_id: str, text: str, key: str = "") -> TurnCommand:
        """Accept a message into the ledger, as the front door does, and return the command for its turn."""
        draft = LedgerEntry(
            tenant=TENANT,
            conversation_id=conversation_id,
            channel="web",
            channel_message_id=key or self.ids.new_id(),
            message_id=self.ids.new_id(),
            seq=0,
            fingerprint="f",
            accepted_at=self.clock.now(),
        )
        accepted = self.ledger.accept(draft)
        return TurnCommand(
            tenant=TENANT,
            conversation_id=conversation_id,
            seq=accepted.entry.seq,
            message_id=accepted.entry.message_id,
            text=text,
            received_at=accepted.entry.accepted_at,
            release="r1",
            correlation_id="corr",
            deadline_at_ms=int((self.clock.now() + timedelta(seconds=20)).timestamp() * 1000),
            first=accepted.is_new,
        )

    def say(self, text: str, conversation_id: str = "c1") -> TurnResult:
        return self.take_turn(self.accept(conversation_id, text))

    def agent_is_there(self, agent: Agent = ANN) -> None:
        self.presence.mark(TENANT, agent.agent_id, self.clock.now() + timedelta(seconds=30))


class TurnsInProcess:
    """A TurnService that carries take_turn and open_conversation straight to the use cases."""

    def __init__(self, world: World) -> None:
        self.world = world

    def invoke(self, envelope: Envelope) -> dict[str, object]:
        payload = envelope.payload
        if envelope.op == "open_conversation":
            row = self.world.start(
                envelope.tenant,
                str(payload["conversation_id"]),
                str(payload["subject_id"]),
                "zh" if payload["language"] == "zh" else "en",
                envelope.owner_token,
            )
            return {"conversation_id": row.conversation_id}
        command = TurnCommand(
            tenant=envelope.tenant,
            conversation_id=str(payload["conversation_id"]),
            seq=int(str(payload["seq"])),
            message_id=str(payload["message_id"]),
            text=str(payload["text"]),
            received_at=datetime.fromisoformat(str(payload["received_at"])),
            release=envelope.release,
            correlation_id=envelope.correlation_id,
            deadline_at_ms=envelope.deadline_at_ms,
            first=bool(payload["first"]),
        )
        result = self.world.take_turn(command)
        return {"status": str(result.status), "reply": result.reply.message_id if result.reply else ""}
