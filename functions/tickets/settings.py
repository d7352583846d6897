"""What `tickets` needs to know."""

from shared.runtime.aws_settings import MasterKeySettings, TableSettings, TicketQueueSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, MasterKeySettings, TicketQueueSettings):
    """Attempts and their delay stand in `shared.contracts`, for the queue's settings follow from them."""
