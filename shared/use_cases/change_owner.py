"""Change who speaks for the company in a conversation: take over, hand back, close, give up waiting, leave an absent agent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.blocks import FormBlock, TextBlock
from shared.domain.contact_form import contact_form
from shared.domain.conversation import Author, Conversation, Message, Owner, Rung, TurnCommit, said_since
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.errors import OwnerChangedError, VersionConflictError
from shared.domain.matter import matter
from shared.domain.phrases import say
from shared.ports import Clock, CompanyStore, ConversationStore, IdSource, PresenceStore

_ATTEMPTS = 20
# So far back are the messages looked for that an absent agent has not answered.
_RECENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The next row's fields and the notice that the customer reads."""

    fields: Mapping[str, object]
    notice: str
    blocks: tuple[TextBlock | FormBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person of the company."""

    agent_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChanges:
    """Each command is a conditional write on owner and version, announced in the conversation, and may be repeated."""

    conversations: ConversationStore
    companies: CompanyStore
    presence: PresenceStore
    clock: Clock
    ids: IdSource
    # A customer is told the truth after this long without anybody joining, or without a word of an agent who has left.
    patience: timedelta = field(default=timedelta(minutes=3))

    def take_over(self, tenant: str, conversation_id: str, agent: Agent) -> Conversation:
        """The agent owns the conversation. Raises OwnerChangedError when another agent has it."""

        def change(row: Conversation) -> Change | None:
            if row.owner is Owner.AGENT and row.agent_id == agent.agent_id:
                return None
            if row.owner is Owner.AGENT:
                raise OwnerChangedError(conversation_id, str(row.owner))
            # Who has waited in the queue waits for the agent's first word now.
            waiting_since = self.clock.now() if row.owner is Owner.QUEUE else None
            fields = {"owner": Owner.AGENT, "agent_id": agent.agent_id, "agent_name": agent.name, "waiting_since": waiting_since}
            return Change(
                fields={**fields, "state": {}, "closed_at": None}, notice=say(row.language, "agent_joined", agent=agent.name)
            )

        return self._change(tenant, conversation_id, change)

    def hand_back(self, tenant: str, conversation_id: str, agent: Agent) -> Conversation:
        """The bot goes on, without the context from before the hand-over. Raises OwnerChangedError when it is not the agent's."""

        def change(row: Conversation) -> Change | None:
            if row.owner is Owner.BOT:
                return None
            if row.owner is Owner.AGENT and row.agent_id != agent.agent_id:
                raise OwnerChangedError(conversation_id, str(row.owner))
            return Change(fields=_to_bot(), notice=say(row.language, "agent_left", agent=agent.name))

        return self._change(tenant, conversation_id, change)

    def close(self, tenant: str, conversation_id: str, agent: Agent) -> Conversation:
        """Close it; a later message opens it again, with the bot and without the old context."""

        def change(row: Conversation) -> Change | None:
            if row.closed_at is not None:
                return None
            if row.owner is Owner.AGENT and row.agent_id != agent.agent_id:
                raise OwnerChangedError(conversation_id, str(row.owner))
            return Change(fields={**_to_bot(), "closed_at": self.clock.now()}, notice=say(row.language, "closed"))

        return self._change(tenant, conversation_id, change)

    def give_up_waiting(self, tenant: str, conversation_id: str) -> Conversation:
        """Nobody joined in time, or nobody is there any more: say so and offer a ticket with a time. For the sweeper."""

        def change(row: Conversation) -> Change | None:
            now = self.clock.now()
            waited_long = row.waiting_since is not None and now - row.waiting_since >= self.patience
            if row.owner is not Owner.QUEUE or not (waited_long or not self.presence.available(tenant, now)):
                return None
            summary = matter(DialogState.read(row.state).summary, said_since(self._recent(row), row.waiting_since))
            form = contact_form(self.companies.get(tenant), row.language, now, "handoff_gave_up", summary)
            return _offer_ticket(form, summary)

        return self._change(tenant, conversation_id, change)

    def leave_absent_agent(self, tenant: str, conversation_id: str) -> Conversation:
        """The agent has left and the customer waits: back to the queue, or to a ticket where nobody else is. For the sweeper.

        Only where the agent has been away, and the customer's message has waited, for the patience; who is there and slow
        keeps the conversation.
        """

        def change(row: Conversation) -> Change | None:
            now = self.clock.now()
            if row.owner is not Owner.AGENT or row.waiting_since is None or now - row.waiting_since < self.patience:
                return None
            if row.agent_id in self.presence.available(tenant, now - self.patience):
                return None
            summary = self._unanswered(row)
            if set(self.presence.available(tenant, now)) - {row.agent_id}:
                return _back_to_queue(row, summary, now)
            company = self.companies.get(tenant)
            form = contact_form(company, row.language, now, "agent_absent_gave_up", summary, agent=row.agent_name)
            return _offer_ticket(form, summary)

        return self._change(tenant, conversation_id, change)

    def _unanswered(self, row: Conversation) -> str:
        """What the customer said last without an answer; where they only waited, their last words before that."""
        waiting: list[str] = []
        for message in reversed(self._recent(row)):
            if message.author is Author.CUSTOMER:
                waiting.append(message.text)
            elif message.author is not Author.SYSTEM and waiting:
                break
        return matter(*reversed(waiting))

    def _recent(self, row: Conversation) -> tuple[Message, ...]:
        after = max(row.positions - _RECENT, 0)
        return tuple(self.conversations.messages(row.tenant, row.conversation_id, after, _RECENT))

    def _change(self, tenant: str, conversation_id: str, change: Callable[[Conversation], Change | None]) -> Conversation:
        for _ in range(_ATTEMPTS):
            row = self.conversations.get(tenant, conversation_id)
            wanted = change(row)
            if wanted is None:
                return row
            try:
                return self._commit(row, wanted)
            except (VersionConflictError, OwnerChangedError):
                continue  # a turn was committed meanwhile: decide again on the new row
        raise VersionConflictError("conversation", conversation_id)

    def _commit(self, row: Conversation, change: Change) -> Conversation:
        now = self.clock.now()
        notice = Message(
            message_id=self.ids.new_id(),
            conversation_id=row.conversation_id,
            position=row.positions + 1,
            turn=row.turn + 1,
            author=Author.SYSTEM,
            text=change.notice,
            blocks=change.blocks or (TextBlock(text=change.notice),),
            created_at=now,
            language=row.language,
            rung=Rung.NOTICE,
        )
        after = row.advanced(turn=row.turn + 1, positions=notice.position, updated_at=now, **change.fields)
        self.conversations.commit(
            TurnCommit(
                conversation=after,
                expected_version=row.version,
                expected_owner=row.owner,
                owner_token=notice.message_id,
                messages=(notice,),
            )
        )
        return after


def _offer_ticket(form: FormBlock, summary: str) -> Change:
    state = DialogState(pending=Pending.CONTACT, summary=summary)
    return Change(fields={**_to_bot(), "state": state.to_mapping()}, notice=form.prompt, blocks=(form,))


def _back_to_queue(row: Conversation, summary: str, now: datetime) -> Change:
    """The wait for the next person starts now: they have had no chance to join before."""
    fields = {**_to_bot(), "owner": Owner.QUEUE, "waiting_since": now, "state": DialogState(summary=summary).to_mapping()}
    return Change(fields=fields, notice=say(row.language, "agent_absent_queued", agent=row.agent_name))


def _to_bot() -> dict[str, object]:
    return {"owner": Owner.BOT, "agent_id": "", "agent_name": "", "waiting_since": None, "state": {}}
