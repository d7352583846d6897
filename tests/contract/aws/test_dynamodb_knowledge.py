"""What DynamoDB adds to the contract of KnowledgeStore: many transactions to a change, and long tables elsewhere."""

from dataclasses import replace

import pytest

from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.contracts import KNOWLEDGE_TABLE
from shared.domain.errors import DependencyUnavailableError, VersionConflictError
from shared.domain.knowledge import FactRow
from tests.contract.aws.faults import Throttled, meeting
from tests.contract.aws.opening import AWSPorts, knowledge_of
from tests.contract.aws.test_dynamodb_tables import raw_items, stored_bytes
from tests.contract.test_knowledge_store import NOW, PUBLIC, change, chunk, document, table, visible

NEEDS = frozenset({"DynamoDB", "ConversationStore"})
NAMES = [f"c{number:03}" for number in range(120)]
BIG = change(added=tuple(replace(chunk(name), ordinal=number) for number, name in enumerate(NAMES)))


@pytest.fixture
def store(ports: AWSPorts) -> DynamoDBKnowledgeStore:
    return knowledge_of(ports)()


class ThirdThrottled(Throttled):
    """Lets two calls through."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = 0

    def __call__(self, request, **_):
        self._calls += 1
        return super().__call__(request) if self._calls > 2 else None


def test_a_change_that_was_broken_off_is_no_document_yet_and_is_whole_when_it_is_applied_again(
    ports: AWSPorts, store: DynamoDBKnowledgeStore
) -> None:
    with meeting(ports.dynamodb, "TransactWriteItems", ThirdThrottled()), pytest.raises(DependencyUnavailableError):
        store.apply(BIG)
    assert store.document("t", "d1") is None
    store.apply(BIG)
    assert store.document("t", "d1") == document()
    assert store.live_chunk_ids("t", "d1") == tuple(NAMES)
    assert visible(store, 1) == set(NAMES)


def test_the_rest_of_a_change_is_refused_when_its_draft_was_published_meanwhile(
    ports: AWSPorts, store: DynamoDBKnowledgeStore
) -> None:
    published = False

    def publish(**_: object) -> None:
        nonlocal published
        if not published:
            published = True
            store.publish("t", 1, NOW)

    ports.dynamodb.meta.events.register("before-call.dynamodb.TransactWriteItems", publish)
    try:
        with pytest.raises(VersionConflictError):
            store.apply(BIG)
    finally:
        ports.dynamodb.meta.events.unregister("before-call.dynamodb.TransactWriteItems", publish)
    assert store.all_chunks("t") == ()


def test_a_table_of_20000_rows_comes_back_whole_and_is_no_item(ports: AWSPorts, store: DynamoDBKnowledgeStore) -> None:
    rows = tuple(FactRow(row=number, aliases=(f"s{number}",), cells={"Price": f"{number} 元"}) for number in range(20_000))
    long = replace(table(), rows=rows)
    store.apply(change(tables=(long,)))
    assert store.tables("t", 1, PUBLIC) == (long,)
    assert max(sum(map(len, stored_bytes(item))) for item in raw_items(ports, KNOWLEDGE_TABLE)) < 10_000
    (key,) = ports.objects.keys("tenants/t/knowledge/tables/")
    store.apply(change(tables=(long,)))
    assert ports.objects.keys("tenants/t/knowledge/tables/") == (key,)


def test_a_passage_of_half_a_megabyte_comes_back_whole(store: DynamoDBKnowledgeStore) -> None:
    long = replace(chunk("a"), text="长" * 90_000)
    store.apply(change(added=(long,)))
    assert store.chunks("t", ["a"]) == {"a": long}
