"""The gate before every HTTP application, as plain ASGI: size, media type and strict JSON, before anything else reads a body."""

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.problems import PayloadTooLargeError, RequestTimeoutError, UnsupportedMediaTypeError
from shared.runtime.strict_json import read_json

# All of a body, however many pieces it comes in: who sends a byte a second would otherwise hold a connection for ever.
BODY_LIMIT_S = 10.0
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyGate:
    """Reads a body of at most `limit_bytes`, checks it, and hands the same bytes on. An empty body passes.

    Raises PayloadTooLargeError, RequestTimeoutError, UnsupportedMediaTypeError or MalformedJsonError.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, limit_s: float = BODY_LIMIT_S) -> None:
        self._app = app
        self._limit = limit_bytes
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] in _WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        body = await self._read(Headers(scope=scope), receive)
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > self._limit):
            raise PayloadTooLargeError("declared too large")
        try:
            with anyio.fail_after(self._limit_s):
                body = await self._collect(receive)
        except TimeoutError as error:
            raise RequestTimeoutError("the body came too slowly") from error
        if body:
            _check_media_type(headers)
            read_json(body)
        return body

    async def _collect(self, receive: Receive) -> bytes:
        # Chunked bodies declare nothing, so what arrives is counted too.
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise PayloadTooLargeError("sent too much")
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return bytes(body)


def _check_media_type(headers: Headers) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" or headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaTypeError("not plain JSON")


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
