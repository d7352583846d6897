"""The stores of a single machine: SQLite files, folders and a key file, opened once."""

from dataclasses import dataclass

from local.data_folder import DataFolder
from shared.adapters.clock import SystemClock
from shared.adapters.crypto.aes_gcm import AESGCMFieldCipher
from shared.adapters.crypto.caching_key_ring import CachingKeyRing
from shared.adapters.local_files.key_ring import FileKeyRing
from shared.adapters.local_files.object_store import FileObjectStore
from shared.adapters.local_files.secrets import FileSecrets
from shared.adapters.random_ids import RandomIds
from shared.adapters.sqlite.answer_cache import SQLiteAnswerCache
from shared.adapters.sqlite.conversations import SQLiteConversationStore
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.ledger import SQLiteLedger
from shared.adapters.sqlite.outbox import SQLiteOutbox
from shared.adapters.sqlite.presence import SQLitePresenceStore
from shared.adapters.sqlite.profiles import SQLiteProfileStore
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.adapters.sqlite.rate_limiter import SQLiteRateLimiter
from shared.adapters.sqlite.sessions import SQLiteSessionStore
from shared.adapters.sqlite.tickets import SQLiteTicketStore
from shared.contracts import QUEUES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """All state but knowledge. `queues` by the names in shared/contracts.py."""

    clock: SystemClock
    ids: RandomIds
    secrets: FileSecrets
    objects: FileObjectStore
    sessions: SQLiteSessionStore
    ledger: SQLiteLedger
    conversations: SQLiteConversationStore
    tickets: SQLiteTicketStore
    outbox: SQLiteOutbox
    presence: SQLitePresenceStore
    profiles: SQLiteProfileStore
    cache: SQLiteAnswerCache
    limiter: SQLiteRateLimiter
    queues: dict[str, SQLiteQueue]
    state: Database
    queue_file: Database
    others: tuple[Database | FileKeyRing, ...]

    def close(self) -> None:
        """Close every file; call it when the threads that used them have ended."""
        for file in (self.state, self.queue_file, *self.others):
            file.close()


def open_stores(folder: DataFolder) -> Stores:
    """Open or create everything. Raises DependencyUnavailableError that says what to do, for a damaged or locked file."""
    clock, ids = SystemClock(), RandomIds()
    state = Database(folder.databases / "state.db")
    queues = Database(folder.databases / "queues.db")
    keys = FileKeyRing.at(folder.keys)
    # Limits need not survive anything, so they cost no disk.
    memory = Database(":memory:")
    cipher = AESGCMFieldCipher(CachingKeyRing(keys, clock))
    return Stores(
        clock=clock,
        ids=ids,
        secrets=FileSecrets(folder.keys / "secrets.json"),
        objects=FileObjectStore(folder.objects),
        sessions=SQLiteSessionStore(state),
        ledger=SQLiteLedger(state),
        conversations=SQLiteConversationStore(state, cipher),
        tickets=SQLiteTicketStore(state, cipher),
        outbox=SQLiteOutbox(state),
        presence=SQLitePresenceStore(state),
        profiles=SQLiteProfileStore(state, cipher),
        cache=SQLiteAnswerCache(state),
        limiter=SQLiteRateLimiter(memory),
        queues={contract.name: SQLiteQueue(queues, contract, clock, ids) for contract in QUEUES},
        state=state,
        queue_file=queues,
        others=(keys, memory),
    )
