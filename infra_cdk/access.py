"""Who may touch what: one entry per function. Roles are made from it, and tests read the roles."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts import (
    ANALYTICS,
    ANSWER_CACHE,
    CONVERSATIONS,
    KNOWLEDGE,
    KNOWLEDGE_TABLE,
    LEDGER,
    OUTBOX,
    PRESENCE,
    PROFILES,
    RATE_LIMITS,
    RELEASES,
    SESSIONS,
    SUBJECT_KEYS,
    TICKETS,
    TICKETS_TABLE,
    TURNS,
    QueueContract,
    TableContract,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A function's rights. Tables in `writes` may be read too, but items are deleted from those in `deletes` alone: no other
    function's mistake takes a ticket, a key or a ledger entry away. Queues that it consumes follow from the contracts.

    `content`: "company" reads companies' settings alone; "read" those, indexes and long fact tables, and no document; "write"
    reads everything of tenants, and writes indexes and tables: a parser that a document takes over cannot exchange another
    one, or a company's settings. `personal`: may open and
    make data keys of subjects. `parks`: dead-letter queues that it sends to by itself. `engine`: the search engine.
    `model`: which of the stage's models it may call, where that is one of Bedrock's.
    """

    reads: tuple[TableContract, ...] = ()
    writes: tuple[TableContract, ...] = ()
    deletes: tuple[TableContract, ...] = ()
    content: Literal["", "company", "read", "write"] = ""
    secrets: tuple[str, ...] = ()
    invokes: tuple[str, ...] = ()
    sends: tuple[QueueContract, ...] = ()
    parks: tuple[QueueContract, ...] = ()
    personal: bool = False
    engine: Literal["", "read", "write"] = ""
    model: Literal["", "reply", "embedder"] = ""


_EVERY_QUEUE = (TURNS, TICKETS, KNOWLEDGE, ANALYTICS)
ACCESS = {
    # No conversation, no key of a subject: a front door that is broken into shows nobody's words.
    "ingress": Access(
        reads=(RELEASES,),
        writes=(SESSIONS, LEDGER, RATE_LIMITS),
        content="company",
        secrets=("token", "fingerprint"),
        # Itself, by version: a page of one release may ask the other for its assets.
        invokes=("dialog", "ingress"),
    ),
    "desk": Access(content="company", secrets=("staff",), invokes=("dialog",)),
    "dialog": Access(
        reads=(RELEASES,),
        writes=(CONVERSATIONS, LEDGER, OUTBOX, TICKETS_TABLE, ANSWER_CACHE, PRESENCE, PROFILES, SUBJECT_KEYS),
        # Parked messages that have had their turn; remembered answers that do not hold any more.
        deletes=(CONVERSATIONS, ANSWER_CACHE),
        content="company",
        secrets=("token", "model-key"),
        # Itself, by version: the queue's turns of another release.
        invokes=("retrieval", "dialog"),
        personal=True,
        model="reply",
    ),
    "retrieval": Access(reads=(KNOWLEDGE_TABLE,), content="read", secrets=("search-key",), engine="read", model="embedder"),
    "tickets": Access(writes=(TICKETS_TABLE, OUTBOX, SUBJECT_KEYS), parks=(TICKETS,), personal=True),
    "outbox": Access(writes=(OUTBOX,), sends=_EVERY_QUEUE),
    "knowledge": Access(
        writes=(KNOWLEDGE_TABLE,),
        # A fact table of the same draft that its document has no more.
        deletes=(KNOWLEDGE_TABLE,),
        content="write",
        secrets=("search-key",),
        engine="write",
        model="embedder",
    ),
    "sweeper": Access(
        reads=(PRESENCE,),
        writes=(CONVERSATIONS, LEDGER, OUTBOX, SUBJECT_KEYS),
        deletes=(CONVERSATIONS,),
        content="company",
        invokes=("dialog",),
        sends=_EVERY_QUEUE,
        personal=True,
    ),
    "rollout": Access(writes=(RELEASES,)),
}
