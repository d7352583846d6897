"""What tables, queues, events and environment keys look like: data that CDK, the emulator tests and the code share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueContract:
    """A queue and its dead-letter queue. `visibility_s` >= 6 x the consumer's timeout."""

    name: str
    consumer: str
    fifo: bool = False
    visibility_s: int = 180
    max_receive_count: int = 5
    retention_s: int = 4 * 24 * 3600

    @property
    def dead_letter_name(self) -> str:
        """The name of its dead-letter queue."""
        return f"{self.name}-dead"


# A business attempt is counted by the consumer; five receives are only the safety net below it.
TICKET_ATTEMPTS = 3
TICKET_RETRY_DELAY_S = 60

# `dialog` lets a failed message wait 2, 4, 8 ... 60 s: so many receives outlast an outage of five minutes.
TURNS = QueueContract(name="turns", consumer="dialog", fifo=True, max_receive_count=12)
TICKETS = QueueContract(name="tickets", consumer="tickets")
KNOWLEDGE = QueueContract(name="knowledge", consumer="knowledge", visibility_s=5400)
ANALYTICS = QueueContract(name="analytics", consumer="")
QUEUES = (TURNS, TICKETS, KNOWLEDGE, ANALYTICS)

# Which queue an outbox event goes to.
ROUTES = {
    "TicketRequested": TICKETS.name,
    "TicketChanged": TURNS.name,
    "TurnParked": TURNS.name,
    "DocumentUploaded": KNOWLEDGE.name,
    "HandoffRequested": ANALYTICS.name,
    "QuestionUnanswered": ANALYTICS.name,
    "FeedbackGiven": ANALYTICS.name,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexContract:
    """A global index over two text attributes. Keys only are projected: rows are read, fresh, from the table.

    Sparse: an item without both attributes is not in it. A partition of an index takes 1,000 writes a second, so an
    index whose key is shared by many writers spreads over `shards` keys, which readers merge (`#0` ... at the key's end).
    """

    name: str
    partition: str
    sort: str
    shards: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContract:
    """A table, on demand; every key attribute is text. `owner`: the functions that write it.

    `lookup`: an attribute with a local index (same partition, consistent reads). `ttl`: the attribute in epoch seconds;
    readers check expiry themselves. `stream`: new images. `point_in_time`: False where a backup would outlive an erasure.
    """

    name: str
    partition: str = "pk"
    sort: str = "sk"
    lookup: str = ""
    indexes: tuple[IndexContract, ...] = ()
    ttl: str = ""
    stream: bool = False
    point_in_time: bool = True

    def index(self, name: str) -> IndexContract:
        """Return one of its indexes. Raises KeyError."""
        return {index.name: index for index in self.indexes}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketContract:
    """A private, encrypted bucket. `noncurrent_days`: how long an overwritten or deleted version is kept; 0: not at all."""

    name: str
    noncurrent_days: int = 0


# Partitions: the conversation (128 random bits) for whatever a turn touches, a random id or a hash for the rest; so no
# tenant and no hour of the day has a partition of its own. The keys below that many conversations share are sharded.
SESSIONS = TableContract(name="sessions", sort="", ttl="ttl")
LEDGER = TableContract(
    name="ledger",
    # All tenants' unfinished messages: every accepted message passes through it.
    indexes=(IndexContract(name="unfinished", partition="unfinished", sort="unfinished_at", shards=8),),
    ttl="ttl",
)
CONVERSATIONS = TableContract(
    name="conversations",
    lookup="lookup",
    indexes=(
        # A tenant's open conversations of one owner; each turn moves its conversation, which costs two writes.
        IndexContract(name="open", partition="open", sort="open_at", shards=4),
        IndexContract(name="unanswered", partition="unanswered", sort="unanswered_at"),
    ),
    ttl="ttl",
)
OUTBOX = TableContract(
    name="outbox",
    partition="event_id",
    sort="",
    indexes=(IndexContract(name="unpublished", partition="shelf", sort="placed", shards=4),),
    ttl="ttl",
    stream=True,
)
# People open tickets: a tenant's key takes a thousand a second.
TICKETS_TABLE = TableContract(
    name="tickets",
    indexes=(
        IndexContract(name="of_conversation", partition="of_conversation", sort="listed_at"),
        IndexContract(name="of_tenant", partition="of_tenant", sort="listed_at"),
        IndexContract(name="of_status", partition="of_status", sort="listed_at"),
    ),
)
PROFILES = TableContract(name="profiles")
ANSWER_CACHE = TableContract(name="answer-cache", sort="", ttl="ttl", point_in_time=False)
# One partition per tenant: its agents renew their marks every half minute.
PRESENCE = TableContract(name="presence", ttl="ttl", point_in_time=False)
RATE_LIMITS = TableContract(name="rate-limits", sort="", ttl="ttl", point_in_time=False)
# By tenant: state, documents, fact tables, which ingestion alone writes. By document and by chunk: the chunks.
KNOWLEDGE_TABLE = TableContract(name="knowledge")
# One item per release, and one that says how traffic is shared between two.
RELEASES = TableContract(name="releases", sort="")
# A destroyed key must not come back from a backup.
SUBJECT_KEYS = TableContract(name="subject-keys", sort="", point_in_time=False)
TABLES = (
    SESSIONS,
    LEDGER,
    CONVERSATIONS,
    OUTBOX,
    TICKETS_TABLE,
    PROFILES,
    ANSWER_CACHE,
    PRESENCE,
    RATE_LIMITS,
    KNOWLEDGE_TABLE,
    RELEASES,
    SUBJECT_KEYS,
)

# Companies, uploads and parsed documents, under tenants/TENANT/. No old versions: what is deleted is gone.
CONTENT = BucketContract(name="content")
BUCKETS = (CONTENT,)
# The stage's one KMS key. Data keys per subject are wrapped by it, with tenant and subject as encryption context.
MASTER_KEY_ALIAS = "alias/kefu"


# The alias of each function that callers without a release use; a rollout moves its weights.
LIVE_ALIAS = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionContract:
    """A Lambda function: folder `functions/NAME`, entry `functions.NAME.main.handler`, dependency group NAME.

    `snap_start`: on the way of a waiting customer. `aliased`: its callers and triggers use the alias `live`, whose weights
    a rollout moves. `timeout_s` <= 1/6 of the visibility of the queues that it consumes.
    """

    name: str
    memory_mb: int = 512
    timeout_s: int = 30
    snap_start: bool = False
    aliased: bool = True

    @property
    def entry(self) -> str:
        """The handler's place in the zip."""
        return f"functions.{self.name}.main.handler"


FUNCTIONS = (
    FunctionContract(name="ingress", memory_mb=1024, snap_start=True),
    FunctionContract(name="desk", memory_mb=1024),
    FunctionContract(name="dialog", memory_mb=1024, snap_start=True),
    FunctionContract(name="retrieval", memory_mb=2048, timeout_s=20, snap_start=True),
    FunctionContract(name="tickets"),
    FunctionContract(name="outbox"),
    FunctionContract(name="knowledge", memory_mb=3008, timeout_s=900),
    FunctionContract(name="sweeper", timeout_s=120),
    FunctionContract(name="rollout", timeout_s=60, aliased=False),
)
