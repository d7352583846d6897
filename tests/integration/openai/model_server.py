"""A scripted OpenAI-compatible server on 127.0.0.1: each request is answered by the next step of its script."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Step = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


@dataclass
class ModelServer:
    """`base_url` to configure, `seen` for what came."""

    base_url: str
    seen: list[Seen] = field(default_factory=list)


@contextmanager
def model_server(*script: Step) -> Iterator[ModelServer]:
    """Serve the script; the last step is repeated."""
    served = ModelServer(base_url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            served.seen.append(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            script[min(len(served.seen), len(script)) - 1](self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def event(text: str = "", finish: str | None = None, **more: object) -> str:
    """One chunk as OpenAI sends it."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return "data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice], **more}, ensure_ascii=False) + "\n\n"


def usage(tokens_in: int, tokens_out: int) -> str:
    """The last chunk of a stream with `include_usage`: no choices, the counts."""
    counts = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
    return "data: " + json.dumps({"choices": [], "usage": counts}) + "\n\n"


def streams(*chunks: str, before_each: Callable[[], object] = lambda: None) -> Step:
    """Answer 200 with these raw pieces, then close."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            for chunk in chunks:
                before_each()
                handler.wfile.write(chunk.encode())
                handler.wfile.flush()
        except OSError:
            return

    return step


def says(*pieces: str) -> Step:
    """A whole and proper answer, piece by piece."""
    return streams(*(event(piece) for piece in pieces), event(finish="stop"), usage(321, 45), "data: [DONE]\n\n")


def fails(status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b'{"error": {"message": "no"}}') -> Step:
    """Answer with a status and a JSON body."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return step
