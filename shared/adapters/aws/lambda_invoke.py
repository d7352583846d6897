"""One function called by another: a `Transport` over Lambda's Invoke."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.adapters.aws.errors import error_code, translated
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, InvalidInputError, RateLimitedError

JsonObject = Mapping[str, object]
# Which alias or version serves a document; empty text is the newest code.
Qualifier = Callable[[JsonObject], str]

# Limits of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_REQUEST_BYTES = MAX_ANSWER_BYTES = 6 * 1024 * 1024
# A call may wait this long; each gives up at its own deadline, which is never later.
LONGEST_S = 29.0
_CONNECT_TIMEOUT_S = 1.0
_CONNECTIONS = 50
_RETRY_AFTER_S = 1.0
_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "EC2ThrottledException", "ENILimitReachedException"})
_TOO_LARGE = frozenset({"RequestTooLargeException", "RequestEntityTooLargeException"})
_TOO_LARGE_FIX = "send less: a call between functions takes 6 MB"


def invoke_config(read_timeout_s: float) -> Config:
    """Return the client's settings: no attempt but the first, because the caller's deadline and owner token decide."""
    return Config(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=_CONNECTIONS,
        tcp_keepalive=True,
    )


def always(qualifier: str) -> Qualifier:
    """Return the rule that sends every document to one alias or version."""
    return lambda _document: qualifier


class LambdaTransport:
    """Carries a document to a function and its answer back, within the caller's time-out.

    `client_for(seconds)` gives the client whose reads end then (`AWS.invoker`); time-outs are rounded up to whole
    seconds, so that few clients are made. An answer that comes later is ignored: the callee's work stands, and a
    repeat with the same owner token finds it. Raises DeadlineExceededError; RateLimitedError when Lambda throttles;
    DependencyUnavailableError when the function crashed, ran out of time or memory, or does not exist;
    InvalidInputError for more than 6 MB.
    """

    def __init__(self, client_for: Callable[[float], Any], function: str, qualifier: Qualifier) -> None:
        self._client_for = client_for
        self._function = function
        self._qualifier = qualifier

    def __call__(self, document: JsonObject, timeout_s: float) -> JsonObject:
        payload = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) > MAX_REQUEST_BYTES:
            raise InvalidInputError("payload", _TOO_LARGE_FIX)
        if timeout_s <= 0:
            raise DeadlineExceededError("no time left for the hop")
        return self._read(self._invoke(payload, self._qualifier(document), timeout_s))

    def _invoke(self, payload: bytes, qualifier: str, timeout_s: float) -> Mapping[str, Any]:
        client = self._client_for(_whole_seconds(timeout_s))
        where = {"FunctionName": self._function} | ({"Qualifier": qualifier} if qualifier else {})
        with translated("lambda", self._function):
            try:
                return client.invoke(**where, InvocationType="RequestResponse", Payload=payload)
            except ReadTimeoutError as error:
                raise DeadlineExceededError("the called function did not answer in time") from error
            except ClientError as error:
                raise_for(error_code(error), error)
                raise

    def _read(self, answer: Mapping[str, Any]) -> JsonObject:
        with translated("lambda", self._function):
            body: bytes = answer["Payload"].read()
        failure = answer.get("FunctionError")
        if failure:
            # The payload is left out: the text of a foreign error may quote data. The called function has logged its own.
            raise DependencyUnavailableError("lambda", f"the called function failed ({_kind(body) or failure})")
        try:
            found = json.loads(body)
        except ValueError as error:
            raise DependencyUnavailableError("lambda", "the called function's answer is not JSON") from error
        if not isinstance(found, dict):
            raise DependencyUnavailableError("lambda", "the called function's answer is not an object")
        return found


def raise_for(code: str, error: ClientError) -> None:
    """Raise what Lambda's own codes mean; return for any other."""
    if code in _THROTTLED:
        raise RateLimitedError(_RETRY_AFTER_S) from error
    if code in _TOO_LARGE:
        raise InvalidInputError("payload", _TOO_LARGE_FIX) from error


def _whole_seconds(timeout_s: float) -> float:
    return float(min(max(1, -int(-timeout_s // 1)), int(LONGEST_S)))


def _kind(body: bytes) -> str:
    """The error's class name; anything else in the payload may hold text."""
    try:
        kind = json.loads(body).get("errorType", "")
    except (ValueError, AttributeError):
        return ""
    return kind if isinstance(kind, str) and kind.replace(".", "").isalnum() and len(kind) <= 64 else ""
