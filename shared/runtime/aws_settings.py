"""Groups of settings that deployed functions have in common: where their tables, queues, objects, keys and callees are."""

from pydantic import Field

from shared.contracts import QUEUES, QueueContract
from shared.runtime.settings import Settings

_URL = "^https?://"


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
        default="", description="the https address of the OpenSearch domain, where search_engine is opensearch"
    )
    search_index: str = Field(
        default="", description="the name of the index of OpenSearch or Pinecone, where one of them is used"
    )
    search_key_secret_id: str = Field(default="", description="the name or ARN of the secret with Pinecone's API key")
    index_folder: str = Field(default="/tmp/kefu-indexes", description="a folder for the indexes of search_engine small")  # noqa: S108
    model_folder: str = Field(default="", description="the folder of the embedding model; empty for the one in the zip")
