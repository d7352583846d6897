"""Take one turn of a conversation: in order, once, and in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.conversation import Author, Conversation, Message, Owner, PendingMessage, Rung, TurnCommit
from shared.domain.errors import OwnerChangedError, VersionConflictError
from shared.domain.language import language_of_message
from shared.domain.ledger import LedgerClosing, LedgerStatus
from shared.domain.outbox import EventName, OutboxEvent
from shared.domain.phrases import say
from shared.domain.turn import Draft, TurnCommand, TurnContext, TurnResult, TurnStatus
from shared.ports import Clock, ConversationStore, IdSource, Ledger, TurnState
from shared.use_cases.draft_reply import DraftReply

RECENT_MESSAGES = 12
# A caller that waits keeps this much of its time for the answer's way back.
RESERVE = timedelta(milliseconds=300)
# The longest that a front door waits for a turn: an accepted message that is older and nowhere to be seen is lost.
LOST_AFTER = timedelta(seconds=30)
# A duplicate waits so long for the first copy before it takes the turn itself.
TAKE_OVER_AFTER = timedelta(seconds=12)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.02, 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTurn:
    """Idempotent by (conversation, seq): every copy of a message gets the same result.

    A message whose predecessor is still being answered waits until the caller's deadline, then is parked: stored, with
    an event that takes it up again. A predecessor that was accepted and never arrived becomes an explicit gap.
    """

    conversations: ConversationStore
    ledger: Ledger
    draft: DraftReply
    clock: Clock
    ids: IdSource

    def __call__(self, command: TurnCommand) -> TurnResult:
        wait_s = _FIRST_WAIT_S
        deadline = datetime.fromtimestamp(command.deadline_at_ms / 1000, UTC) - RESERVE
        while True:
            state = self.conversations.load_turn(command.tenant, command.conversation_id, RECENT_MESSAGES)
            if command.seq <= state.conversation.last_seq:
                return self._already_taken(command, state.conversation)
            try:
                if self._may_take(command, state):
                    return self._take(command, state)
                self._settle_what_is_ahead(command, state)
            except (VersionConflictError, OwnerChangedError):
                continue  # somebody else's commit came first: look again at what is there now
            if self.clock.now() >= deadline:
                return self._park(command, state.conversation)
            self.clock.sleep(wait_s)
            wait_s = min(wait_s * 1.5, _LONGEST_WAIT_S)

    def _may_take(self, command: TurnCommand, state: TurnState) -> bool:
        if command.seq != state.conversation.last_seq + 1:
            return False
        return command.first or self.clock.now() - command.received_at >= TAKE_OVER_AFTER

    def _take(self, command: TurnCommand, state: TurnState) -> TurnResult:
        conversation, now = state.conversation, self.clock.now()
        language = language_of_message(command.text, conversation.language, first=not conversation.turn)
        context = TurnContext(conversation=conversation, recent=state.recent, command=command, language=language, now=now)
        if conversation.owner is not Owner.BOT:
            about_the_wait = self.draft.while_queued(context) if conversation.owner is Owner.QUEUE else None
            return self._commit(about_the_wait, context) if about_the_wait else self._leave_to_person(context)
        return self._commit(self.draft(context), context)

    def _commit(self, draft: Draft, context: TurnContext, reason: str = "") -> TurnResult:
        conversation, command = context.conversation, context.command
        asked = _customer_message(context)
        reply = self._reply(draft, asked, context)
        after = conversation.advanced(
            language=context.language,
            turn=conversation.turn + 1,
            last_seq=command.seq,
            positions=reply.position,
            state=draft.state.to_mapping(),
            owner=draft.owner,
            waiting_since=draft.waiting_since,
            updated_at=reply.created_at,
            closed_at=None,
        )
        closing = _closing(command, draft.status, reply.created_at, reply.message_id, reason)
        self.conversations.commit(
            TurnCommit(
                conversation=after,
                expected_version=conversation.version,
                expected_owner=conversation.owner,
                # This draft's own token: another worker's commit of the same message is a conflict, not our success.
                owner_token=f"turn:{reply.message_id}",
                messages=(asked, reply),
                closings=(closing,),
                events=tuple(self._event(name, ids, context) for name, ids in draft.events),
                tickets=draft.tickets,
                profile=draft.profile,
                settled_pending=(command.seq,),
            )
        )
        return TurnResult(status=TurnStatus.ANSWERED, conversation=after, customer_message=asked, reply=reply)

    def _leave_to_person(self, context: TurnContext) -> TurnResult:
        """A person has the conversation, or is about to: keep the message for them, and let the bot be silent."""
        conversation, command = context.conversation, context.command
        asked = _customer_message(context)
        after = conversation.advanced(
            turn=conversation.turn + 1,
            last_seq=command.seq,
            positions=asked.position,
            updated_at=context.now,
            # The first message that an agent has not answered starts the wait; their reply ends it.
            waiting_since=conversation.waiting_since or context.now,
        )
        self.conversations.commit(
            TurnCommit(
                conversation=after,
                expected_version=conversation.version,
                expected_owner=conversation.owner,
                owner_token=f"turn:{command.message_id}",
                messages=(asked,),
                closings=(_closing(command, LedgerStatus.QUEUED, context.now, ""),),
                settled_pending=(command.seq,),
            )
        )
        return TurnResult(status=TurnStatus.QUEUED, conversation=after, customer_message=asked)

    def apologise(self, command: TurnCommand, reason: str) -> TurnResult:
        """End a turn that cannot be taken (a fault of ours, named by `reason`) with an apology and the offer of a ticket."""
        state = self.conversations.load_turn(command.tenant, command.conversation_id, 0)
        if command.seq != state.conversation.last_seq + 1 or state.conversation.owner is not Owner.BOT:
            return self(command)
        language = language_of_message(command.text, state.conversation.language, first=not state.conversation.turn)
        now = self.clock.now()
        context = TurnContext(conversation=state.conversation, recent=(), command=command, language=language, now=now)
        draft = replace(self.draft.apology(context), status=LedgerStatus.REFUSED)
        return self._commit(draft, context, reason)

    def _reply(self, draft: Draft, asked: Message, context: TurnContext) -> Message:
        return Message(
            message_id=self.ids.new_id(),
            conversation_id=asked.conversation_id,
            position=asked.position + 1,
            turn=asked.turn,
            author=Author.BOT,
            text=draft.text,
            created_at=self.clock.now(),
            language=context.language,
            blocks=draft.blocks,
            citations=draft.citations,
            rung=draft.rung,
            release=_release(context.command.release, draft.snapshot),
            in_reply_to=asked.message_id,
            confidence=draft.confidence,
            degraded=draft.degraded,
            evidence=draft.evidence,
        )

    def _event(self, name: EventName, ids: Mapping[str, str], context: TurnContext) -> OutboxEvent:
        command = context.command
        return OutboxEvent(
            event_id=self.ids.new_id(),
            name=name,
            tenant=command.tenant,
            group=command.conversation_id,
            occurred_at=context.now,
            correlation_id=command.correlation_id,
            causation_id=command.message_id,
            release=command.release,
            ids={"conversation_id": command.conversation_id, **ids},
        )

    def _already_taken(self, command: TurnCommand, conversation: Conversation) -> TurnResult:
        """Give this copy what the first one got."""
        entry = next(iter(self.ledger.between(command.tenant, command.conversation_id, command.seq, command.seq)), None)
        if entry is None or entry.status is LedgerStatus.DEAD_LETTERED:
            return TurnResult(status=TurnStatus.LOST, conversation=conversation)
        message = self.conversations.message(command.tenant, command.conversation_id, entry.message_id)
        if not entry.reply_message_id:
            return TurnResult(status=TurnStatus.QUEUED, conversation=conversation, customer_message=message)
        reply = self.conversations.message(command.tenant, command.conversation_id, entry.reply_message_id)
        return TurnResult(status=TurnStatus.ANSWERED, conversation=conversation, customer_message=message, reply=reply)

    def _park(self, command: TurnCommand, conversation: Conversation) -> TurnResult:
        """Store the message before anybody is told that it was accepted, with the event that takes it up again."""
        now = self.clock.now()
        pending = PendingMessage(
            seq=command.seq,
            message_id=command.message_id,
            text=command.text,
            language=language_of_message(command.text, conversation.language, first=not conversation.turn),
            received_at=command.received_at,
        )
        event = OutboxEvent(
            event_id=f"parked-{command.message_id}",
            name=EventName.TURN_PARKED,
            tenant=command.tenant,
            group=command.conversation_id,
            occurred_at=now,
            correlation_id=command.correlation_id,
            causation_id=command.message_id,
            release=command.release,
            ids={"conversation_id": command.conversation_id, "seq": str(command.seq)},
        )
        self.conversations.park(command.tenant, command.conversation_id, pending, event)
        return TurnResult(status=TurnStatus.PENDING, conversation=conversation)

    def _settle_what_is_ahead(self, command: TurnCommand, state: TurnState) -> None:
        """Take an old parked message, or record a lost one, so that one broken turn does not block a conversation."""
        ahead = state.conversation.last_seq + 1
        if ahead >= command.seq:
            return
        parked = next((p for p in state.pending if p.seq == ahead), None)
        if parked is not None:
            if self.clock.now() - parked.received_at >= LOST_AFTER:
                self._take(_resumed(command, parked), state)
            return
        entry = next(iter(self.ledger.between(command.tenant, command.conversation_id, ahead, ahead)), None)
        ended = entry is None or entry.status is not LedgerStatus.ACCEPTED
        if entry is None or ended or self.clock.now() - entry.accepted_at >= LOST_AFTER:
            self._record_gap(command, state.conversation, ahead)

    def _record_gap(self, command: TurnCommand, conversation: Conversation, seq: int) -> None:
        """Say openly that a message was lost, and go on behind it."""
        now = self.clock.now()
        notice = Message(
            message_id=self.ids.new_id(),
            conversation_id=conversation.conversation_id,
            position=conversation.positions + 1,
            turn=conversation.turn + 1,
            author=Author.SYSTEM,
            text=say(conversation.language, "message_lost"),
            created_at=now,
            language=conversation.language,
            rung=Rung.NOTICE,
            release=command.release,
        )
        after = conversation.advanced(turn=conversation.turn + 1, last_seq=seq, positions=notice.position, updated_at=now)
        lost = LedgerClosing(
            conversation_id=conversation.conversation_id,
            seq=seq,
            status=LedgerStatus.DEAD_LETTERED,
            ended_at=now,
            reason="never reached its turn",
        )
        self.conversations.commit(
            TurnCommit(
                conversation=after,
                expected_version=conversation.version,
                expected_owner=conversation.owner,
                owner_token=f"gap:{conversation.conversation_id}:{seq}",
                messages=(notice,),
                closings=(lost,),
            )
        )


def _resumed(command: TurnCommand, parked: PendingMessage) -> TurnCommand:
    return TurnCommand(
        tenant=command.tenant,
        conversation_id=command.conversation_id,
        seq=parked.seq,
        message_id=parked.message_id,
        text=parked.text,
        received_at=parked.received_at,
        release=command.release,
        correlation_id=command.correlation_id,
        deadline_at_ms=command.deadline_at_ms,
    )


def _customer_message(context: TurnContext) -> Message:
    command, conversation = context.command, context.conversation
    return Message(
        message_id=command.message_id,
        conversation_id=command.conversation_id,
        position=conversation.positions + 1,
        turn=conversation.turn + 1,
        author=Author.CUSTOMER,
        text=command.text,
        created_at=context.now,
        language=context.language,
        release=command.release,
    )


def _closing(command: TurnCommand, status: LedgerStatus, at: datetime, reply_message_id: str, reason: str = "") -> LedgerClosing:
    return LedgerClosing(
        conversation_id=command.conversation_id,
        seq=command.seq,
        status=status,
        ended_at=at,
        reply_message_id=reply_message_id,
        reason=reason,
    )


def _release(bundle: str, snapshot: int) -> str:
    return f"{bundle}+k{snapshot}" if snapshot else bundle
