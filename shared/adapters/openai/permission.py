"""Whether a model may be called at all: tests refuse it unless one of them allows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_allowed: ContextVar[bool] = ContextVar("model_calls_allowed", default=True)


class ModelCallRefusedError(RuntimeError):
    """A model was called where that is forbidden. Not a SupportError: no ladder may swallow it."""


@contextmanager
def model_calls(*, allowed: bool) -> Iterator[None]:
    """Allow or forbid model calls within the block."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def require_permission() -> None:
    """Raise ModelCallRefusedError where model calls are forbidden."""
    if not _allowed.get():
        raise ModelCallRefusedError("model calls are forbidden here; a test that means it uses model_calls(allowed=True)")
