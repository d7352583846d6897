"""What the gateway makes of the service's answers, by botocore's Stubber."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.aws.session import client_config
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB, Part, keep_what_is_there
from shared.adapters.records.values import Record
from shared.domain.errors import (
    DependencyUnavailableError,
    IdempotencyMismatchError,
    InvalidInputError,
    SupportError,
    VersionConflictError,
)

TABLE = "t"
FAILED = {"Code": "ConditionalCheckFailed"}
FINE = {"Code": "None"}
CONFLICT = {"Code": "TransactionConflict"}


@pytest.fixture
def client() -> Iterator[Any]:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
    client = session.client("dynamodb", config=client_config())
    yield client
    client.close()


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def database(client: Any, stub: Stubber, waits: list[float]) -> DynamoDB:
    return DynamoDB(client, sleep=waits.append)


def put_of(name: str) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": {"pk": {"S": name}}}}


def parts(*names: str) -> list[Part]:
    return [Part(action=put_of(name), refused=keep_what_is_there) for name in names]


def cancel(stub: Stubber, *reasons: dict[str, Any]) -> None:
    stub.add_client_error(
        "transact_write_items", "TransactionCanceledException", modeled_fields={"CancellationReasons": list(reasons)}
    )


def test_a_transaction_that_met_another_one_is_tried_again_after_a_wait(
    database: DynamoDB, stub: Stubber, waits: list[float]
) -> None:
    cancel(stub, FINE, CONFLICT)
    cancel(stub, CONFLICT, CONFLICT)
    stub.add_response("transact_write_items", {})
    database.transact(parts("a", "b"))
    assert len(waits) == 2


def test_a_transaction_that_always_meets_others_is_a_conflict_of_versions(database: DynamoDB, stub: Stubber) -> None:
    for _ in range(8):
        cancel(stub, CONFLICT)
    with pytest.raises(VersionConflictError):
        database.transact(parts("a"))


def test_a_part_that_is_there_already_is_left_out_and_the_rest_is_written(database: DynamoDB, stub: Stubber) -> None:
    cancel(stub, FINE, FAILED, FINE)
    stub.add_response("transact_write_items", {}, {"TransactItems": [put_of("a"), put_of("c")], "ClientRequestToken": ANY})
    database.transact(parts("a", "b", "c"))
    stub.assert_no_pending_responses()


def test_a_part_says_by_the_item_that_it_met_why_all_is_refused(database: DynamoDB, stub: Stubber) -> None:
    met: list[Record] = []

    def refuse(item: Record) -> None:
        met.append(item)
        raise VersionConflictError("thing", "1")

    cancel(stub, {**FAILED, "Item": {"owner": {"S": "ann"}, "n": {"N": "7"}}}, FINE)
    with pytest.raises(VersionConflictError):
        database.transact([Part(action=put_of("a"), refused=refuse), *parts("b")])
    assert met == [{"owner": "ann", "n": 7}]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingError", DependencyUnavailableError),
        ("ProvisionedThroughputExceeded", DependencyUnavailableError),
        ("ItemCollectionSizeLimitExceeded", DependencyUnavailableError),
        ("ValidationError", InvalidInputError),
    ],
)
def test_other_reasons_to_cancel_a_transaction_are_told_apart(
    database: DynamoDB, stub: Stubber, code: str, error: type[SupportError]
) -> None:
    cancel(stub, FINE, {"Code": code})
    with pytest.raises(error):
        database.transact(parts("a", "b"))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ProvisionedThroughputExceededException", DependencyUnavailableError),
        ("RequestLimitExceeded", DependencyUnavailableError),
        ("InternalServerError", DependencyUnavailableError),
        ("TransactionInProgressException", DependencyUnavailableError),
        ("AccessDeniedException", DependencyUnavailableError),
        ("ResourceNotFoundException", DependencyUnavailableError),
        ("TransactionConflictException", VersionConflictError),
        ("IdempotentParameterMismatchException", IdempotencyMismatchError),
        ("ValidationException", InvalidInputError),
    ],
)
def test_an_error_of_the_service_is_one_of_ours(database: DynamoDB, stub: Stubber, code: str, error: type[SupportError]) -> None:
    stub.add_client_error("update_item", code, "quotes a customer")
    with pytest.raises(error) as raised:
        database.update({"TableName": TABLE, "Key": {"pk": {"S": "a"}}})
    assert "customer" not in str(raised.value)


def test_a_refused_write_shows_what_was_there(database: DynamoDB, stub: Stubber) -> None:
    there = {"Item": {"pk": {"S": "a"}, "wrapped": {"B": b"\x01"}}}
    stub.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields=there)
    with pytest.raises(ConditionFailedError) as refused:
        database.put({"TableName": TABLE, "Item": {"pk": {"S": "a"}}})
    assert refused.value.item == {"pk": "a", "wrapped": b"\x01"}


def test_every_page_of_a_query_is_read_also_an_empty_one(database: DynamoDB, stub: Stubber) -> None:
    request = {"TableName": TABLE, "KeyConditionExpression": "pk = :pk"}
    last = {"pk": {"S": "2"}}
    stub.add_response("query", {"Items": [{"pk": {"S": "1"}}], "LastEvaluatedKey": last}, request)
    stub.add_response("query", {"Items": [], "LastEvaluatedKey": last}, {**request, "ExclusiveStartKey": last})
    stub.add_response("query", {"Items": [{"pk": {"S": "3"}}]}, {**request, "ExclusiveStartKey": last})
    assert [item["pk"] for item in database.query(request)] == ["1", "3"]


def test_keys_that_a_batch_left_unread_are_asked_for_again(database: DynamoDB, stub: Stubber, waits: list[float]) -> None:
    one, two = {"pk": {"S": "1"}}, {"pk": {"S": "2"}}
    left = {TABLE: {"Keys": [two], "ConsistentRead": True}}
    stub.add_response("batch_get_item", {"Responses": {TABLE: [one]}, "UnprocessedKeys": left})
    stub.add_response("batch_get_item", {"Responses": {TABLE: [two]}, "UnprocessedKeys": {}}, {"RequestItems": left})
    assert [item["pk"] for item in database.get_many(TABLE, [one, two])] == ["1", "2"]
    assert len(waits) == 1


def test_a_batch_that_is_never_read_whole_is_an_outage(database: DynamoDB, stub: Stubber) -> None:
    one = {"pk": {"S": "1"}}
    for _ in range(8):
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": {TABLE: {"Keys": [one]}}})
    with pytest.raises(DependencyUnavailableError):
        database.get_many(TABLE, [one])


def test_more_parts_than_a_transaction_holds_are_refused_without_a_call(database: DynamoDB) -> None:
    with pytest.raises(InvalidInputError):
        database.transact(parts(*map(str, range(101))))
