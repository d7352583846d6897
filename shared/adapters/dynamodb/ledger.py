"""The ledger in DynamoDB: order of acceptance, and how each message ended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from shared.adapters.dynamodb.attributes import columns_of
from shared.adapters.dynamodb.expressions import get
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB, Part, keep_what_is_there
from shared.adapters.dynamodb.keys import timed
from shared.adapters.dynamodb.listings import IndexRange, first_keys, rows_of
from shared.adapters.dynamodb.requests import ledger as requests
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.entries import LEDGER_COLUMNS, ledger_from
from shared.adapters.records.values import Record, from_cursor, to_cursor, to_us
from shared.contracts import LEDGER
from shared.domain.errors import NotFoundError, VersionConflictError
from shared.domain.ledger import LedgerClosing, LedgerEntry, LedgerStatus
from shared.ports import Acceptance, Page

_BETWEEN_LIMIT = 200
# Compare-and-set on a conversation's last number; people do not write so fast that it is ever lost often.
_TRIES = 60


def closing_parts(table: str, tenant: str, closings: Iterable[LedgerClosing]) -> list[Part]:
    """Return the parts of a turn that end entries; those that have ended, or do not exist, stay as they are."""
    return [
        Part(action={"Update": requests.close_entry(table, tenant, closing)}, refused=keep_what_is_there) for closing in closings
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What an acceptance starts from: the last number, where the message's pointer leads (0: there is none), and its entry."""

    last: int
    pointer: int
    earlier: LedgerEntry | None


class DynamoDBLedger:
    """An acceptance is one read and one transaction; it is tried again when another message took the number."""

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(LEDGER)

    def accept(self, entry: LedgerEntry) -> Acceptance:
        """Also raises VersionConflictError when other messages of the conversation come first again and again."""
        read = self._read(entry)
        for attempt in range(_TRIES):
            if read.earlier is not None and read.earlier.status is not LedgerStatus.DEAD_LETTERED:
                return Acceptance(entry=read.earlier, is_new=False)
            accepted = replace(entry, seq=read.last + 1)
            try:
                self._append(accepted, read)
            except _NumberTakenError as taken:
                # The refusal says how far the numbers are, and that no other copy was accepted.
                self._database.wait(attempt)
                read = replace(read, last=taken.last)
            except VersionConflictError:
                self._database.wait(attempt)
                read = self._read(entry)
            else:
                return Acceptance(entry=accepted, is_new=True)
        raise VersionConflictError("ledger", entry.conversation_id)

    def get(self, tenant: str, conversation_id: str, channel: str, channel_message_id: str) -> LedgerEntry:
        pk = requests.partition(tenant, conversation_id)
        pointer = self._database.get(get(self._table, requests.pointer_key(pk, channel, channel_message_id)))
        item = pointer and self._database.get(get(self._table, requests.entry_key(pk, pointer["seq"])))
        if not item:
            raise NotFoundError("ledger entry", channel_message_id)
        return _entry(item)

    def between(self, tenant: str, conversation_id: str, first_seq: int, last_seq: int) -> tuple[LedgerEntry, ...]:
        if last_seq < first_seq:
            return ()
        pk = requests.partition(tenant, conversation_id)
        items = self._database.query(requests.query_between(self._table, pk, first_seq, last_seq, _BETWEEN_LIMIT))
        return tuple(_entry(item) for item in islice(items, _BETWEEN_LIMIT))

    def close(self, tenant: str, closing: LedgerClosing) -> None:
        try:
            self._database.update(requests.close_entry(self._table, tenant, closing))
        except ConditionFailedError:
            return

    def unfinished(self, accepted_before: datetime, limit: int, cursor: str = "") -> Page[LedgerEntry]:
        """The index lags by moments: what was accepted or ended just now may be missing, or is left out here."""
        after = ""
        if cursor:
            us, tenant, conversation_id, seq = from_cursor(cursor, (int, str, str, int))
            after = requests.unfinished_place(tenant, conversation_id, seq, us)
        wanted = IndexRange(table=self._table, index=requests.UNFINISHED, key=requests.UNFINISHED_KEY, after=after)
        listed = first_keys(self._database, [wanted], limit + 1)
        before = timed(to_us(accepted_before))
        keys = [key for key in listed if key["unfinished_at"] < before]
        rows = [_entry(item) for item in rows_of(self._database, self._table, LEDGER, keys[:limit])]
        entries = tuple(entry for entry in rows if entry.status is LedgerStatus.ACCEPTED)
        more = len(keys) > limit and bool(rows)
        return Page(items=entries, cursor=_cursor_after(rows[-1]) if more else "")

    def _read(self, entry: LedgerEntry) -> _Read:
        pk = requests.partition(entry.tenant, entry.conversation_id)
        keys = [requests.head_key(pk), requests.pointer_key(pk, entry.channel, entry.channel_message_id)]
        found = {item["sk"].partition("#")[0]: item for item in self._database.get_many(self._table, keys)}
        last, pointer = (found[name]["seq"] if name in found else 0 for name in ("head", "message"))
        earlier = self._database.get(get(self._table, requests.entry_key(pk, pointer))) if pointer else None
        return _Read(last=last, pointer=pointer, earlier=_entry(earlier) if earlier else None)

    def _append(self, entry: LedgerEntry, read: _Read) -> None:
        """Write pointer, number and entry. Raises _NumberTakenError, VersionConflictError when another copy was accepted."""
        pk = requests.partition(entry.tenant, entry.conversation_id)
        self._database.transact(
            (
                Part(action={"Put": requests.put_pointer(self._table, pk, entry, read.pointer)}),
                Part(action={"Update": requests.take_number(self._table, pk, read.last)}, refused=_taken),
                Part(action={"Put": requests.put_entry(self._table, pk, entry)}),
            )
        )


class _NumberTakenError(Exception):
    def __init__(self, last: int) -> None:
        super().__init__("another message took the number")
        self.last = last


def _taken(head: Record) -> None:
    raise _NumberTakenError(head["seq"] if head else 0)


def _entry(item: Record) -> LedgerEntry:
    return ledger_from(columns_of(item, LEDGER_COLUMNS))


def _cursor_after(entry: LedgerEntry) -> str:
    return to_cursor(to_us(entry.accepted_at), entry.tenant, entry.conversation_id, entry.seq)
