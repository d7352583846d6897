"""What our two HTTP applications share: how one is assembled, and how the framework's own errors become ours."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from shared.domain.errors import InvalidInputError, NotFoundError
from shared.runtime.body_gate import BodyGate
from shared.runtime.correlation import HEADER
from shared.runtime.http_schemas import ProblemBody
from shared.runtime.observability import Telemetry
from shared.runtime.problems import MEDIA_TYPE, MalformedJsonError, problem_for_status
from shared.runtime.request_context import RequestContext

BODY_LIMIT_BYTES = 64 * 1024
# Declares the scheme in the OpenAPI document; the check itself is each application's own.
credentials = HTTPBearer(auto_error=False, description="A token of the kind that docs/http-api.md names for the call.")
_ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "X-Site-Key", HEADER)
_EXPOSED_HEADERS = ("Location", "Retry-After", HEADER)


def new_app(*, title: str, version: str, summary: str, prefix: str, telemetry: Telemetry, origins: Sequence[str] = ()) -> FastAPI:
    """Return an application with our gate, context and error answers. `origins`: sites whose pages may call it (CORS)."""
    return FastAPI(
        title=title,
        version=version,
        summary=summary,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=_layers(telemetry, origins),
        exception_handlers={RequestValidationError: _on_invalid, HTTPException: _on_http},
        generate_unique_id_function=lambda route: route.name,
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route: the problems that it may answer with, for the OpenAPI document."""
    return {status: {"model": ProblemBody, "content": {MEDIA_TYPE: {}}} for status in statuses}


def json_answer(body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response. Routes answer with it directly: their results are our own, and need no second validation."""
    return JSONResponse(body, status_code=status, headers=headers)


def _layers(telemetry: Telemetry, origins: Sequence[str]) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(_ALLOWED_HEADERS),
        expose_headers=list(_EXPOSED_HEADERS),
        max_age=3600,
    )
    ours = [Middleware(RequestContext, telemetry=telemetry), Middleware(BodyGate, limit_bytes=BODY_LIMIT_BYTES)]
    return [cors, *ours] if origins else ours


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the framework registered this handler for
    if error.status_code == 404:
        raise NotFoundError("address", "")
    if error.status_code == 400:
        raise MalformedJsonError("the framework could not read the body") from error
    problem = problem_for_status(error.status_code, request.state.correlation_id)
    return JSONResponse(problem.body, problem.status, headers=error.headers, media_type=MEDIA_TYPE)


async def _on_invalid(_request: Request, error: Exception) -> NoReturn:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the framework registered this handler for
    first = error.errors()[0]
    raise InvalidInputError(_field(first["loc"]), _fix(first["type"], first.get("ctx", {})))


def _field(location: Sequence[object]) -> str:
    return ".".join(str(part) for part in location[1:]) or "body"


def _fix(kind: str, context: Mapping[str, object]) -> str:
    """Say what to send instead. Never the framework's message as it is: some of them quote the input."""
    template = _FIXES.get(kind, "send a valid value")
    return template.format_map({name: str(value) for name, value in context.items()})


_FIXES = {
    "missing": "it is required",
    "model_attributes_type": "send a JSON object",
    "dict_type": "send a JSON object",
    "string_type": "send a string",
    "string_too_short": "send at least {min_length} character(s)",
    "string_too_long": "send at most {max_length} characters",
    "string_pattern_mismatch": "send it in the documented form",
    "literal_error": "send one of {expected}",
    "enum": "send one of {expected}",
    "bool_type": "send true or false",
    "bool_parsing": "send true or false",
    "int_type": "send a whole number",
    "int_parsing": "send a whole number",
    "int_parsing_size": "send a smaller number",
    "greater_than_equal": "send a number of at least {ge}",
    "less_than_equal": "send a number of at most {le}",
}
