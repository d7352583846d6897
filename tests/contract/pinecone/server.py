"""A Pinecone data plane on 127.0.0.1: JSON over HTTP as SDK 10.2 speaks it (version 2026-07), checked by our own schemas.

It answers with the service's meaning and refuses what the service refuses: a missing or wrong Api-Key (401, plain text),
another version, unknown fields, null in metadata, another dimension, batches that are too large. What it cannot show:
approximate search, real delays, rate limits as they come, and whatever the documentation does not say.
Sources: `schemas.py`; errors: rpcStatus of the same specification.
"""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ValidationError

from tests.contract.pinecone import schemas
from tests.contract.pinecone.store import IndexStore, RefusedError
from tests.loopback import serving

API_KEY = "pcsk_for_tests_only"
API_VERSION = "2026-07"

POSTS: dict[str, tuple[type[BaseModel], Callable[[IndexStore, Any], dict[str, Any]]]] = {
    "/query": (schemas.Query, IndexStore.query),
    "/vectors/upsert": (schemas.Upsert, IndexStore.upsert),
    "/vectors/update": (schemas.Update, IndexStore.update),
    "/vectors/delete": (schemas.Delete, IndexStore.delete),
    "/vectors/fetch_by_metadata": (schemas.FetchByMetadata, IndexStore.fetch_by_metadata),
}
GETS: dict[str, tuple[type[BaseModel], Callable[[IndexStore, Any], dict[str, Any]]]] = {
    "/vectors/list": (schemas.List, IndexStore.list),
    "/vectors/fetch": (schemas.Fetch, IndexStore.fetch),
}


@dataclass
class Call:
    """One request as it arrived."""

    path: str
    body: dict[str, Any]
    size: int


@dataclass
class PineconeServer:
    """`host` is what a client is given; `NAME/` before the path chooses one of several indexes.

    `api_key`: what it takes now. `failing`: an answer (status, headers) or a wait in seconds for the next requests, first one first.
    """

    port: int = 0
    dimension: int = 256
    api_key: str = API_KEY
    indexes: dict[str, IndexStore] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    failing: list[tuple[int, dict[str, str]] | float] = field(default_factory=list)
    waking: threading.Event = field(default_factory=threading.Event)

    def host(self, index: str = "main") -> str:
        """Return the address of an index."""
        return f"http://127.0.0.1:{self.port}/{index}"

    def index(self, name: str = "main") -> IndexStore:
        """Return what an index holds; it exists from its first use."""
        return self.indexes.setdefault(name, IndexStore(self.dimension))


@contextmanager
def pinecone_server(dimension: int = 256) -> Generator[PineconeServer]:
    """Serve until the block ends."""
    served = PineconeServer(dimension=dimension)
    with serving(type("Handler", (_Handler,), {"served": served})) as port:
        served.port = port
        try:
            yield served
        finally:
            served.waking.set()


class _Handler(BaseHTTPRequestHandler):
    served: PineconeServer
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without this the second waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve(GETS)

    def do_POST(self) -> None:
        self._serve(POSTS)

    def log_message(self, *_: object) -> None:
        return

    def _serve(self, routes: dict[str, Any]) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            if self._failed(raw):
                return
            self._answer(200, json.dumps(self._done(routes, raw)))
        except RefusedError as refused:
            plain = refused.status == 401
            self._answer(refused.status, str(refused) if plain else json.dumps({"code": 3, "message": str(refused)}))

    def _failed(self, raw: bytes) -> bool:
        if not self.served.failing:
            return False
        failure = self.served.failing.pop(0)
        self.served.calls.append(Call(self.path, {}, len(raw)))
        if isinstance(failure, float):
            self.served.waking.wait(failure)
            self.close_connection = True
            return True
        self._answer(failure[0], '{"code": 13, "message": "of no use to anyone"}', failure[1])
        return True

    def _done(self, routes: dict[str, Any], raw: bytes) -> dict[str, Any]:
        if self.headers.get("Api-Key") != self.served.api_key:
            raise RefusedError(401, "Unauthorized")
        if self.headers.get("X-Pinecone-Api-Version") != API_VERSION:
            raise RefusedError(400, "this server speaks 2026-07 only")
        address = urlsplit(self.path)
        _, name, path = address.path.split("/", 2)
        if f"/{path}" not in routes:
            raise RefusedError(404, "no such operation")
        schema, operation = routes[f"/{path}"]
        if schema is schemas.Upsert and len(raw) > schemas.MOST_BYTES:
            raise RefusedError(413, "Request size exceeds the maximum supported size of 2 MB")
        body = _parameters(address.query) if self.command == "GET" else _object(raw, self.headers.get("content-type", ""))
        self.served.calls.append(Call(f"/{path}", body, len(raw)))
        try:
            request = schema.model_validate(body)
        except ValidationError as error:
            raise RefusedError(400, str(error.errors(include_input=False, include_url=False)[0])) from error
        return operation(self.served.index(name), request)

    def _answer(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if status == 401 else "application/json")
        self.send_header("Content-Length", str(len(data)))
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(data)


def _object(raw: bytes, content_type: str) -> dict[str, Any]:
    if not content_type.startswith("application/json"):
        raise RefusedError(415, "the body is no JSON")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusedError(400, "malformed JSON") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "the body is no object")
    return body


def _parameters(query: str) -> dict[str, Any]:
    """Query parameters: `ids` may come several times, the others once."""
    parsed = parse_qs(query, keep_blank_values=True)
    return {name: values if name == "ids" else values[-1] for name, values in parsed.items()}
