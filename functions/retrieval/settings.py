"""What `retrieval` needs to know."""

from pydantic import Field

from shared.runtime.aws_settings import ContentSettings, SearchSettings, TableSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, ContentSettings, SearchSettings):
    """Where the indexes are, and how long each leg of a search may take."""

    leg_timeout_s: float = Field(default=1.5, gt=0, le=20, description="seconds that one leg of a search may take")
