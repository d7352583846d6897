"""What `sweeper` needs to know."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class SweeperSettings(ServiceSettings):
    """Whose queues are watched."""

    tenants: tuple[str, ...] = Field(min_length=1, description="the companies' tenants as a JSON list")
