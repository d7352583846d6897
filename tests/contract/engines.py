"""The engines that every contract suite runs on: one entry each.

An engine says which ports it offers and opens them. A new one (DynamoDB, SQS, S3, KMS) starts from `open_memory` and
replaces the ports that it brings, so that all others are there for it to work with. A suite names the ports that it
needs in `NEEDS`; it runs on every engine that offers them all.
"""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest

from shared.adapters.crypto.aes_gcm import AESGCMFieldCipher
from shared.adapters.crypto.caching_key_ring import CachingKeyRing
from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.adapters.local_files.key_ring import FileKeyRing
from shared.adapters.local_files.object_store import FileObjectStore
from shared.adapters.random_ids import RandomIds
from shared.adapters.sqlite.answer_cache import SQLiteAnswerCache
from shared.adapters.sqlite.conversations import SQLiteConversationStore
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.ledger import SQLiteLedger
from shared.adapters.sqlite.outbox import SQLiteOutbox
from shared.adapters.sqlite.presence import SQLitePresenceStore
from shared.adapters.sqlite.profiles import SQLiteProfileStore
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.adapters.sqlite.rate_limiter import SQLiteRateLimiter
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.adapters.sqlite.sessions import SQLiteSessionStore
from shared.adapters.sqlite.tickets import SQLiteTicketStore
from shared.contracts import QueueContract
from shared.ports import (
    AnswerCache,
    Clock,
    ConversationStore,
    FieldCipher,
    IdSource,
    KeyRing,
    Ledger,
    ObjectStore,
    Outbox,
    PresenceStore,
    ProfileStore,
    Queue,
    RateLimiter,
    ReleaseStore,
    SessionStore,
    TicketStore,
)
from tests.contract.aws.processes import EngineMissingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every state port, opened on one engine. `pass_time` moves a settable clock, or waits where time is real."""

    clock: Clock
    pass_time: Callable[[float], object]
    ids: IdSource
    key_ring: KeyRing
    cipher: FieldCipher
    sessions: SessionStore
    ledger: Ledger
    conversations: ConversationStore
    outbox: Outbox
    tickets: TicketStore
    profiles: ProfileStore
    answer_cache: AnswerCache
    presence: PresenceStore
    rate_limiter: RateLimiter
    releases: ReleaseStore
    objects: ObjectStore
    queue: Callable[[QueueContract], Queue]
    dead_letters: Callable[[QueueContract], Queue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`open` gets an empty folder of its own and yields fresh, empty ports.

    `gaps`: tests that the engine itself (not our adapter) cannot pass, with the reason; one that passes is an error.
    """

    name: str
    offers: frozenset[str]
    open: Callable[[Path], AbstractContextManager[Ports]]
    gaps: Mapping[str, str] = field(default_factory=dict)


def sqlite_ports(database: Database, key_ring: KeyRing, objects: ObjectStore, clock: FixedClock, ids: IdSource) -> Ports:
    """Return all ports on one SQLite database."""
    keys = CachingKeyRing(key_ring, clock)
    cipher = AESGCMFieldCipher(keys)

    def queue(contract: QueueContract) -> SQLiteQueue:
        return SQLiteQueue(database, contract, clock, ids)

    return Ports(
        clock=clock,
        pass_time=clock.advance,
        ids=ids,
        key_ring=keys,
        cipher=cipher,
        sessions=SQLiteSessionStore(database),
        ledger=SQLiteLedger(database),
        conversations=SQLiteConversationStore(database, cipher),
        outbox=SQLiteOutbox(database),
        tickets=SQLiteTicketStore(database, cipher),
        profiles=SQLiteProfileStore(database, cipher),
        answer_cache=SQLiteAnswerCache(database),
        presence=SQLitePresenceStore(database),
        rate_limiter=SQLiteRateLimiter(database),
        releases=SQLiteReleaseStore(database),
        objects=objects,
        queue=queue,
        dead_letters=lambda contract: queue(contract).dead_letters(),
    )


def memory_ports(clock: FixedClock | None = None, ids: IdSource | None = None) -> Ports:
    """Return all ports in memory, for unit tests of use cases: nothing to close, nothing on disk."""
    ring = FileKeyRing(Database(MEMORY, secure_delete=True), os.urandom(32))
    return sqlite_ports(Database(MEMORY), ring, MemoryObjectStore(), clock or FixedClock(), ids or RandomIds())


@contextmanager
def open_memory(_: Path) -> Generator[Ports]:
    yield memory_ports()


@contextmanager
def open_file(folder: Path) -> Generator[Ports]:
    database = Database(folder / "kefu.db")
    ring = FileKeyRing.at(folder / "keys")
    yield sqlite_ports(database, ring, FileObjectStore(folder / "objects"), FixedClock(), RandomIds())
    database.close()
    ring.close()


@contextmanager
def open_ministack(_: Path) -> Generator[Ports]:
    with _or_skip(), import_module("tests.contract.aws.opening").ministack_ports() as opened:
        yield opened


@contextmanager
def open_dynamodb_local(_: Path) -> Generator[Ports]:
    with _or_skip(), import_module("tests.contract.aws.opening").dynamodb_local_ports() as opened:
        yield opened


@contextmanager
def _or_skip() -> Generator[None]:
    try:
        yield
    except EngineMissingError as error:
        pytest.skip(str(error))


STATE = frozenset(
    "Clock SessionStore Ledger ConversationStore Outbox TicketStore ProfileStore AnswerCache PresenceStore RateLimiter ReleaseStore".split()
)
EVERYTHING = STATE | {"Queue", "ObjectStore", "KeyRing", "FieldCipher"}

ENGINES = (
    Engine(name="sqlite-memory", offers=EVERYTHING | {"Forgetful"}, open=open_memory),
    Engine(name="sqlite-file", offers=EVERYTHING | {"Forgetful"}, open=open_file),
    Engine(
        name="ministack",
        offers=EVERYTHING | {"DynamoDB", "AWS"},
        open=open_ministack,
        gaps={"test_the_depth_counts_what_waits_what_is_leased_and_what_is_delayed": "MiniStack has no metrics of SQS"},
    ),
    Engine(name="dynamodb-local", offers=STATE | {"DynamoDB"}, open=open_dynamodb_local),
)
