"""The one boto3 session of a process, and the clients that are made from it."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from shared.adapters.aws.lambda_invoke import invoke_config

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 2.0
# The one layer of retries: botocore's standard mode (exponential, full jitter, its own token bucket). No adapter and no
# use case repeats a call for the same reason. Three attempts of 2 s each stay below a turn's deadline.
ATTEMPTS = 3
_CONNECTIONS = 50


class AWS:
    """Clients by service, each made once; threads may share them. Region, credentials and endpoint come from the session.

    `endpoint_url` puts all services on one address (an emulator); else AWS_ENDPOINT_URL or the region's own.
    """

    def __init__(self, session: boto3.Session | None = None, *, endpoint_url: str | None = None) -> None:
        self._session = session or boto3.Session()
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, float], Any] = {}

    def client(self, service: str, *, read_timeout_s: float = READ_TIMEOUT_S) -> Any:
        """Return the client of a service; a longer read time-out is for calls that wait (a queue's long poll)."""
        return self._made("usual", service, client_config(read_timeout_s))

    def invoker(self, read_timeout_s: float) -> Any:
        """Return Lambda's client for calls that may wait so long and are not repeated; see lambda_invoke.py."""
        return self._made("one attempt", "lambda", invoke_config(read_timeout_s))

    def disconnect(self) -> None:
        """Close the sockets; the clients stay, and connect again at their next call."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def close(self) -> None:
        """Close the sockets, and forget the clients."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _made(self, kind: str, service: str, config: Config) -> Any:
        key = (kind, service, config.read_timeout)  # type: ignore[attr-defined]
        with self._lock:
            if key not in self._clients:
                client = self._session.client(service, endpoint_url=self._endpoint_url, config=config)  # type: ignore[call-overload]
                self._clients[key] = client
            return self._clients[key]


def client_config(read_timeout_s: float = READ_TIMEOUT_S) -> Config:
    """Return time-outs and retries, the same for every service."""
    return Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=_CONNECTIONS,
    )
