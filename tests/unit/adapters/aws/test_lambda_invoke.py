"""A call between functions: one attempt, the caller's deadline, and every failure an error of ours with a code."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from shared.adapters.aws.lambda_invoke import MAX_REQUEST_BYTES, LambdaTransport, always
from shared.adapters.aws.session import AWS
from shared.domain.errors import (
    DeadlineExceededError,
    DependencyUnavailableError,
    InvalidInputError,
    RateLimitedError,
    SupportError,
)

DOCUMENT = {"op": "search", "release": "r2"}


@pytest.fixture
def aws() -> Iterator[AWS]:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")
    aws = AWS(session)
    yield aws
    aws.close()


def answering(aws: AWS, body: bytes, **parts: Any) -> tuple[LambdaTransport, Stubber]:
    """Return a transport whose next call is answered so."""
    stubber = Stubber(aws.invoker(3.0))
    sent = {
        "FunctionName": "kefu-dialog",
        "Qualifier": "live",
        "InvocationType": "RequestResponse",
        "Payload": json.dumps(DOCUMENT, separators=(",", ":")).encode(),
    }
    stubber.add_response("invoke", {"Payload": StreamingBody(io.BytesIO(body), len(body)), **parts}, sent)
    stubber.activate()
    return LambdaTransport(aws.invoker, "kefu-dialog", always("live")), stubber


def refusing(aws: AWS, code: str) -> LambdaTransport:
    stubber = Stubber(aws.invoker(3.0))
    stubber.add_client_error("invoke", code, "a message with the customer's words", 429)
    stubber.activate()
    return LambdaTransport(aws.invoker, "kefu-dialog", always("live"))


def test_a_document_goes_to_the_alias_and_its_answer_comes_back(aws: AWS) -> None:
    transport, stubber = answering(aws, b'{"result": {"x": "\xe9\x80\x80"}}')
    assert transport(DOCUMENT, 3.0) == {"result": {"x": "退"}}
    stubber.assert_no_pending_responses()


def test_a_client_reads_as_long_as_the_callers_deadline_and_never_tries_twice(aws: AWS) -> None:
    settings = aws.invoker(3.0).meta.config
    assert settings.read_timeout == 3.0
    assert settings.retries["total_max_attempts"] == 1
    assert aws.invoker(3.0) is aws.invoker(3.0) is not aws.client("lambda", read_timeout_s=3.0)


def test_time_outs_are_whole_seconds_so_that_clients_are_few(aws: AWS) -> None:
    asked: list[float] = []

    def client_for(seconds: float) -> Any:
        asked.append(seconds)
        raise DependencyUnavailableError("lambda", "not in this test")

    transport = LambdaTransport(client_for, "f", always(""))
    for left in (0.2, 2.98, 3.0, 400.0):
        with pytest.raises(DependencyUnavailableError):
            transport(DOCUMENT, left)
    assert asked == [1.0, 3.0, 3.0, 29.0]


def test_without_time_left_nothing_is_sent() -> None:
    def nobody(_: float) -> Any:
        raise AssertionError("a client was asked for")

    with pytest.raises(DeadlineExceededError):
        LambdaTransport(nobody, "f", always(""))(DOCUMENT, 0)


def test_an_answer_that_does_not_come_in_time_is_a_deadline(aws: AWS) -> None:
    client = aws.invoker(3.0)

    def late(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://lambda")

    client.meta.events.register("before-call.lambda.Invoke", late)
    with pytest.raises(DeadlineExceededError):
        LambdaTransport(aws.invoker, "f", always("live"))(DOCUMENT, 3.0)


def test_a_function_that_failed_is_unavailable_by_the_errors_class_and_without_its_text(aws: AWS) -> None:
    body = json.dumps({"errorType": "KeyError", "errorMessage": "我的电话是 13800138000"}).encode()
    transport, _ = answering(aws, body, FunctionError="Unhandled")
    with pytest.raises(DependencyUnavailableError, match="KeyError") as failed:
        transport(DOCUMENT, 3.0)
    assert "138" not in str(failed.value) and failed.value.retryable


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("TooManyRequestsException", RateLimitedError),
        ("ThrottlingException", RateLimitedError),
        ("RequestTooLargeException", InvalidInputError),
        ("ResourceNotFoundException", DependencyUnavailableError),
        ("SnapStartNotReadyException", DependencyUnavailableError),
    ],
)
def test_what_lambda_refuses_has_a_code_of_ours_and_no_foreign_text(aws: AWS, code: str, error: type[SupportError]) -> None:
    with pytest.raises(error) as refused:
        refusing(aws, code)(DOCUMENT, 3.0)
    assert "words" not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b'"text"', b"\xff"])
def test_an_answer_that_is_no_object_is_a_failure_of_the_other_side(aws: AWS, body: bytes) -> None:
    with pytest.raises(DependencyUnavailableError):
        answering(aws, body)[0](DOCUMENT, 3.0)


def test_more_than_lambda_takes_is_refused_before_it_is_sent(aws: AWS) -> None:
    transport, stubber = answering(aws, b"{}")
    with pytest.raises(InvalidInputError):
        transport({"text": "x" * MAX_REQUEST_BYTES}, 3.0)
    with pytest.raises(AssertionError):
        stubber.assert_no_pending_responses()


def test_the_rule_of_qualifiers_sees_the_document(aws: AWS) -> None:
    seen: list[object] = []
    transport, _ = answering(aws, b"{}")

    def by_release(document: Any) -> str:
        seen.append(document["release"])
        return "live"

    LambdaTransport(aws.invoker, "kefu-dialog", by_release)(DOCUMENT, 3.0)
    assert seen == ["r2"]
    assert isinstance(transport, LambdaTransport)
