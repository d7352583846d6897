"""A scripted Bedrock runtime on 127.0.0.1: each request is answered by the next step of its script, the last one for ever."""

import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3

from tests.loopback import serving

Step = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    json: dict[str, Any]


@dataclass
class BedrockServer:
    """`url` for a client, `seen` for what came."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)


@contextmanager
def bedrock_server(*script: Step) -> Generator[BedrockServer]:
    """Serve the script; steps that wait are woken at the end."""
    served, closing = BedrockServer(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            served.seen.append(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            try:
                script[min(len(served.seen), len(script)) - 1](self, closing)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    with serving(Handler) as port:
        served.url = f"http://127.0.0.1:{port}"
        try:
            yield served
        finally:
            closing.set()


def session() -> boto3.Session:
    """Return a session whose credentials open nothing."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")


def streams(frames: Sequence[bytes], *, pause_s: float = 0, cut: bool = False) -> Step:
    """Answer with these frames, `pause_s` before each; `cut` ends the connection instead of the answer."""

    def step(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/vnd.amazon.eventstream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for data in frames:
            if closing.wait(pause_s):
                handler.close_connection = True
                return
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        if cut:
            handler.close_connection = True
        else:
            handler.wfile.write(b"0\r\n\r\n")

    return step


def answers(body: object, status: int = 200, error: str = "", after_s: float = 0) -> Step:
    """Answer with one JSON body, or with an error by its name."""

    def step(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        if after_s and closing.wait(after_s):
            handler.close_connection = True
            return
        data = json.dumps(body, ensure_ascii=False).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        if error:
            handler.send_header("x-amzn-ErrorType", error)
        handler.end_headers()
        handler.wfile.write(data)

    return step


def fails(status: int, error: str) -> Step:
    """Answer with an error; its message quotes what it should not."""
    return answers({"message": "客户的秘密"}, status, error)
