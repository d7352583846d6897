"""How the ledger's table forgets: entries that ended say when, those that have not say nothing."""

from typing import Any

from shared.adapters.dynamodb.requests.ledger import entry_key, partition
from shared.contracts import LEDGER
from shared.domain.ledger import KEPT_AFTER_END, LedgerClosing, LedgerStatus
from tests.contract.aws.opening import AWSPorts
from tests.contract.samples import TENANT, an_entry, at

NEEDS = frozenset({"DynamoDB", "Ledger"})


def stored_entry(ports: AWSPorts, seq: int) -> dict[str, Any]:
    key = entry_key(partition(TENANT, "c"), seq)
    return ports.dynamodb.get_item(TableName=ports.names.of(LEDGER), Key=key, ConsistentRead=True)["Item"]


def end(ports: AWSPorts, seq: int) -> None:
    closing = LedgerClosing(conversation_id="c", seq=seq, status=LedgerStatus.ANSWERED, ended_at=at(60))
    ports.ledger.close(TENANT, closing)


def test_only_what_has_ended_expires_and_as_late_as_on_one_machine(ports: AWSPorts) -> None:
    for _ in range(2):
        ports.ledger.accept(an_entry("c"))
    end(ports, 1)
    ends = int((at(60) + KEPT_AFTER_END).timestamp())
    assert int(stored_entry(ports, 1)[LEDGER.ttl]["N"]) - ends in (0, 1)
    assert LEDGER.ttl not in stored_entry(ports, 2)


def test_a_message_whose_entry_the_table_has_deleted_is_accepted_under_a_new_number(ports: AWSPorts) -> None:
    ports.ledger.accept(an_entry("c", channel_message_id="m"))
    end(ports, 1)
    ports.dynamodb.delete_item(TableName=ports.names.of(LEDGER), Key=entry_key(partition(TENANT, "c"), 1))
    again = ports.ledger.accept(an_entry("c", channel_message_id="m"))
    assert (again.is_new, again.entry.seq) == (True, 2)
    assert ports.ledger.get(TENANT, "c", "web", "m") == again.entry
