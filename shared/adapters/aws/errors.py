"""AWS errors become ours, once, at the adapter's edge."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from shared.domain.errors import (
    DependencyUnavailableError,
    IdempotencyMismatchError,
    InvalidInputError,
    SupportError,
    VersionConflictError,
)

# What can never succeed as it was sent; everything else may, later (throttling, outages, a right that is missing).
_INVALID = frozenset({"ValidationException", "InvalidParameterValue", "InvalidMessageContents", "EntityTooLarge"})
# A single write met a transaction on the same item.
_CONFLICT = frozenset({"TransactionConflictException", "ConditionalRequestConflict", "OperationAborted"})
_MISMATCH = frozenset({"IdempotentParameterMismatchException"})


@contextmanager
def translated(dependency: str, identifier: str = "") -> Generator[None]:
    """Raise our error for any of the SDK's, chained; `identifier` (an id, never text) goes into it."""
    try:
        yield
    except ClientError as error:
        raise from_client_error(dependency, identifier, error) from error
    except ParamValidationError as error:
        raise InvalidInputError("request", f"{dependency} takes no such value") from error
    except BotoCoreError as error:
        raise DependencyUnavailableError(dependency, type(error).__name__) from error


def error_code(error: ClientError) -> str:
    """Return the service's code, without the namespace that some put before it."""
    response = cast("dict[str, Any]", error.response)
    return str(response.get("Error", {}).get("Code", "")).rpartition("#")[2]


def from_client_error(dependency: str, identifier: str, error: ClientError) -> SupportError:
    """Return what a service's error code means. Its message is left out: it may quote data."""
    code = error_code(error)
    if code in _CONFLICT:
        return VersionConflictError(dependency, identifier)
    if code in _MISMATCH:
        return IdempotencyMismatchError(identifier)
    if code in _INVALID:
        return InvalidInputError("request", f"{dependency} answered {code}")
    return DependencyUnavailableError(dependency, code or "no error code")
