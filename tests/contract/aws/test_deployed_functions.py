"""The functions as they are deployed: real zips on MiniStack, each with an environment of its own, calling each other by alias."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.aws.lambda_invoke import LambdaTransport, always
from shared.contracts import KNOWLEDGE
from shared.domain.errors import DependencyUnavailableError
from tests.contract.aws.installed import ministack_in_real_time
from tests.contract.aws.opening import aws_at
from tests.contract.aws.processes import EngineMissingError
from tests.contract.aws.stage import ALIAS, STAFF_TOKEN, Stage
from tests.events import load_event

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "samples" / "yuguang"
TENANT = "yuguang"
RETURNS = "knowledge/after-sales/returns-2026.md"
DEADLINE_MS = 60_000

pytestmark = pytest.mark.xdist_group("deployed-functions")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    try:
        url = ministack_in_real_time()
    except EngineMissingError as error:
        pytest.skip(str(error))
    stage = Stage(aws_at(url), TENANT)
    notes = stage.put_folder(SAMPLE, "company.yaml", RETURNS, "knowledge/after-sales/kefu.yaml", "knowledge/staff/kefu.yaml")
    notes += stage.put_folder(SAMPLE, "knowledge/staff/compensation-limits.md")
    stage.deploy("knowledge")
    stage.invoke("knowledge", sqs(*(json.dumps({"Records": [note]}) for note in notes)))
    for function in ("retrieval", "dialog", "ingress", "desk", "tickets", "outbox", "sweeper"):
        stage.deploy(function)
    yield stage


def sqs(*bodies: str) -> dict[str, Any]:
    """Return a batch as Lambda hands it over."""
    records = load_event("sqs-document-uploaded")["Records"]
    return {"Records": [{**records[0], "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def envelope(op: str, **payload: Any) -> dict[str, Any]:
    deadline = int(time.time() * 1000) + DEADLINE_MS
    given = load_event("envelope-search")
    return {**given, "op": op, "tenant": TENANT, "deadline_at_ms": deadline, "payload": payload}


def http(method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
    """Return API Gateway's event."""
    event = load_event("api-gateway-post-message")
    headers = {"Content-Type": "application/json", "Host": "api.example", **headers}
    many = {name: [value] for name, value in headers.items()}
    changes = {"path": path, "httpMethod": method, "headers": headers, "multiValueHeaders": many}
    return {**event, **changes, "body": None if body is None else json.dumps(body), "isBase64Encoded": False}


def call(stage: Stage, function: str, event: dict[str, Any]) -> tuple[int, Any]:
    answer = stage.invoke(function, event)
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


@pytest.fixture(scope="module")
def published(stage: Stage) -> Stage:
    answer = stage.invoke("knowledge", envelope("publish"))
    assert answer == {"result": {"published": 1, "head": 1}}
    return stage


def test_a_question_is_answered_through_the_front_door_with_its_source(published: Stage) -> None:
    status, opened = call(published, "ingress", http("POST", "/v1/conversations", {"language": "zh"}))
    assert status == 201, opened
    path = f"/v1/conversations/{opened['conversation_id']}/messages"
    bearer = f"Bearer {opened['token']}"
    status, answer = call(
        published, "ingress", http("POST", path, {"text": "签收后几天内可以无理由退货？"}, Authorization=bearer)
    )
    assert status == 200, answer
    assert answer["message"]["rung"] in ("extractive", "fact"), answer
    (citation, *_) = answer["message"]["citations"]
    assert "15 天" in answer["message"]["text"] and citation["title"], answer["message"]
    status, said = call(published, "ingress", http("GET", path, Authorization=bearer))
    assert [message["author"] for message in said["messages"]] == ["customer", "bot"]


