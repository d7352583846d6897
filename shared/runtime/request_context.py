"""Around every request, as plain ASGI: the correlation id, problem+json for whatever is raised, one log line and one metric."""

import json
import time
from collections.abc import Mapping

from aws_lambda_powertools.metrics import MetricUnit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.domain.errors import SupportError
from shared.runtime.correlation import HEADER, correlation_id_from
from shared.runtime.observability import Telemetry
from shared.runtime.problems import MEDIA_TYPE, Problem, problem_for

_FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # An answer is data: opened as a page of its own it may load, run and be framed by nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestContext:
    """The outermost layer of our own: nothing that is raised inside gets past it."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        try:
            await self._app(scope, receive, exchange.send)
        except SupportError as error:
            await self._answer(exchange, error)
        except Exception as error:  # the edge: recorded, and answered as a 500 without its text
            await self._answer(exchange, _as_internal(error))
        self._record(scope, exchange)

    async def _answer(self, exchange: "_Exchange", error: SupportError) -> None:
        problem = problem_for(error, exchange.correlation_id)
        if problem.status >= 500:
            self._telemetry.failure("request_failed", exchange.correlation_id, _recorded(error))
        if not exchange.status:
            await exchange.respond(problem)

    def _record(self, scope: Scope, exchange: "_Exchange") -> None:
        route = getattr(scope.get("route"), "path", "none")
        facts: dict[str, object] = {"method": scope["method"], "route": route, "status": exchange.status}
        self._telemetry.event("request", exchange.correlation_id, **facts, took_ms=exchange.took_ms)
        self._telemetry.measure("RequestTime", exchange.took_ms, MetricUnit.Milliseconds, route=route)


class _Exchange:
    """One request being answered: remembers the status, and puts our headers on the response."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.correlation_id = correlation_id_from(Headers(scope=scope).get(HEADER))
        scope.setdefault("state", {})["correlation_id"] = self.correlation_id
        self.status = 0
        self._send = send
        self._started = time.perf_counter()

    @property
    def took_ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 2)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update({HEADER: self.correlation_id, **_FIXED_HEADERS})
        await self._send(message)

    async def respond(self, problem: Problem) -> None:
        body = json.dumps(problem.body).encode()
        headers: Mapping[str, str] = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})


def _recorded(error: SupportError) -> BaseException:
    """Return what the log tells of it: an error of ours names what failed; what only says "internal" has it as its cause."""
    return error.__cause__ or error if error.code == SupportError.code else error


def _as_internal(error: Exception) -> SupportError:
    internal = SupportError("unexpected failure")
    internal.__cause__ = error
    return internal
