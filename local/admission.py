"""A server that has enough to do says so at once: better than to let everybody wait until nobody is answered in time."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.domain.errors import DependencyUnavailableError
from shared.runtime.correlation import HEADER, correlation_id_from
from shared.runtime.problems import MEDIA_TYPE, problem_for


class AtMost:
    """An application with at most `requests` under way; one more is 503 with Retry-After, and nothing of it was done."""

    def __init__(self, app: ASGIApp, requests: int) -> None:
        self._app = app
        self._requests = requests
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say that there are too many."""
        if self._under_way >= self._requests:
            await _busy(scope)(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1


def _busy(scope: Scope) -> ASGIApp:
    correlation_id = correlation_id_from(Headers(scope=scope).get(HEADER))
    problem = problem_for(DependencyUnavailableError("server", "too much to do"), correlation_id)
    return JSONResponse(problem.body, problem.status, {**problem.headers, HEADER: correlation_id}, media_type=MEDIA_TYPE)
