"""A server on 127.0.0.1 that answers as an OpenSearch in trouble would: each request by the next step of its script."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import serving

Step = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def written(self) -> list[str]:
        """The document ids of a bulk request."""
        heads = [json.loads(line) for line in self.body.decode().splitlines()][::2]
        return [next(iter(head.values()))["_id"] for head in heads]


@dataclass
class ScriptedServer:
    """`url` to connect to, `seen` for what came."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)


def answers(body: Mapping[str, Any], status: int = 200, after_s: float = 0) -> Step:
    """Answer with JSON, late if so wished."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(after_s)
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        with contextlib.suppress(OSError):  # who asked may have gone
            handler.wfile.write(data)

    return step


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def bulk(*outcomes: tuple[str, int, str]) -> Step:
    """Answer a bulk request: (command, status, kind of error or "") for each item."""
    items = [{command: {"status": status, **({"error": {"type": kind}} if kind else {})}} for command, status, kind in outcomes]
    return answers({"errors": any(kind for _, _, kind in outcomes), "items": items})


def found(*chunk_ids: str, **changes: Any) -> dict[str, Any]:
    """One search's part of an `_msearch` answer."""
    hits = [{"_score": 1.0, "fields": {"chunk_id": [chunk_id]}} for chunk_id in chunk_ids]
    return {"timed_out": False, "_shards": {"failed": 0}, "hits": {"hits": hits}, "status": 200, **changes}


@contextmanager
def scripted(*script: Step) -> Iterator[ScriptedServer]:
    """Serve the script; the last step is repeated."""
    served = ScriptedServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.seen.append(Seen(self.command, self.path, headers, body))
            script[min(len(served.seen), len(script)) - 1](self)

        do_GET = do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            return

    with serving(Handler) as port:
        served.url = f"http://127.0.0.1:{port}"
        yield served
