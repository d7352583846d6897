"""What the front door may ask of `dialog`: a turn, a new conversation, its messages, feedback, a ticket's status."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.envelope import Envelope
from shared.domain.errors import NotFoundError, SupportError
from shared.domain.reply import MODEL_FAILURES
from shared.domain.ticket import Ticket
from shared.domain.turn import TurnCommand, TurnResult
from shared.ports import ConversationStore, TicketStore
from shared.runtime.envelopes import APOLOGISED, Operation
from shared.runtime.observability import Telemetry
from shared.runtime.payload import Payload
from shared.runtime.presentation import conversation_json, feedback_json, message_json, ticket_json
from shared.runtime.version_metrics import asked_a_model, is_unsearched
from shared.use_cases.speak_in_conversation import SpeakInConversation
from shared.use_cases.start_conversation import StartConversation
from shared.use_cases.take_turn import TakeTurn

Json = Mapping[str, object]
MOST_MESSAGES = 200
_NUMBER_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOperations:
    """Each takes an envelope and returns the JSON of docs/http-api.md. `ingress` has checked whose conversation it is."""

    take_turn: TakeTurn
    start: StartConversation
    speak: SpeakInConversation
    conversations: ConversationStore
    tickets: TicketStore
    telemetry: Telemetry

    def by_name(self) -> Mapping[str, Operation]:
        """Return the operations."""
        return {
            "take_turn": self.turn,
            "open_conversation": self.open_conversation,
            "list_messages": self.list_messages,
            "give_feedback": self.give_feedback,
            "read_ticket": self.read_ticket,
        }

    def turn(self, envelope: Envelope) -> Json:
        """Take a turn; a fault of ours ends it with an apology and the offer of a ticket, never with silence."""
        command = _turn_command(envelope)
        apologised: Json = {}
        try:
            result = self.take_turn(command)
        except SupportError:
            raise
        except Exception as error:  # the edge: recorded, and said to the customer
            self.telemetry.failure("turn_failed", command.correlation_id, error, message_id=command.message_id)
            result = self.take_turn.apologise(command, type(error).__name__)
            apologised = {APOLOGISED: True}
        self._record(result, command)
        return {**_result_json(result), **apologised}

    def open_conversation(self, envelope: Envelope) -> Json:
        """Write the row; a repeat with the same owner token returns the first."""
        payload = Payload(envelope.payload)
        conversation = self.start(
            envelope.tenant,
            payload.text("conversation_id"),
            payload.text("subject_id"),
            payload.language("language"),
            envelope.owner_token,
        )
        return {"conversation": conversation_json(conversation)}

    def list_messages(self, envelope: Envelope) -> Json:
        """Return messages after a position, and from where to go on."""
        payload = Payload(envelope.payload)
        conversation_id, after = payload.text("conversation_id"), payload.number("after", 0)
        limit = min(max(payload.number("limit", MOST_MESSAGES), 1), MOST_MESSAGES)
        conversation = self.conversations.get(envelope.tenant, conversation_id)
        found = self.conversations.messages(envelope.tenant, conversation_id, after, limit)
        return {
            "messages": [message_json(message) for message in found],
            "conversation": conversation_json(conversation),
            "next_after": found[-1].position if found else after,
        }

    def give_feedback(self, envelope: Envelope) -> Json:
        """Store a verdict on an answer."""
        payload = Payload(envelope.payload)
        feedback = self.speak.give_feedback(
            envelope.tenant,
            payload.text("conversation_id"),
            payload.text("message_id"),
            payload.flag("helpful"),
            payload.optional_text("comment"),
            envelope.correlation_id,
        )
        return {"feedback": feedback_json(feedback)}

    def read_ticket(self, envelope: Envelope) -> Json:
        """Return a ticket to who holds its conversation or its own token. Raises NotFoundError for anybody else."""
        payload = Payload(envelope.payload)
        name = payload.text("ticket")
        ticket = self._find(envelope.tenant, name)
        if not _may_read(ticket, payload):
            raise NotFoundError("ticket", name)
        return ticket_json(ticket)

    def _find(self, tenant: str, name: str) -> Ticket:
        by_number = len(name) == _NUMBER_DIGITS and name.isdecimal()
        return self.tickets.by_number(tenant, name) if by_number else self.tickets.get(tenant, name)

    def _record(self, result: TurnResult, command: TurnCommand) -> None:
        rung = str(result.reply.rung) if result.reply else str(result.status)
        degraded = list(result.reply.degraded) if result.reply else []
        facts: dict[str, object] = {"conversation_id": command.conversation_id, "message_id": command.message_id}
        self.telemetry.event("turn", command.correlation_id, **facts, status=str(result.status), rung=rung, degraded=degraded)
        self.telemetry.measure("Turn", 1, rung=rung)
        if result.reply:
            # Of all versions together, for an alarm: each version's own figure is for the canary.
            self.telemetry.measure("Unsearched", float(is_unsearched(set(degraded))))
            if asked_a_model(rung, degraded):
                self.telemetry.measure("ModelFailed", float(not MODEL_FAILURES.isdisjoint(degraded)))


def _turn_command(envelope: Envelope) -> TurnCommand:
    payload = Payload(envelope.payload)
    return TurnCommand(
        tenant=envelope.tenant,
        conversation_id=payload.text("conversation_id"),
        seq=payload.number("seq"),
        message_id=payload.text("message_id"),
        text=payload.text("text"),
        received_at=payload.time("received_at"),
        release=envelope.release,
        correlation_id=envelope.correlation_id,
        deadline_at_ms=envelope.deadline_at_ms,
        first=payload.flag("first"),
    )


def _result_json(result: TurnResult) -> Json:
    return {
        "status": str(result.status),
        "conversation": conversation_json(result.conversation),
        "customer_message": message_json(result.customer_message) if result.customer_message else None,
        "reply": message_json(result.reply) if result.reply else None,
    }


def _may_read(ticket: Ticket, payload: Payload) -> bool:
    conversation_id = payload.text("conversation_id", "")
    if conversation_id:
        return ticket.conversation_id == conversation_id
    same_ticket = payload.text("ticket_id", "") == ticket.ticket_id
    return same_ticket and hmac.compare_digest(payload.text("token_hash", ""), ticket.token_hash)
