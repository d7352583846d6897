"""What the front door needs to know."""

from collections.abc import Callable

from pydantic import Field, SecretStr

from shared.runtime.aws_settings import ContentSettings, DialogCallSettings, TableSettings
from shared.runtime.settings import ServiceSettings, secret_field


class FrontDoorSettings(ServiceSettings):
    """Limits and waiting times: the same wherever the function runs."""

    default_tenant: str = Field(default="", description="the company of calls without X-Site-Key, where there is only one")
    turn_timeout_s: float = Field(default=25.0, gt=0, le=29, description="seconds a customer waits for an answer before a 202")
    command_timeout_s: float = Field(default=8.0, gt=0, le=29, description="seconds that any other command may take")
    tenant_rate_per_s: float = Field(default=50.0, gt=0, description="requests per second that one company may send")
    tenant_burst: int = Field(default=100, ge=1, description="requests of one company admitted at once")
    session_rate_per_s: float = Field(default=5.0, gt=0, description="requests per second that one visitor may send")
    session_burst: int = Field(default=20, ge=1, description="requests of one visitor admitted at once")
    allowed_origins: tuple[str, ...] = Field(default=("*",), description="sites whose pages may call this API, as a JSON list")
    threads: int = Field(default=32, ge=1, description="blocking calls at a time")


class IngressSettings(FrontDoorSettings):
    """`token_secret` signs visitors' and tickets' tokens, `fingerprint_secret` keys the ledger's hashes of messages."""

    token_secret: SecretStr = secret_field("at least 32 random characters, from `openssl rand -hex 32`; `dialog` has the same")
    fingerprint_secret: SecretStr = secret_field("at least 32 random characters, from `openssl rand -hex 32`")


class Environment(FrontDoorSettings, TableSettings, ContentSettings, DialogCallSettings):
    """What the deployed function's environment holds. Secrets are named in it, never held."""

    tenants: tuple[str, ...] = Field(min_length=1, description="the companies' tenants as a JSON list")
    token_secret_id: str = Field(
        min_length=1, description="the name or ARN of the secret that signs tokens; `dialog` has the same"
    )
    fingerprint_secret_id: str = Field(min_length=1, description="the name or ARN of the secret that keys hashes of messages")
    ingress_function: str = Field(min_length=1, description="this function's own name, without alias: other releases of it")
    pages_key: str = Field(default="", description="the gateway's key for our own pages, which is public; empty without one")

    def with_secrets(self, secret: Callable[[str], str]) -> IngressSettings:
        """Return the application's settings. `secret` gives a secret by its name or ARN. Raises ValueError for a short one."""
        named = {name: secret(getattr(self, f"{name}_id")) for name in ("token_secret", "fingerprint_secret")}
        return IngressSettings.model_validate({name: getattr(self, name) for name in FrontDoorSettings.model_fields} | named)
