"""The customers' HTTP application: read the request, let the front door do it beside the event loop, map the answer."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.routing import APIRouter

from functions.ingress.front_door import FrontDoor, Visit
from functions.ingress.openapi_links import AFTER_OPENING, AFTER_POSTING
from functions.ingress.schemas import (
    AcceptedAnswer,
    AnsweredAnswer,
    FeedbackAnswer,
    HealthAnswer,
    MessagesAnswer,
    OpenConversation,
    OpenedAnswer,
    PostFeedback,
    PostMessage,
    SiteAnswer,
)
from functions.ingress.settings import IngressSettings
from shared.domain.errors import DependencyUnavailableError
from shared.domain.turn import TurnStatus
from shared.runtime.bearer import bearer
from shared.runtime.http_app import credentials, json_answer, new_app, problems
from shared.runtime.http_schemas import TicketShape
from shared.runtime.observability import Telemetry
from shared.runtime.offload import Offload

Id = Annotated[str, Path(min_length=1, max_length=64)]
SiteKey = Annotated[str, Header(alias="X-Site-Key", max_length=100)]
MessageKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
SecretKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=22, max_length=200, pattern=r"^[\x21-\x7e]+$")]
After = Annotated[int, Query(ge=0, le=2**31)]
Limit = Annotated[int, Query(ge=1, le=200)]
_MESSAGES = "/v1/conversations/{conversation_id}/messages"
_GRACE_S = 2.0


def create_app(settings: IngressSettings, door: FrontDoor, telemetry: Telemetry) -> FastAPI:
    """Return the application. It holds no state of its own."""
    app = new_app(
        title="Kefu: customers",
        version="1",
        summary="Open a conversation, ask, read the answers and their sources, follow a ticket.",
        prefix="/v1",
        telemetry=telemetry,
        origins=settings.allowed_origins,
    )
    run = _Runner(Offload(settings.threads), settings)
    app.include_router(_site_routes(settings, door, run))
    app.include_router(_opening_routes(door, run))
    app.include_router(_message_routes(door, run))
    app.include_router(_feedback_routes(door, run))
    app.include_router(_ticket_routes(door, run))
    return app


class _Runner:
    """Runs the front door's blocking calls, each with its deadline."""

    def __init__(self, offload: Offload, settings: IngressSettings) -> None:
        self._offload = offload
        self._turn_s = settings.turn_timeout_s + _GRACE_S
        self._command_s = settings.command_timeout_s + _GRACE_S

    async def turn(self, work: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        return await self._offload(work, self._turn_s)

    async def command(self, work: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        return await self._offload(work, self._command_s)


def _site_routes(settings: IngressSettings, door: FrontDoor, run: _Runner) -> APIRouter:
    router = APIRouter(tags=["site"])

    @router.get("/healthz", response_model=HealthAnswer)
    async def health() -> Response:
        return json_answer({"status": "ok", "release": settings.release})

    @router.get("/v1/site", response_model=SiteAnswer, responses=problems(422, 429))
    async def read_site(request: Request, site_key: SiteKey = "") -> Response:
        visit = _visit(request, site_key=site_key)
        return json_answer(await run.command(lambda: door.site(visit)))

    return router


def _opening_routes(door: FrontDoor, run: _Runner) -> APIRouter:
    router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
    opening = problems(400, 408, 409, 413, 415, 422, 429, 503) | AFTER_OPENING

    @router.post("", status_code=201, response_model=OpenedAnswer, responses=opening)
    async def open_conversation(
        request: Request, body: OpenConversation | None = None, site_key: SiteKey = "", key: SecretKey = None
    ) -> Response:
        visit = _visit(request, site_key=site_key, key=key)
        language = body.language if body else None
        opened = await run.command(lambda: door.open_conversation(visit, language))
        return json_answer(opened, 201, {"Location": f"/v1/conversations/{opened['conversation_id']}/messages"})

    return router


def _message_routes(door: FrontDoor, run: _Runner) -> APIRouter:
    router = APIRouter(prefix=_MESSAGES, tags=["conversations"], dependencies=[Depends(credentials)])

    @router.post(
        "",
        response_model=AnsweredAnswer,
        responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 429, 503) | {202: {"model": AcceptedAnswer, **AFTER_POSTING}},
    )
    async def post_message(request: Request, conversation_id: Id, body: PostMessage, key: MessageKey = None) -> Response:
        visit = _visit(request, key=key)
        result = await run.turn(lambda: door.post_message(visit, conversation_id, body.text))
        return _turn_answer(result, conversation_id)

    @router.get("", response_model=MessagesAnswer, responses=problems(401, 404, 422, 429, 503))
    async def list_messages(request: Request, conversation_id: Id, after: After = 0, limit: Limit = 100) -> Response:
        visit = _visit(request)
        return json_answer(await run.command(lambda: door.list_messages(visit, conversation_id, after, limit)))

    return router


def _feedback_routes(door: FrontDoor, run: _Runner) -> APIRouter:
    router = APIRouter(prefix=_MESSAGES, tags=["conversations"], dependencies=[Depends(credentials)])

    @router.post(
        "/{message_id}/feedback",
        response_model=FeedbackAnswer,
        responses=problems(400, 401, 404, 408, 413, 415, 422, 429, 503),
    )
    async def give_feedback(request: Request, conversation_id: Id, message_id: Id, body: PostFeedback) -> Response:
        visit = _visit(request)
        answer = await run.command(lambda: door.give_feedback(visit, conversation_id, message_id, body.helpful, body.comment))
        return json_answer(answer)

    return router


def _ticket_routes(door: FrontDoor, run: _Runner) -> APIRouter:
    router = APIRouter(prefix="/v1/tickets", tags=["tickets"], dependencies=[Depends(credentials)])

    @router.get("/{ticket}", response_model=TicketShape, responses=problems(401, 404, 422, 429, 503))
    async def read_ticket(request: Request, ticket: Id, site_key: SiteKey = "") -> Response:
        visit = _visit(request, site_key=site_key)
        return json_answer(await run.command(lambda: door.read_ticket(visit, ticket)))

    return router


def _turn_answer(result: Mapping[str, object], conversation_id: str) -> Response:
    status, asked, conversation = result["status"], result.get("customer_message"), result["conversation"]
    if status == TurnStatus.ANSWERED:
        return json_answer({"message": result["reply"], "customer_message": asked, "conversation": conversation})
    if status == TurnStatus.LOST:
        raise DependencyUnavailableError("turn", "the message ended without an answer; it may be sent again")
    after = asked["position"] if isinstance(asked, Mapping) else 0
    location = f"/v1/conversations/{conversation_id}/messages?after={after}"
    return json_answer({"status": status, "customer_message": asked, "conversation": conversation}, 202, {"Location": location})


def _visit(request: Request, *, site_key: str = "", key: str | None = None) -> Visit:
    return Visit(
        correlation_id=request.state.correlation_id,
        site_key=site_key,
        token=bearer(request.headers),
        idempotency_key=key,
    )
