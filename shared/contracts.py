"""What tables, queues, events and environment keys look like: data that CDK, the emulator tests and the code share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueContract:
    """A queue and its dead-letter queue. `visibility_s` >= 6 x the consumer's timeout."""

    name: str
    consumer: str
    fifo: bool = False
    visibility_s: int = 180
    max_receive_count: int = 5
    retention_s: int = 4 * 24 * 3600

    @property
    def dead_letter_name(self) -> str:
        """The name of its dead-letter queue."""
        return f"{self.name}-dead"


# A business attempt is counted by the consumer; five receives are only the safety net below it.
TICKET_ATTEMPTS = 3
TICKET_RETRY_DELAY_S = 60

TURNS = QueueContract(name="turns", consumer="dialog", fifo=True)
TICKETS = QueueContract(name="tickets", consumer="tickets")
KNOWLEDGE = QueueContract(name="knowledge", consumer="knowledge", visibility_s=5400)
ANALYTICS = QueueContract(name="analytics", consumer="")
QUEUES = (TURNS, TICKETS, KNOWLEDGE, ANALYTICS)

# Which queue an outbox event goes to.
ROUTES = {
    "TicketRequested": TICKETS.name,
    "TicketChanged": TURNS.name,
    "TurnParked": TURNS.name,
    "DocumentUploaded": KNOWLEDGE.name,
    "HandoffRequested": ANALYTICS.name,
    "QuestionUnanswered": ANALYTICS.name,
    "FeedbackGiven": ANALYTICS.name,
}
