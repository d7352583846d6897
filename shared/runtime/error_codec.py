"""Errors across a function hop: `{code, message, retryable, fields}` on the wire, the same class on the other side."""

from collections.abc import Callable, Mapping

from shared.domain import errors
from shared.domain.errors import SupportError


def encode_error(error: SupportError) -> dict[str, object]:
    """Return the JSON form. Fields of errors hold ids and numbers only."""
    return {"code": error.code, "message": str(error), "retryable": error.retryable, "fields": dict(error.fields)}


def decode_error(raw: Mapping[str, object]) -> SupportError:
    """Rebuild the error that the other function raised; an unknown code becomes a plain SupportError, a 500 outside."""
    fields = raw.get("fields")
    build = _BUILDERS.get(str(raw.get("code")))
    return build(_Fields(fields if isinstance(fields, Mapping) else {}), str(raw.get("message", ""))) if build else _unknown(raw)


class _Fields:
    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        return str(self._raw.get(name, ""))

    def seconds(self, name: str) -> float:
        value = self._raw.get(name)
        return float(value) if isinstance(value, int | float) else 1.0


def _unknown(raw: Mapping[str, object]) -> SupportError:
    return SupportError(f"the called function failed: {raw.get('code', 'internal_error')}")


_BUILDERS: Mapping[str, Callable[[_Fields, str], SupportError]] = {
    "invalid_input": lambda f, _: errors.InvalidInputError(f["field"], f["fix"]),
    "not_found": lambda f, _: errors.NotFoundError(f["kind"], f["identifier"]),
    "version_conflict": lambda f, _: errors.VersionConflictError(f["kind"], f["identifier"]),
    "owner_changed": lambda f, _: errors.OwnerChangedError(f["conversation_id"], f["owner"]),
    "idempotency_mismatch": lambda f, _: errors.IdempotencyMismatchError(f["key"]),
    "unauthorized": lambda _, message: errors.UnauthorizedError(message),
    "rate_limited": lambda f, _: errors.RateLimitedError(f.seconds("retry_after_s")),
    "deadline_exceeded": lambda _, message: errors.DeadlineExceededError(message),
    "dependency_unavailable": lambda f, message: errors.DependencyUnavailableError(f["dependency"], message),
    "subject_erased": lambda f, _: errors.SubjectErasedError(f["subject_id"]),
    "ticket_failed": lambda _, message: errors.TicketFailedError(message),
}
