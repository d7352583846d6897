"""Clients that send as slowly as they can: they hold no connection for ever, and keep nobody else waiting."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import closing

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from local.http_protocol import TimelyProtocol
from local.server import listen_on
from shared.runtime.body_gate import BodyGate
from shared.runtime.observability import Telemetry
from shared.runtime.request_context import RequestContext
from tests import loops

LIMIT_S = 0.5


class Impatient(TimelyProtocol):
    """The protocol of the server, with a test's patience."""

    head_s = LIMIT_S


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture(scope="module")
def port() -> Generator[int]:
    """A server whose application reads bodies through our gate."""
    gated: ASGIApp = BodyGate(_hello, limit_bytes=1000, limit_s=LIMIT_S)
    app = RequestContext(gated, Telemetry("test", "r1"))
    server = uvicorn.Server(uvicorn.Config(app, http=Impatient, lifespan="off", log_level="error"))
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def drip(port: int, start: bytes, drop: bytes, seconds: float) -> tuple[bytes, float]:
    """Send `start`, then `drop` again and again; return what came back and after how long the connection was closed."""
    began = time.monotonic()
    heard = b""
    with closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.settimeout(0.1)
        line.sendall(start)
        while time.monotonic() - began < seconds:
            try:
                piece = line.recv(4096)
            except TimeoutError:
                try:
                    line.sendall(drop)
                except OSError:
                    break
                continue
            except OSError:
                break
            if not piece:
                break
            heard += piece
    return heard, time.monotonic() - began


@pytest.mark.parametrize("start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_never_ends_is_cut_off_however_often_a_byte_comes(port: int, start: bytes) -> None:
    _, took_s = drip(port, start, b"X" if start else b"", 8)
    assert LIMIT_S * 0.8 < took_s < 4


def test_a_body_that_never_ends_is_408_and_its_connection_closed(port: int) -> None:
    start = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
    heard, took_s = drip(port, start, b" ", 8)
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert json.loads(body)["code"] == "request_timeout"
    assert took_s < 5


def test_others_are_served_meanwhile(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for line in slow:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    heard, _ = drip(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"", 3)
    for line in slow:
        line.close()
    assert heard.startswith(b"HTTP/1.1 200") and heard.endswith(b"hi")


def test_a_connection_is_used_again_for_longer_than_a_head_may_take(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port))) as line:
        for _ in range(4):
            line.sendall(request)
            line.settimeout(5)
            heard = b""
            while not heard.endswith(b"hi"):
                heard += line.recv(4096)
            assert heard.startswith(b"HTTP/1.1 200")
            time.sleep(LIMIT_S * 0.5)


def test_an_answer_is_sent_at_once_and_not_when_the_client_has_acknowledged_its_head() -> None:
    async def accepted_socket_sends_at_once() -> bool:
        seen: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        class Look(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted = transport.get_extra_info("socket")
                seen.set_result(bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))

        listening = listen_on(0)
        async with await asyncio.get_running_loop().create_server(Look, sock=listening):
            with closing(socket.create_connection(listening.getsockname())):
                return await asyncio.wait_for(seen, 5)

    assert loops.run(accepted_socket_sends_at_once())
