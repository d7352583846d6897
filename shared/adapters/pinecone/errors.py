"""The SDK's errors become ours, once, at the adapter's edge. Their messages stay behind: they may quote a request."""

from collections.abc import Generator
from contextlib import contextmanager

from pinecone.errors.exceptions import (
    ApiError,
    ForbiddenError,
    NotFoundError,
    PaymentRequiredError,
    PineconeError,
    PineconeTimeoutError,
    PineconeTypeError,
    PineconeValueError,
    RateLimitError,
    ServiceError,
    UnauthorizedError,
)

from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, InvalidInputError, RateLimitedError

_DEPENDENCY = "vector index"
_DEFAULT_RETRY_AFTER_S = 1.0


@contextmanager
def translated() -> Generator[None]:
    """Raise our error for any of the SDK's, chained. A refused key is our outage, not the customer's missing right."""
    try:
        yield
    except RateLimitError as error:
        raise RateLimitedError(error.retry_after or _DEFAULT_RETRY_AFTER_S) from error
    except PineconeTimeoutError as error:
        raise DeadlineExceededError("the vector index did not answer in time") from error
    except (UnauthorizedError, ForbiddenError, PaymentRequiredError) as error:
        raise DependencyUnavailableError(_DEPENDENCY, f"the API key was refused: HTTP {error.status_code}") from error
    except (NotFoundError, ServiceError) as error:
        raise DependencyUnavailableError(_DEPENDENCY, f"HTTP {error.status_code}") from error
    except ApiError as error:
        raise InvalidInputError("request", f"the vector index answered HTTP {error.status_code}") from error
    except (PineconeValueError, PineconeTypeError) as error:
        raise InvalidInputError("request", "the vector index takes no such value") from error
    except PineconeError as error:
        raise DependencyUnavailableError(_DEPENDENCY, type(error).__name__) from error
