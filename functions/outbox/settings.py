"""What `outbox` needs to know."""

from shared.runtime.aws_settings import RelaySettings, TableSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, RelaySettings):
    """Which event goes to which queue stands in `shared.contracts`."""
