"""What the desk may ask of `dialog`: lists, transcripts, who speaks, replies, tickets, who is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from shared.domain.conversation import Conversation, Message, Owner
from shared.domain.envelope import Envelope
from shared.domain.presence import PRESENCE
from shared.domain.ticket import TicketStatus
from shared.ports import Clock, ConversationStore, PresenceStore, TicketStore
from shared.runtime.envelopes import Operation
from shared.runtime.payload import Payload
from shared.runtime.presentation import (
    conversation_json,
    conversation_row_json,
    message_json,
    page_json,
    staff_ticket_json,
    unanswered_json,
)
from shared.use_cases.change_owner import Agent, OwnerChanges
from shared.use_cases.process_ticket import UpdateTicket
from shared.use_cases.speak_in_conversation import SpeakInConversation

Json = Mapping[str, object]
PAGE = 50
# A transcript shows the end of a very long conversation.
TRANSCRIPT = 500
_CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOperations:
    """Each takes an envelope and returns the JSON of docs/http-api.md. The desk has checked who the agent is."""

    owners: OwnerChanges
    speak: SpeakInConversation
    update: UpdateTicket
    conversations: ConversationStore
    tickets: TicketStore
    presence: PresenceStore
    clock: Clock

    def by_name(self) -> Mapping[str, Operation]:
        """Return the operations."""
        return {
            "list_conversations": self.list_conversations,
            "read_conversation": self.read_conversation,
            "take_over": self.take_over,
            "agent_reply": self.agent_reply,
            "hand_back": self.hand_back,
            "close_conversation": self.close_conversation,
            "list_tickets": self.list_tickets,
            "update_ticket": self.update_ticket,
            "list_unanswered": self.list_unanswered,
            "mark_presence": self.mark_presence,
            "list_presence": self.list_presence,
        }

    def list_conversations(self, envelope: Envelope) -> Json:
        """Open conversations, last changed first, each with its last message."""
        payload = Payload(envelope.payload)
        owner = payload.optional_choice("owner", Owner)
        page = self.conversations.list_open(envelope.tenant, owner, PAGE, payload.text("cursor", ""))
        rows = [conversation_row_json(row, self._last_message(row)) for row in page.items]
        return page_json(rows, page.cursor)

    def read_conversation(self, envelope: Envelope) -> Json:
        """One conversation with its tickets, and its transcript after a position (0: all that is shown of it)."""
        payload = Payload(envelope.payload)
        conversation_id = payload.text("conversation_id")
        conversation = self.conversations.get(envelope.tenant, conversation_id)
        return {
            "conversation": conversation_json(conversation),
            "messages": [message_json(message) for message in self._transcript(conversation, payload.number("after", 0))],
            "tickets": [staff_ticket_json(t) for t in self.tickets.for_conversation(envelope.tenant, conversation_id)],
        }

    def take_over(self, envelope: Envelope) -> Json:
        """The agent speaks from now on."""
        payload = Payload(envelope.payload)
        after = self.owners.take_over(envelope.tenant, payload.text("conversation_id"), _agent(payload))
        return {"conversation": conversation_json(after)}

    def hand_back(self, envelope: Envelope) -> Json:
        """The bot speaks from now on."""
        payload = Payload(envelope.payload)
        after = self.owners.hand_back(envelope.tenant, payload.text("conversation_id"), _agent(payload))
        return {"conversation": conversation_json(after)}

    def close_conversation(self, envelope: Envelope) -> Json:
        """Nobody waits for anything any more."""
        payload = Payload(envelope.payload)
        after = self.owners.close(envelope.tenant, payload.text("conversation_id"), _agent(payload))
        return {"conversation": conversation_json(after)}

    def agent_reply(self, envelope: Envelope) -> Json:
        """Send an agent's message; the owner token names it, so that a repeat is not a second one."""
        payload = Payload(envelope.payload)
        agent, conversation_id = _agent(payload), payload.text("conversation_id")
        message_id = _message_id(conversation_id, agent.agent_id, envelope.owner_token)
        sent = self.speak.as_agent(envelope.tenant, conversation_id, agent, payload.text("text"), message_id)
        return {"message": message_json(sent)}

    def list_tickets(self, envelope: Envelope) -> Json:
        """Tickets, latest first."""
        payload = Payload(envelope.payload)
        status = payload.optional_choice("status", TicketStatus)
        page = self.tickets.list(envelope.tenant, status, PAGE, payload.text("cursor", ""))
        return page_json([staff_ticket_json(ticket) for ticket in page.items], page.cursor)

    def update_ticket(self, envelope: Envelope) -> Json:
        """Set status and note; the customer is told in the conversation."""
        payload = Payload(envelope.payload)
        ticket = self.update(
            envelope.tenant,
            payload.text("ticket_id"),
            payload.choice("status", TicketStatus),
            payload.optional_text("note"),
            _agent(payload).name,
            envelope.correlation_id,
        )
        return {"ticket": staff_ticket_json(ticket)}

    def list_unanswered(self, envelope: Envelope) -> Json:
        """Questions that the bot refused or could only ask back, latest first, with the rung of its reply."""
        payload = Payload(envelope.payload)
        page = self.conversations.list_unanswered(envelope.tenant, PAGE, payload.text("cursor", ""))
        return page_json([unanswered_json(asked, self._reply_to(envelope.tenant, asked)) for asked in page.items], page.cursor)

    def mark_presence(self, envelope: Envelope) -> Json:
        """Say that the agent is there for the next 30 s, or has left."""
        payload = Payload(envelope.payload)
        now, agent_id = self.clock.now(), _agent(payload).agent_id
        if payload.flag("available"):
            self.presence.mark(envelope.tenant, agent_id, now + PRESENCE)
        elif agent_id in self.presence.available(envelope.tenant, now):
            # Once: the mark says when they left, however often their page repeats it.
            self.presence.mark(envelope.tenant, agent_id, now)
        return {"available_agents": list(self.presence.available(envelope.tenant, now))}

    def list_presence(self, envelope: Envelope) -> Json:
        """Return who is there."""
        return {"available_agents": list(self.presence.available(envelope.tenant, self.clock.now()))}

    def _last_message(self, row: Conversation) -> Message | None:
        return next(iter(self.conversations.messages(row.tenant, row.conversation_id, row.positions - 1, 1)), None)

    def _reply_to(self, tenant: str, asked: Message) -> Message | None:
        following = self.conversations.messages(tenant, asked.conversation_id, asked.position, 5)
        return next((message for message in following if message.in_reply_to == asked.message_id), None)

    def _transcript(self, row: Conversation, after: int) -> list[Message]:
        after = max(after, row.positions - TRANSCRIPT, 0)
        messages: list[Message] = []
        while found := self.conversations.messages(row.tenant, row.conversation_id, after, _CHUNK):
            messages.extend(found)
            after = found[-1].position
        return messages


def _agent(payload: Payload) -> Agent:
    return Agent(agent_id=payload.text("agent_id"), name=payload.text("agent_name"))


def _message_id(conversation_id: str, agent_id: str, owner_token: str) -> str:
    return sha256(f"{conversation_id}\x1f{agent_id}\x1f{owner_token}".encode()).hexdigest()[:32]
