"""What `dialog` needs to know."""

from pydantic import Field

from shared.runtime.aws_settings import (
    ContentSettings,
    DialogCallSettings,
    MasterKeySettings,
    RetrievalCallSettings,
    TableSettings,
    TurnsQueueSettings,
)
from shared.runtime.model_settings import ReplyModelSettings
from shared.runtime.settings import ServiceSettings


class Environment(
    ServiceSettings,
    TableSettings,
    ContentSettings,
    MasterKeySettings,
    TurnsQueueSettings,
    RetrievalCallSettings,
    DialogCallSettings,
    ReplyModelSettings,
):
    """What the deployed function's environment holds. Secrets are named in it, never held. It calls its own other versions."""

    token_secret_id: str = Field(
        min_length=1, description="the name or ARN of the secret that signs tokens; `ingress` has the same"
    )
    search_timeout_s: float = Field(default=3.0, gt=0, le=20, description="seconds that retrieval may take")
    queue_patience_s: int = Field(
        default=180,
        ge=10,
        description="seconds that a customer waits for a person, in the queue or for an agent who left, before a ticket is offered",
    )
    model_key_secret_id: str = Field(default="", description="the name or ARN of the secret with that server's API key, or empty")
