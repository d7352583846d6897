"""A reply model behind any OpenAI-compatible chat-completions API."""

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from shared.adapters.openai.completion import Completion, read_body, read_stream
from shared.adapters.openai.endpoints import Endpoint, headers_for, in_order_for
from shared.adapters.openai.permission import require_permission
from shared.domain.drafting import draft_from_text
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError
from shared.domain.prompting import Prompt, PromptTemplate, assemble
from shared.domain.reply import ReplyDraft, ReplyRequest
from shared.prompts.loader import load_prompt

_NONCE_BYTES = 12
_CONNECT_S = 3.0
_LEAST_S = 0.05
_DEFAULT_RETRY_AFTER_S = 1.0
_LONGEST_RETRY_AFTER_S = 3600.0
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIReplyModel:
    """Drafts answers by streaming chat completions; one client for the life of the process.

    A call ends within `timeout_s` and within the request's deadline, whichever is sooner. A user's calls go to one
    endpoint; where it fails before any text came, the next one (or the same, if there is no other) is tried once.
    """

    endpoints: Sequence[Endpoint]
    client: httpx.Client
    template: PromptTemplate = field(default_factory=load_prompt)
    timeout_s: float = 15.0
    temperature: float = 0.1
    max_tokens: int = 500

    @property
    def name(self) -> str:
        return f"{self.endpoints[0].model}/{self.template.version}"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        require_permission()
        left_s = min(self.timeout_s, request.deadline_at_ms / 1000 - time.time())
        prompt = assemble(self.template, request, secrets.token_hex(_NONCE_BYTES))
        completion, model = self._complete(prompt, request.user_key, time.monotonic() + left_s, on_text)
        return draft_from_text(
            completion.text,
            request.passages,
            self.template.sentinel,
            f"{model}/{self.template.version}",
            (completion.tokens_in, completion.tokens_out),
        )

    def _complete(self, prompt: Prompt, user_key: str, ends_at: float, on_text: Callable[[str], None]) -> tuple[Completion, str]:
        order = in_order_for(user_key, self.endpoints)
        heard = _Heard(on_text)
        for attempt in range(_ATTEMPTS):
            endpoint = order[attempt % len(order)]
            last = attempt + 1 == _ATTEMPTS
            try:
                return self._call(endpoint, prompt, ends_at, heard), endpoint.model
            except DependencyUnavailableError:
                if last or heard.any:
                    raise
            except RateLimitedError:
                # Only another endpoint can help at once; the same one has just said when to come back.
                if last or heard.any or len(order) == 1:
                    raise
        raise DependencyUnavailableError("model", "no endpoint answered")

    def _call(self, endpoint: Endpoint, prompt: Prompt, ends_at: float, heard: "_Heard") -> Completion:
        body = json.dumps(self._body(endpoint, prompt), ensure_ascii=False).encode()
        left_s = ends_at - time.monotonic()
        if left_s < _LEAST_S:
            raise DeadlineExceededError("no time left to ask the model")
        timeout = httpx.Timeout(left_s, connect=min(_CONNECT_S, left_s))
        headers = dict(headers_for(endpoint, body, int(time.time())))
        with (
            _translated(ends_at),
            self.client.stream("POST", endpoint.url, content=body, headers=headers, timeout=timeout) as response,
            _cut_off_at(ends_at, response),
        ):
            _raise_for_status(response)
            if "text/event-stream" not in response.headers.get("content-type", ""):
                return read_body(response.read().decode("utf-8", "replace"), heard)
            return read_stream(_lines(response, ends_at), heard)

    def _body(self, endpoint: Endpoint, prompt: Prompt) -> dict[str, object]:
        return {
            "model": endpoint.model,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }


@dataclass(slots=True)
class _Heard:
    """Passes text on and remembers that there was some."""

    on_text: Callable[[str], None]
    any: bool = False

    def __call__(self, piece: str) -> None:
        self.any = True
        self.on_text(piece)


def _lines(response: httpx.Response, ends_at: float) -> Iterator[str]:
    for line in response.iter_lines():
        if time.monotonic() > ends_at:
            raise DeadlineExceededError("the model did not finish in time")
        yield line


@contextmanager
def _cut_off_at(ends_at: float, response: httpx.Response) -> Generator[None]:
    """Shut the socket at `ends_at`: a server that drips a byte now and then would outlast any read time-out."""
    timer = threading.Timer(max(0.0, ends_at - time.monotonic()), _shut, (response,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(response: httpx.Response) -> None:
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    if isinstance(connection, socket.socket):
        try:
            # The plain socket's own method: SSLSocket.shutdown would pull its state away under the reading thread.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            return


@contextmanager
def _translated(ends_at: float) -> Generator[None]:
    """Turn httpx's errors into ours; after `ends_at` every failure is the deadline's."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise DependencyUnavailableError("model", "cannot connect") from error
    except httpx.TimeoutException as error:
        raise DeadlineExceededError("the model did not answer in time") from error
    except DependencyUnavailableError as error:
        if time.monotonic() >= ends_at:
            raise DeadlineExceededError("the model did not finish in time") from error
        raise
    except (httpx.HTTPError, httpx.StreamError) as error:
        if time.monotonic() >= ends_at:
            raise DeadlineExceededError("the model did not finish in time") from error
        raise DependencyUnavailableError("model", type(error).__name__) from error


def _raise_for_status(response: httpx.Response) -> None:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitedError(_retry_after_s(response.headers.get("retry-after", "")))
    if not response.is_success:
        raise DependencyUnavailableError("model", f"HTTP {response.status_code}")


def _retry_after_s(header: str) -> float:
    """Read Retry-After, in seconds or as a date (RFC 9110, 10.2.3)."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, TypeError):
            seconds = _DEFAULT_RETRY_AFTER_S
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_S) if seconds == seconds else _DEFAULT_RETRY_AFTER_S
