"""Messages that are not the bot's answers: an agent's reply, a notice of the system, and a customer's verdict."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.blocks import Block, TextBlock
from shared.domain.conversation import Author, Conversation, Feedback, Message, Owner, Rung, TurnCommit
from shared.domain.errors import InvalidInputError, NotFoundError, OwnerChangedError, VersionConflictError
from shared.domain.outbox import EventName, OutboxEvent
from shared.ports import Clock, ConversationStore, IdSource
from shared.use_cases.change_owner import Agent
from shared.use_cases.receive_message import normalise_text

_ATTEMPTS = 20
MAX_COMMENT_CHARS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakInConversation:
    """Every message is a conditional write on owner and turn. `message_id` is the caller's: a repeat returns the first."""

    conversations: ConversationStore
    clock: Clock
    ids: IdSource

    def as_agent(self, tenant: str, conversation_id: str, agent: Agent, text: str, message_id: str) -> Message:
        """Send an agent's reply. Raises OwnerChangedError unless this agent owns the conversation."""
        body = normalise_text(text)

        def write(row: Conversation) -> Message:
            if row.owner is not Owner.AGENT or row.agent_id != agent.agent_id:
                raise OwnerChangedError(conversation_id, str(row.owner))
            return self._message(row, message_id, Author.AGENT, body, Rung.PERSON, (TextBlock(text=body),), agent.name)

        return self._append(tenant, conversation_id, message_id, write)

    def as_system(self, tenant: str, conversation_id: str, text: str, message_id: str, blocks: tuple[Block, ...] = ()) -> Message:
        """Post a notice, whoever owns the conversation."""

        def write(row: Conversation) -> Message:
            return self._message(row, message_id, Author.SYSTEM, text, Rung.NOTICE, blocks or (TextBlock(text=text),), "")

        return self._append(tenant, conversation_id, message_id, write)

    def give_feedback(
        self, tenant: str, conversation_id: str, message_id: str, helpful: bool, comment: str | None, correlation_id: str
    ) -> Feedback:
        """Attach the customer's verdict to one of the bot's or an agent's messages; again replaces it.

        `comment` None keeps the comment that stands there with the same verdict; "" removes it.
        """
        if comment is not None and len(comment) > MAX_COMMENT_CHARS:
            raise InvalidInputError("comment", f"send at most {MAX_COMMENT_CHARS} characters")
        now = self.clock.now()
        event_id = self.ids.new_id()
        for _ in range(_ATTEMPTS):
            row = self.conversations.get(tenant, conversation_id)
            # Read after the row: whatever is written from here on fails the commit, so that no newer comment is lost.
            rated = self.conversations.message(tenant, conversation_id, message_id)
            if rated.author is Author.CUSTOMER:
                raise InvalidInputError("message_id", "name an answer, not one of your own messages")
            feedback = Feedback(helpful=helpful, comment=_comment(comment, helpful, rated.feedback), given_at=now)
            event = OutboxEvent(
                event_id=event_id,
                name=EventName.FEEDBACK_GIVEN,
                tenant=tenant,
                group=conversation_id,
                occurred_at=now,
                correlation_id=correlation_id,
                ids={"conversation_id": conversation_id, "message_id": message_id},
            )
            commit = TurnCommit(
                conversation=row.advanced(updated_at=now),
                expected_version=row.version,
                expected_owner=row.owner,
                owner_token=event_id,
                events=(event,),
                feedback={message_id: feedback},
            )
            if self._try(commit):
                return feedback
        raise VersionConflictError("conversation", conversation_id)

    def _append(self, tenant: str, conversation_id: str, message_id: str, write: Callable[[Conversation], Message]) -> Message:
        for _ in range(_ATTEMPTS):
            row = self.conversations.get(tenant, conversation_id)
            earlier = self._earlier(tenant, conversation_id, message_id)
            if earlier is not None:
                return earlier
            message = write(row)
            waiting_since = None if message.author is Author.AGENT else row.waiting_since
            after = row.advanced(
                turn=message.turn, positions=message.position, updated_at=message.created_at, waiting_since=waiting_since
            )
            commit = TurnCommit(
                conversation=after,
                expected_version=row.version,
                expected_owner=row.owner,
                owner_token=f"message:{message_id}",
                messages=(message,),
            )
            if self._try(commit):
                return message
        raise VersionConflictError("conversation", conversation_id)

    def _try(self, commit: TurnCommit) -> bool:
        try:
            self.conversations.commit(commit)
        except (VersionConflictError, OwnerChangedError):
            return False  # look again: the caller decides on the new row
        return True

    def _earlier(self, tenant: str, conversation_id: str, message_id: str) -> Message | None:
        try:
            return self.conversations.message(tenant, conversation_id, message_id)
        except NotFoundError:
            return None

    def _message(
        self,
        row: Conversation,
        message_id: str,
        author: Author,
        text: str,
        rung: Rung,
        blocks: tuple[Block, ...],
        agent_name: str,
    ) -> Message:
        return Message(
            message_id=message_id,
            conversation_id=row.conversation_id,
            position=row.positions + 1,
            turn=row.turn + 1,
            author=author,
            text=text,
            blocks=blocks,
            created_at=self.clock.now(),
            language=row.language,
            rung=rung,
            agent_name=agent_name,
        )


def _comment(sent: str | None, helpful: bool, before: Feedback | None) -> str:
    """Words said about an answer that helped say nothing about one that did not: another verdict starts without."""
    if sent is None:
        return before.comment if before and before.helpful is helpful else ""
    return normalise_text(sent) if sent.strip() else ""
