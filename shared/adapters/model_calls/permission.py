"""Whether a model may be called at all: tests refuse it unless one of them allows it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass


class ModelCallRefusedError(RuntimeError):
    """A model was called where that is forbidden. Not a SupportError: no ladder may swallow it."""


@dataclass(slots=True)
class _Permission:
    """Of the whole process, not of one thread: a call from a worker thread is refused as well."""

    allowed: bool = True


_PERMISSION = _Permission()


@contextmanager
def model_calls(*, allowed: bool) -> Generator[None]:
    """Allow or forbid model calls, in all threads, within the block."""
    before = _PERMISSION.allowed
    _PERMISSION.allowed = allowed
    try:
        yield
    finally:
        _PERMISSION.allowed = before


def require_permission() -> None:
    """Raise ModelCallRefusedError where model calls are forbidden."""
    if not _PERMISSION.allowed:
        raise ModelCallRefusedError("model calls are forbidden here; a test that means it uses model_calls(allowed=True)")
