"""What the staff's application needs to know."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.runtime.aws_settings import ContentSettings, DialogCallSettings
from shared.runtime.settings import ServiceSettings


class StaffMember(BaseModel):
    """One person who may use the desk, with the token that proves it: at least 128 random bits."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agent_id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=64)
    token: SecretStr = Field(min_length=22)


class DeskSettings(ServiceSettings):
    """One company per desk: `tenant`."""

    tenant: str = Field(min_length=1, description="the company whose desk this is")
    command_timeout_s: float = Field(default=8.0, gt=0, le=29, description="seconds that a command may take")
    threads: int = Field(default=16, ge=1, description="blocking calls at a time")


class Environment(DeskSettings, ContentSettings, DialogCallSettings):
    """What the deployed function's environment holds."""

    staff_secret_id: str = Field(
        min_length=1, description="the name or ARN of the secret with the staff as JSON, tokens included"
    )
