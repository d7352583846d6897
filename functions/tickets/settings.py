"""What `tickets` needs to know."""

from shared.runtime.settings import ServiceSettings


class TicketsSettings(ServiceSettings):
    """Attempts and their delay stand in `shared.contracts`, for the queue's settings follow from them."""