def test_what_a_folder_keeps_for_staff_is_not_found_by_a_customers_search(published: Stage) -> None:
    payload = load_event("envelope-search")["payload"]
    query = {**payload, "tenant": TENANT, "text": "补偿上限是多少", "snapshot": None}
    as_customer = published.invoke("retrieval", envelope("search", **{**query, "audiences": ["public"]}))["result"]
    as_staff = published.invoke("retrieval", envelope("search", **{**query, "audiences": ["public", "staff"]}))["result"]
    sources = [{passage["chunk"]["source"] for passage in found["passages"]} for found in (as_customer, as_staff)]
    assert "knowledge/staff/compensation-limits.md" not in sources[0]
    assert "knowledge/staff/compensation-limits.md" in sources[1]
    assert as_customer["degraded"] == []


def test_staff_see_the_conversations_and_a_wrong_token_sees_nothing(published: Stage) -> None:
    call(published, "ingress", http("POST", "/v1/conversations", {"language": "zh"}))
    status, seen = call(published, "desk", http("GET", "/desk/v1/conversations", Authorization=f"Bearer {STAFF_TOKEN}"))
    assert status == 200 and seen["items"]
    assert call(published, "desk", http("GET", "/desk/v1/me", Authorization="Bearer nobody"))[0] == 401


def test_a_ticket_goes_from_the_stream_through_its_queue_to_the_desk_once(published: Stage) -> None:
    _, opened = call(published, "ingress", http("POST", "/v1/conversations", {"language": "zh"}))
    path, bearer = f"/v1/conversations/{opened['conversation_id']}/messages", f"Bearer {opened['token']}"
    for text in ("我要提交工单", "13800138000"):
        status, answer = call(published, "ingress", http("POST", path, {"text": text}, Authorization=bearer))
        assert status == 200, answer
    items = published.aws.client("dynamodb").scan(TableName=f"{published.name}-outbox")["Items"]
    stream = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(n), "NewImage": item}} for n, item in enumerate(items, start=1)
    ]
    assert published.invoke("outbox", {"Records": stream}) == {"batchItemFailures": []}
    url = published.environment["tickets_queue_url"]
    (message,) = published.aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert published.invoke("tickets", sqs(message["Body"])) == {"batchItemFailures": []}
    status, listed = call(published, "desk", http("GET", "/desk/v1/tickets", Authorization=f"Bearer {STAFF_TOKEN}"))
    assert [ticket["status"] for ticket in listed["items"]] == ["open"]
    swept = published.invoke("sweeper", load_event("schedule-sweep"))
    assert (swept["relayed_late"], swept["unfinished"]) == (0, 0)


def test_dialog_takes_up_a_parked_turn_from_a_batch_of_its_queue(published: Stage) -> None:
    event = load_event("sqs-turn-parked")
    assert published.invoke("dialog", event) == {"batchItemFailures": []}


def test_a_function_that_is_not_there_is_an_error_of_ours_and_one_that_crashed_too(published: Stage) -> None:
    invoker = published.aws.invoker
    for transport in (
        LambdaTransport(invoker, f"{published.name}-nowhere", always(ALIAS)),
        # A handler that gets no event that it knows fails as a whole.
        LambdaTransport(invoker, f"{published.name}-outbox", always(ALIAS)),
    ):
        with pytest.raises(DependencyUnavailableError):
            transport({"no": "event"}, 20.0)


def test_a_version_can_be_called_by_its_number_and_the_newest_code_by_none(published: Stage) -> None:
    document = envelope("search", tenant="nobody's")
    for qualifier in ("1", ""):
        answer = LambdaTransport(published.aws.invoker, f"{published.name}-retrieval", always(qualifier))(document, 20.0)
        assert answer["error"]["code"] == "invalid_input"


def test_a_notification_about_an_archive_or_a_test_changes_nothing(published: Stage) -> None:
    own = {"Records": [{"s3": {"object": {"key": f"tenants/{TENANT}/indexes/x.tar.gz"}}}]}
    answer = published.invoke("knowledge", sqs(json.dumps(own), json.dumps({"Event": "s3:TestEvent"})))
    assert answer == {"batchItemFailures": []}
    assert KNOWLEDGE.consumer == "knowledge"
