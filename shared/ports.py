"""Every outside thing that a use case needs, as a Protocol named by its role.

Adapters raise only `shared.domain.errors`. Every call carries the tenant, by argument or inside the object.
A create or commit with an owner token may be repeated after a lost reply: it recognises its own success.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Generic, Protocol, TypeVar

from shared.domain.blocks import Answer
from shared.domain.company import Company
from shared.domain.conversation import Conversation, Message, Owner, PendingMessage, TurnCommit
from shared.domain.envelope import Envelope
from shared.domain.knowledge import (
    Audience,
    Chunk,
    Closeness,
    Document,
    DocumentMeta,
    FactTable,
    ParsedDocument,
    SearchQuery,
    SearchResult,
    Snapshot,
    Verdict,
)
from shared.domain.language import Language
from shared.domain.ledger import LedgerClosing, LedgerEntry
from shared.domain.masking import Masked
from shared.domain.old_versions import PublishedVersion
from shared.domain.outbox import OutboxEvent
from shared.domain.profile import Profile
from shared.domain.release import Release, Traffic
from shared.domain.reply import HistoryLine, ReplyDraft, ReplyRequest
from shared.domain.rollout import Sample
from shared.domain.session import Session
from shared.domain.ticket import Ticket, TicketStatus

T_co = TypeVar("T_co", covariant=True)


class Vector(Protocol):
    """Floats by position: a list, or a row of an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> float: ...


class Vectors(Protocol):
    """Vectors by position: a list of them, or a two-dimensional array."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Vector: ...


# ---------------------------------------------------------------- time and chance


class Clock(Protocol):
    """The time, always UTC with a zone, and a way to wait."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


class IdSource(Protocol):
    """Randomness. `new_id`: 128 random bits or more, URL-safe. `short_number`: 8 digits, to be read out."""

    def new_id(self) -> str: ...

    def short_number(self) -> str: ...


# ---------------------------------------------------------------- state


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T_co]):
    """One page of a listing. `cursor` is opaque and empty at the end; a reader asks until it is empty."""

    items: tuple[T_co, ...]
    cursor: str = ""


class SessionStore(Protocol):
    """Who may speak in which conversation. Expired sessions are not found, whether or not they were deleted yet."""

    def create(self, session: Session) -> Session:
        """Store it, or return the one that the same tenant and owner_token made less than CREATION_KEY_LIFE before."""
        ...

    def get(self, conversation_id: str, now: datetime) -> Session:
        """Raise NotFoundError when absent or expired at `now`."""
        ...

    def pin(self, session: Session, release: str) -> Session:
        """Move the session to `release` if it is still on `session.release`; return it as it then stands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """`is_new` is False for a duplicate: `entry` is then the earlier one."""

    entry: LedgerEntry
    is_new: bool


class Ledger(Protocol):
    """One entry per accepted message. Closed only by a TurnCommit or by `close`."""

    def accept(self, entry: LedgerEntry) -> Acceptance:
        """Allocate the conversation's next seq and write the entry, in one transaction.

        (tenant, conversation_id, channel, channel_message_id) is unique: a duplicate gets the earlier entry. One that
        ended as DEAD_LETTERED is accepted again under a new seq. `entry.seq` is ignored.
        """
        ...

    def get(self, tenant: str, conversation_id: str, channel: str, channel_message_id: str) -> LedgerEntry:
        """Raise NotFoundError."""
        ...

    def between(self, tenant: str, conversation_id: str, first_seq: int, last_seq: int) -> tuple[LedgerEntry, ...]:
        """Entries with first_seq <= seq <= last_seq, by seq (at most 200)."""
        ...

    def close(self, tenant: str, closing: LedgerClosing) -> None:
        """End an entry outside a turn; does nothing when it has ended already."""
        ...

    def unfinished(self, accepted_before: datetime, limit: int, cursor: str = "") -> Page[LedgerEntry]:
        """Entries of all tenants that have not ended, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnState:
    """What a turn starts from: the row, the last messages (oldest first), and parked messages by seq."""

    conversation: Conversation
    recent: tuple[Message, ...]
    pending: tuple[PendingMessage, ...]


