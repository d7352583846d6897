"""What `knowledge` needs to know."""

from pydantic import Field

from shared.runtime.aws_settings import ContentSettings, SearchSettings, TableSettings
from shared.runtime.model_settings import FunctionEmbedderSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, ContentSettings, SearchSettings, FunctionEmbedderSettings):
    """Limits of a document stand with the parsers."""

    knowledge_queue_url: str = Field(pattern="^https?://", description="the URL of the queue of documents, which it consumes")
    publish_at_once: bool = Field(default=False, description="true to publish each batch of documents without a command")
