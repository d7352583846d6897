"""Where models are served, which of them serves whom, and the headers that prove who asks."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from shared.domain.model_choice import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One OpenAI-compatible server. `base_url` ends before "/chat/completions", as in "https://models.example/v1".

    `api_key` is asked for at each request where it is a function. `signing_key_id` and `signing_secret` add an HMAC of the request, for gateways that want one besides the API key.
    """

    base_url: str
    model: str
    api_key: Key = field(default="", repr=False)
    signing_key_id: str = ""
    signing_secret: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """The address of chat completions."""
        return f"{self.base_url.rstrip('/')}/chat/completions"

    @property
    def embeddings_url(self) -> str:
        """The address of embeddings."""
        return f"{self.base_url.rstrip('/')}/embeddings"


def in_order_for(user_key: str, endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """Return the endpoints by rendezvous hashing: one user's calls go to one endpoint, and losing one moves only its users."""
    return tuple(sorted(endpoints, key=lambda endpoint: _weight(user_key, endpoint), reverse=True))


def _weight(user_key: str, endpoint: Endpoint) -> bytes:
    return sha256(f"{user_key}\n{endpoint.base_url}\n{endpoint.model}".encode()).digest()


def headers_for(endpoint: Endpoint, url: str, body: bytes, timestamp_s: int) -> Mapping[str, str]:
    """Return the headers of a request to `url`.

    The signature is hex HMAC-SHA256 under `signing_secret` of four lines: timestamp, POST, path, hex SHA-256 of the body.
    Raises what `api_key` raises.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
    key = endpoint.api_key if isinstance(endpoint.api_key, str) else endpoint.api_key()
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if endpoint.signing_secret:
        headers["X-Key-Id"] = endpoint.signing_key_id
        headers["X-Timestamp"] = str(timestamp_s)
        headers["X-Signature"] = sign(endpoint.signing_secret, timestamp_s, urlsplit(url).path, body)
    return headers


def sign(secret: str, timestamp_s: int, path: str, body: bytes) -> str:
    """Return the hex signature that `headers_for` sends."""
    text = f"{timestamp_s}\nPOST\n{path}\n{sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()
