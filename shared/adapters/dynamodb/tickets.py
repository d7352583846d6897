"""Tickets in DynamoDB."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from shared.adapters.dynamodb.attributes import columns_of
from shared.adapters.dynamodb.cut_items import cut, read_whole
from shared.adapters.dynamodb.gateway import DynamoDB, Part
from shared.adapters.dynamodb.keys import joined
from shared.adapters.dynamodb.listings import IndexRange, first_keys, rows_of
from shared.adapters.dynamodb.outbox import event_parts
from shared.adapters.dynamodb.requests import tickets as requests
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import TICKET_COLUMNS, ticket_from, ticket_record
from shared.adapters.records.values import Record, from_cursor, to_cursor
from shared.contracts import OUTBOX, TICKETS_TABLE
from shared.domain.errors import NotFoundError, SubjectErasedError, VersionConflictError
from shared.domain.outbox import OutboxEvent
from shared.domain.ticket import Ticket, TicketStatus
from shared.ports import FieldCipher, Page

_ALL = 1000


def ticket_parts(table: str, records: Iterable[Record]) -> list[Part]:
    """Return the parts that create a turn's tickets; one that the same owner token has created stays as it is.

    They raise VersionConflictError when the id or the number is taken: the turn starts again with new ones.
    """
    return [part for record in records for part in _creation(table, record)]


class DynamoDBTicketStore:
    """The conversation store's commits create tickets. Listings skip erased subjects; they lag behind by moments."""

    def __init__(self, database: DynamoDB, names: TableNames, cipher: FieldCipher) -> None:
        self._database = database
        self._table = names.of(TICKETS_TABLE)
        self._outbox = names.of(OUTBOX)
        self._cipher = cipher

    def get(self, tenant: str, ticket_id: str) -> Ticket:
        request = requests.get_ticket(self._table, tenant, ticket_id)
        rows = self._whole(lambda: [item for item in [self._database.get(request)] if item])
        if not rows:
            raise NotFoundError("ticket", ticket_id)
        return self._ticket(rows[0])

    def by_number(self, tenant: str, number: str) -> Ticket:
        pointer = self._database.get(requests.get_number(self._table, tenant, number))
        if pointer is None:
            raise NotFoundError("ticket", number)
        return self.get(tenant, pointer["ticket_id"])

    def update(self, ticket: Ticket, expected_version: int, events: Sequence[OutboxEvent] = ()) -> None:
        """The row gets version `expected_version` + 1."""
        seal = Seal(cipher=self._cipher, tenant=ticket.tenant, subject_id=ticket.subject_id)
        record = {**ticket_record(ticket, seal), "version": expected_version + 1}
        row = cut(self._table, requests.ticket_key(ticket.tenant, ticket.ticket_id), record)
        request = requests.update_ticket(self._table, row.record, expected_version)
        changed = Part(action={"Update": request}, refused=partial(_taken, ticket.ticket_id))
        self._database.transact([changed, *row.pieces, *event_parts(self._outbox, events)])

    def list(self, tenant: str, status: TicketStatus | None, limit: int, cursor: str = "") -> Page[Ticket]:
        index, key = (
            (requests.OF_TENANT, joined(tenant)) if status is None else (requests.OF_STATUS, requests.status_key(tenant, status))
        )
        before = requests.listed_at(*from_cursor(cursor, (int, str))) if cursor else ""
        wanted = IndexRange(table=self._table, index=index, key=key, before=before, forward=False)
        keys = first_keys(self._database, [wanted], limit + 1)
        rows = self._rows(keys[:limit])
        more = len(keys) > limit and bool(rows)
        shown = [row for row in rows if status is None or row["status"] == status.value]
        return Page(
            items=tuple(self._readable(shown)),
            cursor=to_cursor(rows[-1]["created_at"], rows[-1]["ticket_id"]) if more else "",
        )

    def for_conversation(self, tenant: str, conversation_id: str) -> tuple[Ticket, ...]:
        key = requests.conversation_key(tenant, conversation_id)
        wanted = IndexRange(table=self._table, index=requests.OF_CONVERSATION, key=key)
        return tuple(map(self._ticket, self._rows(first_keys(self._database, [wanted], _ALL))))

    def _rows(self, keys: Sequence[Record]) -> Sequence[Record]:
        return self._whole(lambda: rows_of(self._database, self._table, TICKETS_TABLE, keys))

    def _whole(self, read: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        return read_whole(self._database, self._table, read)

    def _readable(self, rows: Iterable[Record]) -> Iterable[Ticket]:
        for row in rows:
            try:
                yield self._ticket(row)
            except SubjectErasedError:
                continue

    def _ticket(self, row: Record) -> Ticket:
        seal = Seal(cipher=self._cipher, tenant=row["tenant"], subject_id=row["subject_id"])
        return ticket_from(columns_of(row, TICKET_COLUMNS), seal)


def _creation(table: str, record: Record) -> list[Part]:
    row = cut(table, requests.ticket_key(record["tenant"], record["ticket_id"]), record)
    refused = partial(_keep_own, record)
    return [
        Part(action={"Put": requests.put_ticket(table, row.record)}, refused=refused),
        Part(action={"Put": requests.put_number(table, record)}, refused=refused),
        *row.pieces,
    ]


def _keep_own(record: Record, found: Record) -> None:
    same = all(found.get(name) == record[name] for name in ("ticket_id", "owner_token"))
    if not same:
        _taken(record["ticket_id"], found)


def _taken(ticket_id: str, _: Record) -> None:
    raise VersionConflictError("ticket", ticket_id)
