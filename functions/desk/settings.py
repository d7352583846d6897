"""What the staff's application needs to know."""

import json
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from shared.runtime.aws_settings import ContentSettings, DialogCallSettings
from shared.runtime.settings import ServiceSettings


class StaffMember(BaseModel):
    """One person who may use the desk, with the token that proves it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agent_id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=64)
    token: SecretStr = Field(min_length=22)


def _distinct(staff: tuple[StaffMember, ...]) -> tuple[StaffMember, ...]:
    tokens = {member.token.get_secret_value() for member in staff}
    if len(tokens) != len(staff) or len({member.agent_id for member in staff}) != len(staff):
        raise ValueError("two people share an agent_id or a token")
    return staff


Staff = Annotated[tuple[StaffMember, ...], AfterValidator(_distinct)]


class DeskLimits(ServiceSettings):
    """One company per desk: `tenant`."""

    tenant: str = Field(min_length=1, description="the company whose desk this is")
    command_timeout_s: float = Field(default=8.0, gt=0, le=29, description="seconds that a command may take")
    threads: int = Field(default=16, ge=1, description="blocking calls at a time")


class DeskSettings(DeskLimits):
    """Tokens have at least 128 random bits."""

    staff: Staff = Field(min_length=1, description='the staff as JSON: [{"agent_id": "a1", "name": "小周", "token": "…"}]')


class Environment(DeskLimits, ContentSettings, DialogCallSettings):
    """What the deployed function's environment holds."""

    staff_secret_id: str = Field(
        min_length=1, description="the name or ARN of the secret with the staff as JSON, tokens included"
    )

    def with_staff(self, secret: Callable[[str], str]) -> DeskSettings:
        """Return the application's settings. `secret` gives a secret by its name or ARN. Raises ValueError for bad staff."""
        own = {name: getattr(self, name) for name in DeskLimits.model_fields}
        return DeskSettings.model_validate(own | {"staff": json.loads(secret(self.staff_secret_id))})
