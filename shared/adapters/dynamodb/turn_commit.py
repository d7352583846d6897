"""The one transaction of a turn (invariant 3), in DynamoDB: all its parts, over five tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from shared.adapters.dynamodb.cut_items import LATER_BYTES, cut
from shared.adapters.dynamodb.expressions import get, key_of
from shared.adapters.dynamodb.gateway import AlreadyWrittenError, DynamoDB, Part
from shared.adapters.dynamodb.ledger import closing_parts
from shared.adapters.dynamodb.outbox import event_parts
from shared.adapters.dynamodb.profiles import profile_parts
from shared.adapters.dynamodb.requests import conversations as requests
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.dynamodb.tickets import ticket_parts
from shared.adapters.records.conversations import conversation_record, feedback_blob, leaves_unanswered, message_record
from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import profile_record, ticket_record
from shared.adapters.records.values import Record
from shared.contracts import CONVERSATIONS, LEDGER, OUTBOX, PROFILES, TICKETS_TABLE
from shared.domain.conversation import Author, Message, Rung, TurnCommit
from shared.domain.errors import NotFoundError, OwnerChangedError, VersionConflictError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """What a commit adds to messages by their id: feedback, and the place of an unanswered question."""

    unanswered: set[str] = field(default_factory=set)
    feedback: dict[str, bytes] = field(default_factory=dict)

    def ids(self) -> set[str]:
        return self.unanswered | set(self.feedback)


class TurnCommitter:
    """Builds the parts of a commit. It reads only for what is rare: feedback, and a ticket that may follow a refusal."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._names = names
        self._table = names.of(CONVERSATIONS)

    def parts(self, commit: TurnCommit, seal: Seal) -> list[Part]:
        """Return the parts, the row's own first. Raises NotFoundError for feedback on an unknown message."""
        _check_distinct(commit)
        tenant = commit.conversation.tenant
        notes = _Notes(unanswered=self._left_unanswered(commit))
        notes.feedback.update(
            {message_id: feedback_blob(message_id, given, seal) for message_id, given in commit.feedback.items()}
        )
        tickets = [ticket_record(ticket, seal) for ticket in commit.tickets]
        profile = profile_record(commit.profile, seal) if commit.profile is not None else None
        return [
            *self._row_parts(commit, seal),
            *self._message_parts(commit, notes, seal),
            *self._note_parts(commit, notes),
            *self._settled_parts(commit),
            *closing_parts(self._names.of(LEDGER), tenant, commit.closings),
            *ticket_parts(self._names.of(TICKETS_TABLE), tickets),
            *(profile_parts(self._names.of(PROFILES), profile) if profile is not None else ()),
            *event_parts(self._names.of(OUTBOX), commit.events),
        ]

    def stored_message(self, tenant: str, conversation_id: str, message_id: str) -> Record:
        """Return a message's item by its id. Raises NotFoundError."""
        pk = requests.partition(tenant, conversation_id)
        # An empty key is refused by the service; it names nothing.
        found = self._database.query(requests.query_message(self._table, pk, message_id)) if message_id else iter(())
        place = next(found, None)
        item = place and self._database.get(get(self._table, key_of(pk=place["pk"], sk=place["sk"])))
        if not item:
            raise NotFoundError("message", message_id)
        return item

    def _row_parts(self, commit: TurnCommit, seal: Seal) -> list[Part]:
        record = {**conversation_record(commit.conversation, seal), "version": commit.expected_version + 1}
        row = cut(self._table, requests.row_key(seal.tenant, commit.conversation.conversation_id), record)
        last = _last_bot_message(commit.messages)
        rung = (last.rung or "") if last is not None else None
        update = requests.update_row(self._table, row.record, commit.expected_version, commit.expected_owner, rung)
        token = requests.put_token(self._table, commit, int(commit.conversation.updated_at.timestamp()))
        return [
            Part(action={"Put": token}, refused=lambda found: _recognise(commit, found)),
            Part(action={"Update": update}, refused=lambda found: _refuse(commit, found)),
            *row.pieces,
        ]

    def _message_parts(self, commit: TurnCommit, notes: _Notes, seal: Seal) -> Iterable[Part]:
        pk = requests.partition(seal.tenant, commit.conversation.conversation_id)
        for message in commit.messages:
            record = message_record(message, seal.tenant, seal)
            if message.message_id in notes.feedback:
                record["feedback"] = notes.feedback[message.message_id]
            item = cut(self._table, requests.message_key(pk, message.position), record)
            unanswered = message.message_id in notes.unanswered
            request = requests.put_message(self._table, item.record, seal.subject_id, unanswered=unanswered)
            yield Part(action={"Put": request}, refused=lambda _, taken=message.message_id: _taken(taken))
            yield from item.pieces

    def _note_parts(self, commit: TurnCommit, notes: _Notes) -> Iterable[Part]:
        """Change messages of earlier turns."""
        conversation = commit.conversation
        for message_id in sorted(notes.ids() - {message.message_id for message in commit.messages}):
            message = self.stored_message(conversation.tenant, conversation.conversation_id, message_id)
            changes: Record = {}
            if message_id in notes.unanswered and message["author"] == Author.CUSTOMER.value:
                changes |= requests.unanswered_place(message)
            if message_id in notes.feedback:
                changes["feedback"] = notes.feedback[message_id]
            item = cut(self._table, message, changes, limit=LATER_BYTES)
            if changes:
                yield Part(action={"Update": requests.update_message(self._table, message, item.record)})
            yield from item.pieces

    def _settled_parts(self, commit: TurnCommit) -> Iterable[Part]:
        pk = requests.partition(commit.conversation.tenant, commit.conversation.conversation_id)
        for seq in dict.fromkeys(commit.settled_pending):
            yield Part(action={"Delete": requests.delete_pending(self._table, pk, seq)})

    def _left_unanswered(self, commit: TurnCommit) -> set[str]:
        """Return the ids of the customer's messages that this commit's replies leave open."""
        own = {message.message_id: message for message in commit.messages}
        replies = [message for message in commit.messages if message.author is Author.BOT and message.in_reply_to]
        open_ids = {
            reply.in_reply_to
            for reply in replies
            if leaves_unanswered(reply.rung, self._rung_before(commit, reply) if reply.rung is Rung.TICKET else None)
        }
        foreign = {one for one in open_ids if one in own and own[one].author is not Author.CUSTOMER}
        return {one for one in open_ids - foreign if one in own or self._is_stored(commit, one)}

    def _rung_before(self, commit: TurnCommit, reply: Message) -> Rung | None:
        last = _last_bot_message(message for message in commit.messages if message.position < reply.position)
        if last is not None:
            return last.rung
        row = self._database.get(requests.get_row(self._table, commit.conversation.tenant, reply.conversation_id))
        return Rung(row["bot_rung"]) if row and row.get("bot_rung") else None

    def _is_stored(self, commit: TurnCommit, message_id: str) -> bool:
        pk = requests.partition(commit.conversation.tenant, commit.conversation.conversation_id)
        return any(islice(self._database.query(requests.query_message(self._table, pk, message_id)), 1))


