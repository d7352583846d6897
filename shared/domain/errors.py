"""Every error that the system raises on purpose; edges map `code` to a status once (shared/runtime/problems.py)."""


class SupportError(Exception):
    """Root of our errors.

    `code` is stable and machine-readable; `retryable` says whether the same call may succeed later.
    Fields hold ids and numbers only: no text of a person ever goes into an error.
    """

    code = "internal_error"
    retryable = False

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.fields = fields


class InvalidInputError(SupportError):
    """Input that can never succeed. `field` names the culprit, `fix` says what to send instead."""

    code = "invalid_input"

    def __init__(self, field: str, fix: str) -> None:
        super().__init__(f"{field}: {fix}", field=field, fix=fix)
        self.field = field
        self.fix = fix


class NotFoundError(SupportError):
    """The thing does not exist, or not for this caller: the two are never told apart."""

    code = "not_found"

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"no {kind} {identifier}", kind=kind, identifier=identifier)


class VersionConflictError(SupportError):
    """Another writer changed the row first: reload and try again."""

    code = "version_conflict"
    retryable = True

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"{kind} {identifier} was changed by another writer", kind=kind, identifier=identifier)


class OwnerChangedError(SupportError):
    """The conversation has another owner now, so this outbound message must not be sent (invariant 2)."""

    code = "owner_changed"

    def __init__(self, conversation_id: str, owner: str) -> None:
        super().__init__(f"conversation {conversation_id} is owned by {owner}", conversation_id=conversation_id, owner=owner)
        self.owner = owner


class IdempotencyMismatchError(SupportError):
    """The same idempotency key came with other parameters."""

    code = "idempotency_mismatch"

    def __init__(self, key: str) -> None:
        super().__init__("this Idempotency-Key was used with another body; send a new key", key=key)


class UnauthorizedError(SupportError):
    """No credential, or one that is not valid."""

    code = "unauthorized"


class RateLimitedError(SupportError):
    """The token bucket is empty. `retry_after_s` is the exact wait."""

    code = "rate_limited"
    retryable = True

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"too many requests; retry after {retry_after_s:.2f} s", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class DeadlineExceededError(SupportError):
    """A hop's own deadline passed; the caller takes the next rung of the ladder."""

    code = "deadline_exceeded"
    retryable = True


class DependencyUnavailableError(SupportError):
    """A store, index or model did not answer."""

    code = "dependency_unavailable"
    retryable = True

    def __init__(self, dependency: str, reason: str) -> None:
        super().__init__(f"{dependency}: {reason}", dependency=dependency)
        self.dependency = dependency


class DamagedIndexError(DependencyUnavailableError):
    """A derived index cannot be read and never will be, or was written by another version: it is to be made again.

    An outage is no damage: where a server does not answer, its index must not be thrown away.
    """


class SubjectErasedError(SupportError):
    """The subject's data key was destroyed: what it sealed is gone for good."""

    code = "subject_erased"

    def __init__(self, subject_id: str) -> None:
        super().__init__(f"data of subject {subject_id} has been erased", subject_id=subject_id)


class DocumentRejectedError(SupportError):
    """A document cannot be ingested. `reason` is one of the stable words in docs/knowledge.md; `detail` is for people."""

    code = "document_rejected"

    def __init__(self, source: str, reason: str, detail: str) -> None:
        super().__init__(f"{source}: {reason}: {detail}", source=source, reason=reason)
        self.source = source
        self.reason = reason
        self.detail = detail


class TicketFailedError(SupportError):
    """One business attempt on a ticket failed; the queue decides about another."""

    code = "ticket_failed"
    retryable = True
