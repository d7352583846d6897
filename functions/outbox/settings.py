"""What `outbox` needs to know."""

from shared.runtime.settings import ServiceSettings


class OutboxSettings(ServiceSettings):
    """Which event goes to which queue stands in `shared.contracts`."""