class ConversationStore(Protocol):
    """Conversations and messages. Personal fields are sealed under the subject's key before they are stored."""

    def create(self, conversation: Conversation, owner_token: str) -> Conversation:
        """Store a new row, or return the stored one when `owner_token` wrote it. Raise VersionConflictError otherwise."""
        ...

    def get(self, tenant: str, conversation_id: str) -> Conversation:
        """Raise NotFoundError, also for another tenant's."""
        ...

    def load_turn(self, tenant: str, conversation_id: str, recent: int) -> TurnState:
        """Read row, the last `recent` messages and what is parked, as one consistent view."""
        ...

    def commit(self, commit: TurnCommit) -> None:
        """Write everything in the commit, or nothing.

        Raises OwnerChangedError when the stored owner is not `expected_owner`, VersionConflictError when the version
        is not `expected_version`, or when an id or number in it is taken; a repeat with the same owner_token and the same
        messages after success returns quietly.
        """
        ...

    def park(self, tenant: str, conversation_id: str, message: PendingMessage, event: OutboxEvent) -> None:
        """Keep an accepted message for a later turn, with the event that will start it. Parking again changes nothing."""
        ...

    def messages(self, tenant: str, conversation_id: str, after_position: int, limit: int) -> tuple[Message, ...]:
        """Messages with position > after_position, in order, at most `limit`."""
        ...

    def message(self, tenant: str, conversation_id: str, message_id: str) -> Message:
        """Raise NotFoundError."""
        ...

    def list_open(self, tenant: str, owner: Owner | None, limit: int, cursor: str = "") -> Page[Conversation]:
        """Conversations that are not closed, last changed first."""
        ...

    def list_unanswered(self, tenant: str, limit: int, cursor: str = "") -> Page[Message]:
        """Customer messages that the bot refused or could only ask back, latest first."""
        ...


