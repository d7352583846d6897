"""Conversations and messages in DynamoDB: what is read from them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from shared.adapters.dynamodb.attributes import columns_of
from shared.adapters.dynamodb.cut_items import cut, read_whole
from shared.adapters.dynamodb.gateway import AlreadyWrittenError, ConditionFailedError, DynamoDB, Part
from shared.adapters.dynamodb.keys import joined, untimed
from shared.adapters.dynamodb.listings import IndexRange, first_keys, rows_of
from shared.adapters.dynamodb.outbox import event_parts
from shared.adapters.dynamodb.races import Races
from shared.adapters.dynamodb.requests import conversations as requests
from shared.adapters.dynamodb.requests.ledger import check_may_be_parked
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.dynamodb.turn_commit import TurnCommitter
from shared.adapters.records.conversations import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    PENDING_COLUMNS,
    conversation_from,
    conversation_record,
    message_from,
    pending_from,
    pending_record,
)
from shared.adapters.records.sealing import Seal
from shared.adapters.records.values import Record, from_cursor, to_cursor
from shared.contracts import CONVERSATIONS, LEDGER, OUTBOX
from shared.domain.conversation import Conversation, Message, Owner, PendingMessage, TurnCommit
from shared.domain.errors import NotFoundError, SubjectErasedError, VersionConflictError
from shared.domain.outbox import OutboxEvent
from shared.ports import FieldCipher, Page, TurnState

T = TypeVar("T")
# The row, and a few that may be parked: read beyond the messages that were asked for.
_BESIDE_MESSAGES = 4
_READS = 4
_PENDING_KEPT_S = 30 * 24 * 3600


class DynamoDBConversationStore:
    """One partition per conversation. A turn is one query and one transaction. Listings skip what erased subjects wrote."""

    def __init__(self, database: DynamoDB, names: TableNames, cipher: FieldCipher) -> None:
        self._database = database
        self._names = names
        self._table = names.of(CONVERSATIONS)
        self._cipher = cipher
        self._committer = TurnCommitter(database, names)
        self._races = Races(database)

    def create(self, conversation: Conversation, owner_token: str) -> Conversation:
        record = conversation_record(conversation, self._seal(conversation.tenant, conversation.subject_id))
        row = cut(self._table, requests.row_key(conversation.tenant, conversation.conversation_id), record)
        request = requests.put_row(self._table, row.record, owner_token)
        if row.pieces:
            return self._create_in_pieces(conversation, owner_token, [Part(action={"Put": request}), *row.pieces])
        try:
            self._database.put(request)
        except ConditionFailedError as refused:
            return self._earlier(conversation, owner_token, refused.item)
        return conversation

    def get(self, tenant: str, conversation_id: str) -> Conversation:
        return self._conversation(self._row(tenant, conversation_id))

    def load_turn(self, tenant: str, conversation_id: str, recent: int) -> TurnState:
        """One query; again where it met a commit half-way (rows and messages of one transaction appear one by one)."""
        found = self._turn_items(tenant, conversation_id, recent)
        for attempt in range(_READS):
            if not _is_torn(found, recent):
                break
            self._database.wait(attempt)
            found = self._turn_items(tenant, conversation_id, recent)
        row = _row_of(found, conversation_id)
        seal = self._seal(tenant, row["subject_id"])
        messages = [item for item in found if requests.is_message(item) and item["position"] <= row["positions"]]
        parked = sorted((item for item in found if requests.is_pending(item)), key=lambda item: item["seq"])
        return TurnState(
            conversation=conversation_from(columns_of(row, CONVERSATION_COLUMNS), seal),
            recent=tuple(message_from(columns_of(item, MESSAGE_COLUMNS), seal) for item in reversed(messages[:recent])),
            pending=tuple(pending_from(columns_of(item, PENDING_COLUMNS), seal) for item in parked),
        )

    def commit(self, commit: TurnCommit) -> None:
        """Also raises NotFoundError for an unknown conversation, or for feedback on an unknown message; InvalidInputError
        for a commit of more than 100 parts.

        A profile must be the version after the stored one. VersionConflictError also when a ticket number is taken.
        """
        parts = self._committer.parts(commit, self._seal(commit.conversation.tenant, commit.conversation.subject_id))
        try:
            self._database.transact(parts)
        except AlreadyWrittenError:
            return
        except VersionConflictError:
            self._races.lost()
            raise
        self._races.won()

    def park(self, tenant: str, conversation_id: str, message: PendingMessage, event: OutboxEvent) -> None:
        """A message whose ledger entry has ended is not parked: its turn has run, and the call is a late repeat."""
        subject_id = self._row(tenant, conversation_id)["subject_id"]
        record = pending_record(message, conversation_id, self._seal(tenant, subject_id))
        # The turn that settles it cannot know of its pieces; they expire.
        expiry = int(message.received_at.timestamp()) + _PENDING_KEPT_S
        key = requests.pending_key(requests.partition(tenant, conversation_id), message.seq)
        item = cut(self._table, key, record, ttl=expiry)
        entry = check_may_be_parked(self._names.of(LEDGER), tenant, conversation_id, message.seq)
        parts = [
            Part(action={"ConditionCheck": entry}, refused=_already),
            Part(action={"Put": requests.put_pending(self._table, item.record)}, refused=_already),
            *item.pieces,
            *event_parts(self._names.of(OUTBOX), (event,)),
        ]
        try:
            self._database.transact(parts)
        except AlreadyWrittenError:
            return

    def messages(self, tenant: str, conversation_id: str, after_position: int, limit: int) -> tuple[Message, ...]:
        """Raises NotFoundError for an unknown conversation."""
        pk = requests.partition(tenant, conversation_id)
        request = requests.query_after(self._table, pk, after_position, max(limit, 1))
        items = self._whole(lambda: list(islice(self._database.query(request), limit)))
        if not items:
            self._row(tenant, conversation_id)
        return tuple(map(self._message, items))

    def message(self, tenant: str, conversation_id: str, message_id: str) -> Message:
        return self._message(self._whole(lambda: [self._committer.stored_message(tenant, conversation_id, message_id)])[0])

    def list_open(self, tenant: str, owner: Owner | None, limit: int, cursor: str = "") -> Page[Conversation]:
        """The index lags by moments; a conversation that is not as listed by now is left out."""
        owners = tuple(Owner) if owner is None else (owner,)
        before = _place(cursor)
        index = requests.OPEN
        ranges = [
            IndexRange(table=self._table, index=index, key=requests.open_key(tenant, one), before=before, forward=False)
            for one in owners
        ]
        keys = first_keys(self._database, ranges, limit + 1)
        rows = [row for row in self._rows(keys[:limit]) if row["closed_at"] is None and row["owner"] in owners]
        return Page(items=tuple(_readable(rows, self._conversation)), cursor=_cursor(keys, limit, index.sort))

    def list_unanswered(self, tenant: str, limit: int, cursor: str = "") -> Page[Message]:
        index = requests.UNANSWERED
        wanted = IndexRange(table=self._table, index=index, key=joined(tenant), before=_place(cursor), forward=False)
        keys = first_keys(self._database, [wanted], limit + 1)
        return Page(items=tuple(_readable(self._rows(keys[:limit]), self._message)), cursor=_cursor(keys, limit, index.sort))

    def _create_in_pieces(self, conversation: Conversation, owner_token: str, parts: Sequence[Part]) -> Conversation:
        try:
            self._database.transact(parts)
        except VersionConflictError:
            found = self._database.get(requests.get_row(self._table, conversation.tenant, conversation.conversation_id))
            return self._earlier(conversation, owner_token, found or {})
        return conversation

    def _earlier(self, conversation: Conversation, owner_token: str, found: Record) -> Conversation:
        if found.get("created_by") != owner_token:
            raise VersionConflictError("conversation", conversation.conversation_id)
        return self._conversation(self._whole(lambda: [found])[0])

    def _turn_items(self, tenant: str, conversation_id: str, recent: int) -> list[Record]:
        """Return row, parked messages and the last `recent` messages, backwards."""
        pk = requests.partition(tenant, conversation_id)
        request = requests.query_turn(self._table, pk, recent + _BESIDE_MESSAGES)

        def read() -> list[Record]:
            items: list[Record] = []
            messages = 0
            for item in self._database.query(request):
                messages += requests.is_message(item)
                if messages > recent:
                    break
                items.append(item)
            return items

        return self._whole(read)

    def _row(self, tenant: str, conversation_id: str) -> Record:
        request = requests.get_row(self._table, tenant, conversation_id)
        rows = self._whole(lambda: [item for item in [self._database.get(request)] if item])
        return _row_of(rows, conversation_id)

    def _rows(self, keys: Sequence[Record]) -> list[Record]:
        rows = self._whole(lambda: rows_of(self._database, self._table, CONVERSATIONS, keys))
        return [{"closed_at": None, **row} for row in rows]

    def _whole(self, read: Callable[[], Sequence[Record]]) -> list[Record]:
        return read_whole(self._database, self._table, read)

    def _conversation(self, row: Record) -> Conversation:
        return conversation_from(columns_of(row, CONVERSATION_COLUMNS), self._seal(row["tenant"], row["subject_id"]))

    def _message(self, item: Record) -> Message:
        return message_from(columns_of(item, MESSAGE_COLUMNS), self._seal(item["tenant"], item["subject_id"]))

    def _seal(self, tenant: str, subject_id: str) -> Seal:
        return Seal(cipher=self._cipher, tenant=tenant, subject_id=subject_id)


def _already(_: Record) -> None:
    raise AlreadyWrittenError


def _row_of(items: Iterable[Record], conversation_id: str) -> Record:
    row = next((item for item in items if item["sk"] == requests.ROW), None)
    if row is None:
        raise NotFoundError("conversation", conversation_id)
    return row


def _is_torn(items: Sequence[Record], recent: int) -> bool:
    """Whether a commit was met half-way: its messages without its row, or the other way round."""
    row = next((item for item in items if item["sk"] == requests.ROW), None)
    if row is None or not recent:
        return False
    return row["positions"] != max((item["position"] for item in items if requests.is_message(item)), default=0)


def _place(cursor: str) -> str:
    return requests.listed_at(*from_cursor(cursor, (int, str))) if cursor else ""


def _cursor(keys: Sequence[Record], limit: int, sort: str) -> str:
    """Return the cursor behind the last listed key where another one follows."""
    if len(keys) <= limit or not limit:
        return ""
    timed, _, identifier = keys[limit - 1][sort].partition("#")
    return to_cursor(untimed(timed), identifier)


def _readable(rows: Iterable[Record], read: Callable[[Record], T]) -> Iterable[T]:
    for row in rows:
        try:
            yield read(row)
        except SubjectErasedError:
            continue
