"""HTTP to an OpenAI-compatible server: its errors as ours, and an end to every call."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from shared.adapters.model_calls.drafting import ModelRefusedError
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError

CONNECT_S = 3.0
_DEFAULT_RETRY_AFTER_S = 1.0
_LONGEST_RETRY_AFTER_S = 3600.0
# 4xx answers that may be others a moment later; every other one is about the request itself.
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.LOCKED, HTTPStatus.TOO_EARLY)


@contextmanager
def cut_off_at(ends_at: float, response: httpx.Response) -> Generator[None]:
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
def translated(ends_at: float, dependency: str = "model") -> Generator[None]:
    """Turn httpx's errors into ours; after `ends_at` every failure is the deadline's."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise DependencyUnavailableError(dependency, "cannot connect") from error
    except httpx.TimeoutException as error:
        raise DeadlineExceededError(f"the {dependency} did not answer in time") from error
    except DependencyUnavailableError as error:
        if time.monotonic() >= ends_at:
            raise DeadlineExceededError(f"the {dependency} did not finish in time") from error
        raise
    except (httpx.HTTPError, httpx.StreamError) as error:
        if time.monotonic() >= ends_at:
            raise DeadlineExceededError(f"the {dependency} did not finish in time") from error
        raise DependencyUnavailableError(dependency, type(error).__name__) from error


def raise_for_status(response: httpx.Response, dependency: str = "model") -> None:
    """Raise RateLimitedError, ModelRefusedError or DependencyUnavailableError for what is no success."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitedError(_retry_after_s(response.headers.get("retry-after", "")))
    if response.is_client_error and response.status_code not in _PASSING:
        raise ModelRefusedError(dependency, f"HTTP {response.status_code}")
    if not response.is_success:
        raise DependencyUnavailableError(dependency, f"HTTP {response.status_code}")


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
