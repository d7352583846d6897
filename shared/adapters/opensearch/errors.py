"""OpenSearch's errors become ours, once, at the adapter's edge."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from opensearchpy.exceptions import ConnectionError as UnreachableError
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, TransportError

from shared.domain.errors import DependencyUnavailableError, InvalidInputError, SupportError

DEPENDENCY = "opensearch"
# Overloaded, starting, or behind a proxy that found nobody: the same again may succeed.
BUSY = frozenset({429, 502, 503, 504})
NOT_FOUND = 404
# What was sent is wrong, and stays wrong.
_REFUSED = frozenset({400, 413})
_FORBIDDEN = frozenset({401, 403})


@contextmanager
def translated() -> Generator[None]:
    """Raise our error for any of the client's, chained."""
    try:
        yield
    except OpenSearchException as error:
        raise from_client(error) from error


def from_client(error: OpenSearchException) -> SupportError:
    """Return what it means. The reason is left out where it may quote a text."""
    if isinstance(error, ConnectionTimeout):
        return DependencyUnavailableError(DEPENDENCY, "did not answer in time")
    if isinstance(error, UnreachableError):
        return DependencyUnavailableError(DEPENDENCY, "cannot be reached")
    if isinstance(error, TransportError):
        return from_status(status_of(error), str(error.error))
    return DependencyUnavailableError(DEPENDENCY, type(error).__name__)


def from_status(status: int, kind: str) -> SupportError:
    """Return what a refused request or a refused part of one means; `kind` is OpenSearch's name of the error."""
    if status in _REFUSED:
        return InvalidInputError("request", f"{DEPENDENCY} answered {status} {kind}")
    if status == NOT_FOUND:
        return DependencyUnavailableError(DEPENDENCY, "the index is not there: ingest or reconcile first")
    advice = ": this user or role may not do that" if status in _FORBIDDEN else ""
    return DependencyUnavailableError(DEPENDENCY, f"{status} {kind}{advice}")


def kind_of(error: object) -> str:
    """Return the name of an error in a response's part."""
    return str(error.get("type", "error")) if isinstance(error, Mapping) else "error"


def status_of(error: TransportError) -> int:
    """Return the HTTP status, 0 where there was none."""
    status: Any = error.status_code
    return status if isinstance(status, int) else 0
