"""Calls that are executed and whose replies are lost, and answers that the service never gave."""

import io
import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session


class LostReplies:
    """While it is open: executes each call of an operation, and loses the replies of the first `count`."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.executed = 0
        self._http = URLLib3Session()

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        answer = self._http.send(request)
        self.executed += 1
        if self.left:
            self.left -= 1
            raise ConnectionClosedError(endpoint_url=request.url, request=request)
        return answer

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()


class Throttled:
    """Refuses each call of an operation as DynamoDB does when it is throttled."""

    def __init__(self) -> None:
        self.refused = 0

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.refused += 1
        body = json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slow down"}).encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "Content-Length": str(len(body))}
        return AWSResponse(request.url, 400, headers, _Raw(body))

    def close(self) -> None:
        """Nothing is open."""


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> Generator[bytes]:
        yield self.read()


@contextmanager
def meeting(client: Any, operation: str, fault: LostReplies | Throttled) -> Generator[None]:
    """Put the fault between a client and the service, for one operation ("*": all)."""
    event = f"before-send.dynamodb.{operation}" if operation != "*" else "before-send.dynamodb"
    client.meta.events.register_first(event, fault)
    try:
        yield
    finally:
        client.meta.events.unregister(event, fault)
        fault.close()
