"""Groups of settings that deployed functions have in common: where their tables, queues, objects, keys and callees are."""

import hashlib
import tempfile
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from shared.contracts import QUEUES, QueueContract
from shared.runtime.settings import Settings, variable

_URL = "^https?://"
_CODE = Path(__file__).resolve().parents[2]


class TableSettings(Settings):
    """Which stage's tables."""

    table_prefix: str = Field(min_length=1, description="the prefix of the stage's table names, for example kefu-dev-")


class ContentSettings(Settings):
    """Where companies and documents are."""

    content_bucket: str = Field(min_length=3, description="the name of the bucket with companies and documents")


class MasterKeySettings(Settings):
    """Who reads or writes personal fields."""

    master_key: str = Field(min_length=1, description="the alias or ARN of the stage's KMS key, for example alias/kefu-dev")


class CalleeSettings(Settings):
    """Who calls other functions."""

    callee_alias: str = Field(
        default="live", description="the alias or version of the functions that are called; empty: newest code"
    )


class DialogCallSettings(CalleeSettings):
    """Who calls `dialog`."""

    dialog_function: str = Field(min_length=1, description="the name or ARN of the function dialog, without alias")


class RetrievalCallSettings(CalleeSettings):
    """Who calls `retrieval`."""

    retrieval_function: str = Field(min_length=1, description="the name or ARN of the function retrieval, without alias")


class RelaySettings(Settings):
    """Who sends events from the outbox to queues: every queue that an event may go to."""

    turns_queue_url: str = Field(pattern=_URL, description="the URL of the FIFO queue of turns")
    tickets_queue_url: str = Field(pattern=_URL, description="the URL of the queue of tickets")
    knowledge_queue_url: str = Field(pattern=_URL, description="the URL of the queue of documents")
    analytics_queue_url: str = Field(pattern=_URL, description="the URL of the queue of analytics")

    def queue_urls(self) -> dict[QueueContract, str]:
        """Return the URL of each queue."""
        return {contract: getattr(self, f"{contract.name}_queue_url") for contract in QUEUES}


class TurnsQueueSettings(Settings):
    """Who consumes the queue of turns."""

    turns_queue_url: str = Field(pattern=_URL, description="the URL of the FIFO queue of turns")


class TicketQueueSettings(Settings):
    """Who consumes the queue of tickets."""

    tickets_queue_url: str = Field(pattern=_URL, description="the URL of the queue of tickets")
    tickets_dead_queue_url: str = Field(pattern=_URL, description="the URL of the dead-letter queue of tickets")


class SearchSettings(Settings):
    """What `retrieval` and `knowledge` search with; the two must have the same."""

    search_engine: str = Field(
        default="small", pattern="^(small|opensearch|pinecone)$", description="small, opensearch or pinecone"
    )
    search_url: str = Field(
        default="", description="the https address of the OpenSearch domain; beside Pinecone it has the keywords, or is empty"
    )
    search_index: str = Field(default="", description="what the names of our indices in OpenSearch begin with")
    search_host: str = Field(default="", description="the host of the Pinecone index, where search_engine is pinecone")
    search_key_secret_id: str = Field(default="", description="the name or ARN of the secret with Pinecone's API key")
    index_folder: str = Field(
        default_factory=lambda: f"{tempfile.gettempdir()}/kefu-indexes",
        description="a folder for the indexes of search_engine small",
    )
    model_folder: str = Field(default="", description="the folder of the embedding model; empty for the one in the zip")

    @property
    def own_index_folder(self) -> Path:
        """The folder for this unpacked copy of the code. On Lambda each has a disk of its own; on one machine they share one."""
        return Path(self.index_folder) / hashlib.sha256(str(_CODE).encode()).hexdigest()[:8]

    @model_validator(mode="after")
    def _engine_is_complete(self) -> Self:
        needed = {"opensearch": ("search_url",), "pinecone": ("search_host", "search_key_secret_id")}
        asked = [*needed.get(self.search_engine, ()), *(["search_index"] if self.search_url else [])]
        missing = [variable(name) for name in asked if not getattr(self, name)]
        if missing:
            raise ValueError(f"KEFU_SEARCH_ENGINE={self.search_engine} needs {' and '.join(missing)} beside it")
        return self
