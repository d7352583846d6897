"""What `knowledge` needs to know."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class KnowledgeSettings(ServiceSettings):
    """Limits of a document stand with the parsers."""

    publish_at_once: bool = Field(default=False, description="true to publish each uploaded document without a command")
