"""Bedrock's errors become ours, once: as the answer to a call, and in the middle of a stream (where their names are in camelCase).

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html, "Errors" and "Response Elements".
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, ReadTimeoutError
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ReadTimeoutError as BodyReadTimeoutError

from shared.adapters.aws.errors import error_code
from shared.adapters.model_calls.drafting import ModelRefusedError
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError, SupportError

# Bedrock does not say when to come back.
_RETRY_AFTER_S = 1.0
_BUSY = frozenset({"ThrottlingException", "TooManyRequestsException", "ServiceQuotaExceededException", "ModelNotReadyException"})
_LATE = frozenset({"ModelTimeoutException"})
_REFUSED = frozenset({"ValidationException", "AccessDeniedException", "ResourceNotFoundException"})
_CLIENT_ERRORS = range(400, 500)
# The model itself failed (424): another attempt may do better.
_MODEL_FAILED = frozenset({"ModelErrorException", "ModelStreamErrorException"})


@contextmanager
def translated(dependency: str = "model") -> Generator[None]:
    """Raise our error for any of the SDK's, chained. Messages stay behind: they may quote the request."""
    try:
        yield
    except ClientError as error:
        raise _from_client_error(dependency, error) from error
    except (ReadTimeoutError, BodyReadTimeoutError) as error:
        raise DeadlineExceededError(f"the {dependency} did not answer in time") from error
    except ParamValidationError as error:
        raise ModelRefusedError(dependency, "the SDK takes no such request") from error
    except (BotoCoreError, HTTPError, ParserError) as error:
        raise DependencyUnavailableError(dependency, type(error).__name__) from error


def _from_client_error(dependency: str, error: ClientError) -> SupportError:
    code = error_code(error)
    code = code[:1].upper() + code[1:]
    if code in _BUSY:
        return RateLimitedError(_RETRY_AFTER_S)
    if code in _LATE:
        return DeadlineExceededError(f"the {dependency} did not answer in time")
    response = cast("dict[str, Any]", error.response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _REFUSED or (status in _CLIENT_ERRORS and code not in _MODEL_FAILED):
        return ModelRefusedError(dependency, code or "no error code")
    return DependencyUnavailableError(dependency, code or "no error code")
