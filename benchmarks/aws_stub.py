"""Answers as AWS would for what functions read while they get ready: secrets, and a company's file."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_STAFF = json.dumps([{"agent_id": "a1", "name": "a", "token": "s" * 43}])
_COMPANY = b"tenant: acme\nname: Acme\ntime_zone: Asia/Shanghai\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A file of the bucket."""
        self._answer(_COMPANY, "application/octet-stream")

    def do_POST(self) -> None:
        """A secret (staff for the desk, some text for the others), and tables in which nothing is."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        secret = _STAFF if self.server.for_desk else "x" * 64  # type: ignore[attr-defined]
        self._answer(json.dumps({"Name": "acme", "SecretString": secret, "Items": []}).encode(), "application/x-amz-json-1.1")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def aws_stub(*, for_desk: bool) -> Generator[str]:
    """Yield the address, on 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.for_desk = for_desk  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
