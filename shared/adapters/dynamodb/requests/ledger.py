"""Requests for the ledger. A conversation's partition holds `head` (its last number), entries by number, and one pointer
per channel message. Entries expire when they have ended long ago; `head` stays, so that no number comes twice.
"""

from datetime import datetime

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import key_of, put, query, update
from shared.adapters.dynamodb.keys import digest, joined, numbered, timed
from shared.adapters.dynamodb.listings import shelf
from shared.adapters.records.entries import ledger_record
from shared.adapters.records.values import optional_to_us, to_us
from shared.contracts import LEDGER
from shared.domain.ledger import KEPT_AFTER_END, LedgerClosing, LedgerEntry, LedgerStatus

UNFINISHED = LEDGER.index("unfinished")
UNFINISHED_KEY = "accepted"

# Nobody else has taken the next number since it was read.
_HEAD_IS_FIRST = "attribute_not_exists(pk)"
_HEAD_IS_AS_READ = "#seq = :last"
_IS_FREE = "attribute_not_exists(pk)"
# The message is new, or its pointer still leads to the entry that was read as dead-lettered (an end: it stays so), or
# that the table has forgotten.
_POINTER_IS_FREE_OR_SPENT = f"{_IS_FREE} OR seq = :spent"
# An entry ends once; one that does not exist cannot end.
_HAS_NOT_ENDED = "#status = :accepted"
# A parked message's entry, where there is one, has not ended.
_MAY_BE_PARKED = f"{_IS_FREE} OR #status = :accepted"


def partition(tenant: str, conversation_id: str) -> str:
    """Return the partition of a conversation's ledger."""
    return joined(tenant, conversation_id)


def head_key(pk: str) -> Request:
    """Return the key of the last number."""
    return key_of(pk=pk, sk="head")


def entry_key(pk: str, seq: int) -> Request:
    """Return the key of an entry."""
    return key_of(pk=pk, sk=_entry_sort(seq))


def pointer_key(pk: str, channel: str, channel_message_id: str) -> Request:
    """Return the key of a message's pointer: a digest, because channels choose their ids."""
    return key_of(pk=pk, sk="message#" + digest(channel, channel_message_id))


def take_number(table: str, pk: str, last: int) -> Request:
    """Return the update that moves `head` on from `last`."""
    changes = {"seq": last + 1}
    if last == 0:
        return update(table, head_key(pk), changes, _HEAD_IS_FIRST)
    return update(table, head_key(pk), changes, _HEAD_IS_AS_READ, last=last)


def put_entry(table: str, pk: str, entry: LedgerEntry) -> Request:
    """Return the put of a new entry, listed as unfinished."""
    record = ledger_record(entry)
    listed = {
        "unfinished": shelf(UNFINISHED, UNFINISHED_KEY, entry.conversation_id),
        "unfinished_at": unfinished_place(entry.tenant, entry.conversation_id, entry.seq, to_us(entry.accepted_at)),
    }
    return put(table, {"pk": pk, "sk": _entry_sort(entry.seq), **record, **listed}, _IS_FREE)


def put_pointer(table: str, pk: str, entry: LedgerEntry, spent: int) -> Request:
    """Return the put of the message's pointer; `spent`: the number of its entry that is dead-lettered or gone, or 0."""
    key = {"pk": pk, "sk": "message#" + digest(entry.channel, entry.channel_message_id)}
    item = {**key, "seq": entry.seq, "ttl": _forgotten_at(entry.accepted_at)}
    return put(table, item, _POINTER_IS_FREE_OR_SPENT, spent=spent)


def close_entry(table: str, tenant: str, closing: LedgerClosing) -> Request:
    """Return the update that ends an entry and takes it off the list."""
    changes = {
        "status": closing.status.value,
        "ended_at": optional_to_us(closing.ended_at),
        "reply_message_id": closing.reply_message_id,
        "reason": closing.reason,
        "unfinished": None,
        "unfinished_at": None,
        "ttl": _forgotten_at(closing.ended_at),
    }
    key = entry_key(partition(tenant, closing.conversation_id), closing.seq)
    return update(table, key, changes, _HAS_NOT_ENDED, accepted=LedgerStatus.ACCEPTED.value)


def check_may_be_parked(table: str, tenant: str, conversation_id: str, seq: int) -> Request:
    """Return the check that a message's turn has not run."""
    return {
        "TableName": table,
        "Key": entry_key(partition(tenant, conversation_id), seq),
        "ConditionExpression": _MAY_BE_PARKED,
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":accepted": {"S": LedgerStatus.ACCEPTED.value}},
    }


def query_between(table: str, pk: str, first_seq: int, last_seq: int, limit: int) -> Request:
    """Return the query of entries by number."""
    values = {"pk": pk, "first": _entry_sort(max(first_seq, 0)), "last": _entry_sort(max(last_seq, 0))}
    return query(table, "pk = :pk AND sk BETWEEN :first AND :last", values, limit=limit)


def unfinished_place(tenant: str, conversation_id: str, seq: int, accepted_us: int) -> str:
    """Return where an entry stands in the list: by time, then by a digest that only has to be the same again."""
    return f"{timed(accepted_us)}#{digest(tenant, conversation_id)[:32]}#{numbered(seq)}"


def _forgotten_at(since: datetime) -> int:
    return int((since + KEPT_AFTER_END).timestamp()) + 1


def _entry_sort(seq: int) -> str:
    return "entry#" + numbered(seq)
