"""What `sweeper` needs to know."""

from pydantic import Field

from shared.runtime.aws_settings import (
    ContentSettings,
    DialogCallSettings,
    MasterKeySettings,
    RelaySettings,
    TableSettings,
)
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, ContentSettings, MasterKeySettings, RelaySettings, DialogCallSettings):
    """Whose queues are watched, and what is relayed that the stream missed."""

    tenants: tuple[str, ...] = Field(min_length=1, description="the companies' tenants as a JSON list")
    queue_patience_s: int = Field(
        default=180,
        ge=10,
        description="seconds that a customer waits for a person, in the queue or for an agent who left, before a ticket is offered",
    )
