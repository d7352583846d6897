"""What `rollout` needs to know."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class RolloutSettings(ServiceSettings):
    """Steps and limits come with each rollout; see Plan in shared/domain/rollout.py."""

    prefix: str = Field(min_length=1, description='what the names of the stage begin with, for example "kefu-dev-"')
    gate_alarms: tuple[str, ...] = Field(default=(), description="alarms that end a rollout, as a JSON list of their names")
