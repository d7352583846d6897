"""Requests for tickets: one item by id, and one by number that leads to it."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import get, key_of, put, update
from shared.adapters.dynamodb.keys import digest, joined, timed
from shared.adapters.records.tickets import TICKET_CHANGING
from shared.adapters.records.values import Record, Row
from shared.contracts import TICKETS_TABLE
from shared.domain.ticket import TicketStatus

OF_CONVERSATION = TICKETS_TABLE.index("of_conversation")
OF_TENANT = TICKETS_TABLE.index("of_tenant")
OF_STATUS = TICKETS_TABLE.index("of_status")
_SORT = "ticket"

_IS_FREE = "attribute_not_exists(pk)"
# Nobody else has written since the ticket was read.
_VERSION_IS_AS_READ = "#version = :expected_version"


def ticket_key(tenant: str, ticket_id: str) -> Record:
    """Return the key of a ticket."""
    return {"pk": joined(tenant, ticket_id), "sk": _SORT}


def get_ticket(table: str, tenant: str, ticket_id: str) -> Request:
    """Return the read of a ticket."""
    return get(table, key_of(**ticket_key(tenant, ticket_id)))


def get_number(table: str, tenant: str, number: str) -> Request:
    """Return the read of what a number leads to."""
    return get(table, key_of(**_number_key(tenant, number)))


def put_ticket(table: str, record: Mapping[str, Any]) -> Request:
    """Return the put of a new ticket; where there is one, the refusal shows its owner token."""
    key = ticket_key(record["tenant"], record["ticket_id"])
    places = {
        "of_conversation": conversation_key(record["tenant"], record["conversation_id"]),
        "of_tenant": joined(record["tenant"]),
        "of_status": status_key(record["tenant"], TicketStatus(record["status"])),
        "listed_at": listed_at(record["created_at"], record["ticket_id"]),
    }
    return put(table, {**key, **record, **places}, _IS_FREE)


def put_number(table: str, record: Row) -> Request:
    """Return the put that a number that is taken fails."""
    key = _number_key(record["tenant"], record["number"])
    return put(table, {**key, "ticket_id": record["ticket_id"], "owner_token": record["owner_token"]}, _IS_FREE)


def update_ticket(table: str, record: Row, expected_version: int) -> Request:
    """Return the compare-and-set of a ticket."""
    changes = {name: record[name] for name in TICKET_CHANGING}
    changes["of_status"] = status_key(record["tenant"], TicketStatus(record["status"]))
    key = key_of(**ticket_key(record["tenant"], record["ticket_id"]))
    return update(table, key, changes, _VERSION_IS_AS_READ, expected_version=expected_version)


def conversation_key(tenant: str, conversation_id: str) -> str:
    """Return the index's key for a conversation's tickets."""
    return joined(tenant, conversation_id)


def status_key(tenant: str, status: TicketStatus) -> str:
    """Return the index's key for a tenant's tickets of one status."""
    return joined(tenant, status.value)


def listed_at(us: int, ticket_id: str) -> str:
    """Return a place in a listing by time, then by id."""
    return f"{timed(us)}#{ticket_id}"


def _number_key(tenant: str, number: str) -> Record:
    return {"pk": digest("number", tenant, number), "sk": "number"}