class Forgetful(Protocol):
    """A store that must be told to forget what served to recognise repeats; DynamoDB's tables expire it by themselves."""

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` records of what ended before, oldest first; return how many. What has not ended stays."""
        ...


class Outbox(Protocol):
    """Events that commits have written. At least once: a consumer recognises `event_id`."""

    def unpublished(self, limit: int) -> tuple[OutboxEvent, ...]:
        """Oldest first."""
        ...

    def mark_published(self, event_ids: Sequence[str], at: datetime) -> None: ...


class TicketStore(Protocol):
    """Tickets. `summary`, `contact` and `note` are sealed. A turn creates them through its commit."""

    def get(self, tenant: str, ticket_id: str) -> Ticket:
        """Raise NotFoundError."""
        ...

    def by_number(self, tenant: str, number: str) -> Ticket:
        """Raise NotFoundError."""
        ...

    def update(self, ticket: Ticket, expected_version: int, events: Sequence[OutboxEvent] = ()) -> None:
        """Compare-and-set the row and write the events, in one transaction. Raises VersionConflictError."""
        ...

    def list(self, tenant: str, status: TicketStatus | None, limit: int, cursor: str = "") -> Page[Ticket]:
        """Latest first."""
        ...

    def for_conversation(self, tenant: str, conversation_id: str) -> tuple[Ticket, ...]:
        """Oldest first."""
        ...


class TicketSystem(Protocol):
    """Where tickets are worked on: our own desk, or another system. `submit` is idempotent by ticket_id."""

    def submit(self, ticket: Ticket) -> None:
        """Raises TicketFailedError, after which it may be tried again."""
        ...


class ProfileStore(Protocol):
    """Profiles. `name` and `contact` are sealed."""

    def get(self, tenant: str, subject_id: str) -> Profile | None: ...

    def put(self, profile: Profile, expected_version: int) -> None:
        """Insert (expected_version 0) or compare-and-set. Raises VersionConflictError."""
        ...


class AnswerCache(Protocol):
    """Answers to public questions, by a key that holds release, audience, language and the masked question; see RememberedAnswers."""

    def get(self, tenant: str, key: str, now: datetime) -> Answer | None:
        """None when absent or expired at `now`."""
        ...

    def put(self, tenant: str, key: str, answer: Answer, expires_at: datetime) -> None: ...


class PresenceStore(Protocol):
    """Which agents are there. A mark that has expired at `now` does not count, whether or not it was deleted."""

    def mark(self, tenant: str, agent_id: str, expires_at: datetime) -> None:
        """Say that the agent is there until `expires_at`; a time in the past says that the agent has left."""
        ...

    def available(self, tenant: str, now: datetime) -> tuple[str, ...]:
        """Ids of the agents whose marks expire after `now`.

        `now` may be up to a day ago: whoever is not among them has been away since. A mark is kept for that long.
        """
        ...


class RateLimiter(Protocol):
    """GCRA: a smooth `rate_per_s` with a burst, shared by all workers."""

    def take(self, key: str, *, rate_per_s: float, burst: int, now: datetime) -> float:
        """Return 0.0 when admitted, else the seconds until the next would be."""
        ...


class ReleaseStore(Protocol):
    """The stage's releases and how traffic is shared between two of them. Of no tenant: code is the same for all."""

    def traffic(self) -> Traffic:
        """Version 0 before the first release."""
        ...

    def set_traffic(self, traffic: Traffic) -> None:
        """Compare-and-set on `traffic.version` - 1. The same record again returns quietly. Raises VersionConflictError."""
        ...

    def release(self, release_id: str) -> Release | None:
        """None when it is not on record."""
        ...

    def put_release(self, release: Release) -> None:
        """Write or overwrite it; again: no effect."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasState:
    """An alias: its version, and the share of each other version (0 to 1)."""

    version: str
    weights: Mapping[str, float] = field(default_factory=dict)


class Aliases(Protocol):
    """The `live` aliases of the deployed functions, by the functions' names in the cloud."""

    def get(self, function: str) -> AliasState:
        """Raise NotFoundError."""
        ...

    def put(self, function: str, state: AliasState) -> None:
        """Make it so; when it is so already, nothing is called."""
        ...


class FunctionVersions(Protocol):
    """The published versions of the deployed functions, by the functions' names in the cloud."""

    def published(self, function: str) -> tuple[PublishedVersion, ...]:
        """All of them but the newest code, which has no number."""
        ...

    def delete(self, version: PublishedVersion) -> bool:
        """Return whether it was deleted now: False when it was gone already, or an alias has it since."""
        ...


class VersionHealth(Protocol):
    """What one version of a function did lately."""

    def sample(self, function: str, candidate: str, stable: str, window_s: int) -> Sample:
        """Return what the candidate did, and what of the stable version it is compared with."""
        ...

    def alarming(self, names: Sequence[str]) -> str:
        """Return the first of these alarms that is in ALARM or does not exist; empty when all is quiet."""
        ...


# ---------------------------------------------------------------- queues, objects, keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A leased message; `receipt` is valid until the lease ends. `attributes` are those that were sent."""

    message_id: str
    receipt: str
    body: str
    receive_count: int
    sent_at: datetime
    group: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """Counts, and the age of the oldest message not yet deleted."""

    visible: int
    in_flight: int
    delayed: int
    oldest_age_s: float


class Queue(Protocol):
    """At least once.

    A FIFO queue hands out one message of a group at a time, in order, and drops repeats of a dedupe_id for 5 minutes.
    """

    def send(
        self, body: str, *, group: str = "", dedupe_id: str = "", delay_s: float = 0, attributes: Mapping[str, str] | None = None
    ) -> str:
        """Return the message id."""
        ...

    def receive(self, max_messages: int, visibility_s: float | None = None) -> tuple[ReceivedMessage, ...]:
        """Lease up to 10. One received more often than the queue's limit moves to its dead-letter queue instead."""
        ...

    def delete(self, receipt: str) -> None:
        """Done; an expired receipt is ignored."""
        ...

    def change_visibility(self, receipt: str, visibility_s: float) -> None:
        """Lengthen, shorten or (0) end the lease."""
        ...

    def depth(self) -> QueueDepth: ...


class ObjectStore(Protocol):
    """Files by key. Keys start with "tenants/TENANT/"."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        """Raise NotFoundError."""
        ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str) -> tuple[str, ...]: ...


class KeyRing(Protocol):
    """Data keys per subject, wrapped by a master key. The only place where they are kept."""

    def data_key(self, tenant: str, subject_id: str) -> bytes:
        """Return the subject's 32-byte key; make it at first use. Raises SubjectErasedError once destroyed."""
        ...

    def destroy(self, tenant: str, subject_id: str) -> None:
        """Destroy the key for good: all that it sealed is erased, in backups too. Again: no effect."""
        ...

    def blind_index_key(self, tenant: str) -> bytes:
        """Return the tenant's 32-byte HMAC key for blind indexes."""
        ...


class FieldCipher(Protocol):
    """AES-256-GCM under the subject's own key; tenant, subject and field name are associated data."""

    def seal(self, tenant: str, subject_id: str, field_name: str, plain: bytes) -> bytes: ...

    def open(self, tenant: str, subject_id: str, field_name: str, sealed: bytes) -> bytes:
        """Raises SubjectErasedError when the key is gone, InvalidInputError when the bytes were altered or moved."""
        ...

    def blind_index(self, tenant: str, field_name: str, value: str) -> str:
        """Return the hex HMAC-SHA256 by which a sealed value can be found again."""
        ...


class Secrets(Protocol):
    """Named secrets. A missing one is a start-up failure; there are no defaults."""

    def get(self, name: str) -> str:
        """Raise NotFoundError."""
        ...


class Masker(Protocol):
    """Personal data out of a text before retrieval, models and logs see it. Linear time on any input."""

    def mask(self, text: str) -> Masked: ...


# ---------------------------------------------------------------- knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeChange:
    """What one (re-)ingested or deleted document changes in draft snapshot `snapshot`; `document` None deletes it."""

    tenant: str
    document_id: str
    snapshot: int
    document: Document | None
    added: tuple[Chunk, ...] = ()
    removed_chunk_ids: tuple[str, ...] = ()
    tables: tuple[FactTable, ...] = ()


class KnowledgeStore(Protocol):
    """Documents, chunks, fact tables and the published snapshot of each tenant."""

    def snapshot(self, tenant: str) -> Snapshot:
        """A tenant without knowledge has published 0, head 0. The draft's number is always head + 1."""
        ...

    def has_draft(self, tenant: str) -> bool:
        """Whether anything was applied since the head snapshot was published."""
        ...

    def document(self, tenant: str, document_id: str) -> Document | None:
        """The latest version, published or not."""
        ...

    def documents(self, tenant: str) -> tuple[Document, ...]:
        """All latest versions, by source."""
        ...

    def live_chunk_ids(self, tenant: str, document_id: str) -> tuple[str, ...]:
        """Chunks of the document that no snapshot has removed yet."""
        ...

    def apply(self, change: KnowledgeChange) -> None:
        """Write chunks and tables with added_in = snapshot, mark the removed ones. Applying again changes nothing.

        A chunk removed earlier in the same draft comes back when it is added again. Tables are the document's whole
        set. Raises VersionConflictError when `snapshot` is not the draft: readers may see it already.
        """
        ...

    def chunks(self, tenant: str, chunk_ids: Sequence[str]) -> Mapping[str, Chunk]:
        """Those that exist, by id."""
        ...

    def all_chunks(self, tenant: str) -> tuple[Chunk, ...]:
        """Every chunk of every snapshot: what an index is rebuilt from."""
        ...

    def tables(self, tenant: str, snapshot: int, audiences: frozenset[Audience]) -> tuple[FactTable, ...]:
        """Fact tables that readers of `snapshot` with these audiences may see."""
        ...

    def publish(self, tenant: str, snapshot: int, at: datetime) -> Snapshot:
        """Make readers see `snapshot`. A number above head becomes the new head; a lower one is a rollback."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHit:
    """One leg's hit. `score` is the leg's own scale, higher is better; `chunk` where the engine returns documents itself."""

    chunk_id: str
    score: float
    chunk: Chunk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFilter:
    """What every leg must filter by, inside the engine: tenant, audience, snapshot and the day's validity."""

    tenant: str
    audiences: frozenset[Audience]
    snapshot: int
    today: str


class KeywordIndex(Protocol):
    """Full text over title, questions and body. Readable while written."""

    def apply(self, tenant: str, added: Sequence[Chunk], removed: Mapping[str, int]) -> None:
        """Index chunks (again: replaced) and set removed_in of the named ids."""
        ...

    def search(self, text: str, language: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkVectors:
    """A chunk with its unit-length vectors: `titles` one per question or heading, `body` of the text.

    `passages`: of stretches of a long text; with `body` they form the part "body", where the best one counts.
    """

    chunk: Chunk
    titles: tuple[Vector, ...]
    body: Vector
    passages: tuple[Vector, ...] = ()


class VectorIndex(Protocol):
    """Cosine similarity over title vectors and body vectors, apart. Readable while written."""

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None: ...

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        """`part` is "title" or "body"; a chunk with several title vectors counts with its best."""
        ...


class HybridIndex(Protocol):
    """All legs of one question in one round trip, where one engine serves keywords and vectors."""

    def search_legs(
        self, text: str, language: str, vector: Vector | None, where: IndexFilter, k: int
    ) -> Mapping[str, tuple[LegHit, ...]]:
        """Hits by leg: "keyword", and with a vector "title" and "body". A leg that failed or was late is left out.

        Raises DependencyUnavailableError when the engine did not answer at all.
        """
        ...


class DerivedIndex(Protocol):
    """An index that can be made again from the KnowledgeStore's chunks: what a kill or a full disk took is put back."""

    @property
    def name(self) -> str: ...

    def known(self, tenant: str) -> Mapping[str, int | None]:
        """Every indexed chunk id with its removed_in. Raises DamagedIndexError when damaged or of another version, and then only."""
        ...

    def discard(self, tenant: str) -> None:
        """Forget all of the tenant, damaged or not."""
        ...


class DerivedKeywordIndex(KeywordIndex, DerivedIndex, Protocol):
    """A keyword index that can be made again."""


class DerivedVectorIndex(VectorIndex, DerivedIndex, Protocol):
    """A vector index that can be made again."""


class Embedder(Protocol):
    """Texts to unit-length vectors of `dimensions` floats. `name` identifies weights and preprocessing."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...


class Reranker(Protocol):
    """Reads question and candidates word by word, which vectors of whole texts cannot."""

    def compare(self, question: str, language: Language, chunks: Sequence[Chunk], patience_s: float = inf) -> Sequence[Closeness]:
        """Return one Closeness per chunk; where reading them takes longer than `patience_s`, of the first ones only.

        Raises DependencyUnavailableError when the model is not there.
        """
        ...


class PassageReader(Protocol):
    """Reads a question and each candidate together: slower than a reranker, and surer."""

    def read(self, question: str, language: Language, chunks: Sequence[Chunk]) -> Sequence[Verdict]:
        """Return one Verdict per chunk. Raises DependencyUnavailableError when the model is not there."""
        ...


class DocumentParser(Protocol):
    """Bytes to text with its places. Raises DocumentRejectedError with a reason; never anything else."""

    def parse(self, source: str, data: bytes, meta: DocumentMeta) -> ParsedDocument: ...


class CompanyStore(Protocol):
    """Companies by tenant and by public site key."""

    def get(self, tenant: str) -> Company:
        """Raise NotFoundError."""
        ...

    def by_site_key(self, site_key: str) -> Company:
        """Raise NotFoundError; DependencyUnavailableError while it may be the key of a company that cannot be read."""
        ...


# ---------------------------------------------------------------- models and services


class ReplyModel(Protocol):
    """Drafts an answer from evidence. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""

    @property
    def name(self) -> str: ...

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft; call `on_text` with each piece of text as it arrives."""
        ...


class KnowledgeService(Protocol):
    """Search, across a function hop or in process. `timeout_s` is the hop's own deadline."""

    def search(self, query: SearchQuery, timeout_s: float, correlation_id: str) -> SearchResult: ...


class TurnService(Protocol):
    """The door to `dialog`: one envelope in, one JSON object out, across a function hop or in process.

    Raises what the command raises (errors cross the hop by code), DeadlineExceededError at the envelope's deadline.
    """

    def invoke(self, envelope: Envelope) -> Mapping[str, object]: ...


# ---------------------------------------------------------------- the door


class TokenSigner(Protocol):
    """Bearer tokens that can be given again without being stored: PREFIX_IDENTIFIER.SECRET, the secret an HMAC of both."""

    def issue(self, prefix: str, identifier: str) -> str: ...

    def read(self, prefix: str, token: str) -> str:
        """Return the identifier, in constant time. Raises UnauthorizedError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCommand:
    """A masked question with what was found for it, for `AnswerQuestion`."""

    question: str
    language: Language
    found: SearchResult
    company: Company
    history: tuple[HistoryLine, ...]
    deadline_at_ms: int
    user_key: str


class Answerer(Protocol):
    """The use case AnswerQuestion, as TakeTurn calls it: always an Answer, from one rung of the ladder."""

    def __call__(self, command: AnswerCommand) -> Answer: ...
