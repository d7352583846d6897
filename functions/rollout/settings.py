"""What `rollout` needs to know."""

from pydantic import Field

from shared.runtime.aws_settings import TableSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings):
    """Steps and limits come with each rollout; see Plan in shared/domain/rollout.py. Functions have the tables' prefix."""

    gate_alarms: tuple[str, ...] = Field(default=(), description="alarms that end a rollout, as a JSON list of their names")