def _recognise(commit: TurnCommit, found: Mapping[str, object]) -> None:
    """The token has written this version: was it these messages? If not, the row's condition says why it is refused."""
    stored = found.get("message_ids")
    if isinstance(stored, list) and {message.message_id for message in commit.messages} <= set(stored):
        raise AlreadyWrittenError


def _refuse(commit: TurnCommit, found: Record) -> None:
    conversation_id = commit.conversation.conversation_id
    if not found:
        raise NotFoundError("conversation", conversation_id)
    if found["owner"] != commit.expected_owner.value:
        raise OwnerChangedError(conversation_id, found["owner"])
    raise VersionConflictError("conversation", conversation_id)


def _taken(message_id: str) -> None:
    raise VersionConflictError("message", message_id)


def _check_distinct(commit: TurnCommit) -> None:
    """Two writes on one item are no transaction: say which part is double."""
    for kind, names in (
        ("message", [message.message_id for message in commit.messages]),
        ("message", [str(message.position) for message in commit.messages]),
        ("ticket", [ticket.ticket_id for ticket in commit.tickets]),
        ("ticket", [ticket.number for ticket in commit.tickets]),
    ):
        double = next((name for name in names if names.count(name) > 1), None)
        if double is not None:
            raise VersionConflictError(kind, double)


def _last_bot_message(messages: Iterable[Message]) -> Message | None:
    own = [message for message in messages if message.author is Author.BOT]
    return max(own, key=lambda message: message.position, default=None)
