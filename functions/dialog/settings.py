"""What `dialog` needs to know."""

from pydantic import Field, SecretStr

from shared.runtime.model_settings import ReplyModelSettings
from shared.runtime.settings import ServiceSettings, secret_field


class DialogSettings(ServiceSettings, ReplyModelSettings):
    """`token_secret` signs tickets' tokens; `ingress` has the same."""

    token_secret: SecretStr = secret_field("at least 32 random characters, from `openssl rand -hex 32`; `ingress` has the same")
    search_timeout_s: float = Field(default=3.0, gt=0, le=20, description="seconds that retrieval may take")
    queue_patience_s: int = Field(default=180, ge=10, description="seconds in the queue before a ticket is offered instead")
    model_key: SecretStr | None = Field(default=None, description="the API key of that server, when it asks for one")
