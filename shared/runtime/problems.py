"""The one table from error codes to HTTP answers (RFC 9457), and the errors that only an HTTP edge knows."""

import math
from dataclasses import dataclass
from http import HTTPStatus

from shared.domain.errors import InvalidInputError, RateLimitedError, SupportError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


class MalformedJsonError(SupportError):
    """The body is not the JSON that we accept."""

    code = "malformed_json"


class PayloadTooLargeError(SupportError):
    """The body is larger than the limit."""

    code = "payload_too_large"


class RequestTimeoutError(SupportError):
    """The body did not arrive in time."""

    code = "request_timeout"
    retryable = True


class UnsupportedMediaTypeError(SupportError):
    """The body is declared as something else than JSON."""

    code = "unsupported_media_type"


@dataclass(frozen=True, slots=True)
class _Row:
    status: int
    title: str
    detail: str


# `detail` is ours, never the error's message: a message may carry an identifier that came with the request.
_TABLE = {
    "malformed_json": _Row(400, "Malformed JSON", "The body is not valid JSON in UTF-8, or nests too deeply."),
    "unauthorized": _Row(401, "Unauthorized", "Send a valid token in the header Authorization: Bearer TOKEN."),
    "not_found": _Row(404, "Not found", "It does not exist, or this token may not see it."),
    "subject_erased": _Row(404, "Not found", "It does not exist, or this token may not see it."),
    "method_not_allowed": _Row(405, "Method not allowed", "The header Allow lists the methods of this address."),
    "request_timeout": _Row(408, "Request timeout", "The body did not arrive in time. Send the same request again."),
    "version_conflict": _Row(409, "Conflict", "Someone else changed it first. Read it again and retry."),
    "owner_changed": _Row(409, "Conflict", "Someone else has this conversation now."),
    "idempotency_mismatch": _Row(409, "Conflict", "This Idempotency-Key was used with another body. Send a new key."),
    "payload_too_large": _Row(413, "Body too large", "Send at most 64 KB."),
    "unsupported_media_type": _Row(415, "Unsupported media type", "Send the header Content-Type: application/json."),
    "invalid_input": _Row(422, "Invalid input", "A field is not valid."),
    "document_rejected": _Row(422, "Invalid document", "The document cannot be ingested."),
    "rate_limited": _Row(429, "Too many requests", "Wait as long as the header Retry-After says."),
    "deadline_exceeded": _Row(503, "Try again", "This took too long. Send the same request again with the same Idempotency-Key."),
    "dependency_unavailable": _Row(503, "Try again", "A part of the system did not answer. Send the same request again."),
    "ticket_failed": _Row(503, "Try again", "The ticket could not be processed yet."),
}
_INTERNAL = _Row(500, "Internal error", "This is our fault. Give the correlation id to support.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An HTTP answer to an error: status, extra headers, and the body's members."""

    status: int
    headers: dict[str, str]
    body: dict[str, object]


def problem_for(error: SupportError, correlation_id: str) -> Problem:
    """Map an error to its answer. An unknown code is a 500; nothing of the input is in it."""
    row = _TABLE.get(error.code, _INTERNAL)
    return Problem(status=row.status, headers=_headers(row, error), body=_body(row, error, correlation_id))


def problem_for_status(status: int, correlation_id: str) -> Problem:
    """Return the answer to an error of the framework's own, known by its status alone."""
    code, row = next(((code, row) for code, row in _TABLE.items() if row.status == status), ("", None))
    if row is None:
        title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
        code, row = "internal_error" if status >= 500 else "invalid_request", _Row(status, title, title)
    return Problem(status=status, headers={}, body=_members(row, code, correlation_id))


def _body(row: _Row, error: SupportError, correlation_id: str) -> dict[str, object]:
    code = "not_found" if error.code == "subject_erased" else error.code if row is not _INTERNAL else "internal_error"
    body = _members(row, code, correlation_id)
    if isinstance(error, InvalidInputError):
        body |= {"detail": f"{error.field}: {error.fix}", "field": error.field, "fix": error.fix}
    return body


def _members(row: _Row, code: str, correlation_id: str) -> dict[str, object]:
    return {
        "type": f"urn:kefu:problem:{code}",
        "title": row.title,
        "status": row.status,
        "code": code,
        "detail": row.detail,
        "correlation_id": correlation_id,
    }


def _headers(row: _Row, error: SupportError) -> dict[str, str]:
    if row.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, RateLimitedError):
        return {"Retry-After": str(max(1, math.ceil(error.retry_after_s)))}
    if row.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}
