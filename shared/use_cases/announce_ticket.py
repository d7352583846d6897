"""Tell a customer, in the conversation, that their ticket has changed."""

from dataclasses import dataclass

from shared.domain.blocks import CardBlock, TextBlock
from shared.domain.conversation import Message
from shared.domain.phrases import say
from shared.ports import TicketStore
from shared.use_cases.speak_in_conversation import SpeakInConversation


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceTicket:
    """Idempotent by event id: the notice's message id is the event's. Says the status of now, never an older one."""

    tickets: TicketStore
    speak: SpeakInConversation

    def __call__(self, tenant: str, ticket_id: str, event_id: str) -> Message:
        """Raises NotFoundError."""
        ticket = self.tickets.get(tenant, ticket_id)
        language = ticket.language
        status = say(language, f"status_{ticket.status}")
        phrase = "ticket_changed_note" if ticket.note else "ticket_changed"
        text = say(language, phrase, number=ticket.number, status=status, note=ticket.note)
        card = CardBlock(
            title=say(language, "ticket_card", number=ticket.number), rows=((say(language, "ticket_status_label"), status),)
        )
        return self.speak.as_system(tenant, ticket.conversation_id, text, event_id, (TextBlock(text=text), card))
