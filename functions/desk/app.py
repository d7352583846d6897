"""The staff's HTTP application: who is asking, one command to `dialog`, its JSON back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response, params
from fastapi.routing import APIRouter

from functions.desk.schemas import (
    ConversationAnswer,
    ConversationsAnswer,
    MeAnswer,
    MessageAnswer,
    PostReply,
    PostTicket,
    PutPresence,
    TicketAnswer,
    TicketsAnswer,
    TranscriptAnswer,
    UnansweredAnswer,
)
from functions.desk.settings import DeskSettings, StaffMember
from functions.desk.staff import StaffList
from shared.domain.company import Company
from shared.ports import IdSource
from shared.runtime.bearer import bearer
from shared.runtime.dialog_client import Caller, DialogClient
from shared.runtime.http_app import credentials, json_answer, new_app, problems
from shared.runtime.observability import Telemetry
from shared.runtime.offload import Offload

Id = Annotated[str, Path(min_length=1, max_length=64)]
After = Annotated[int, Query(ge=0, le=2**31)]
Cursor = Annotated[str, Query(max_length=500)]
ReplyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
OwnerFilter = Literal["queue", "agent", "bot"] | None
StatusFilter = Literal["requested", "open", "in_progress", "resolved", "closed", "parked"] | None
_READ = problems(401, 404, 422, 503)
_WRITE = problems(400, 401, 404, 408, 409, 413, 415, 422, 503)
_GRACE_S = 2.0


def create_app(
    settings: DeskSettings,
    staff: StaffList,
    company: Company,
    dialog: DialogClient,
    ids: IdSource,
    telemetry: Telemetry,
) -> FastAPI:
    """Return the application. It holds no state of its own."""
    app = new_app(
        title="Kefu: staff",
        version="1",
        summary="See who waits, take over, reply, close; work on tickets; read what the bot could not answer.",
        prefix="/desk/v1",
        telemetry=telemetry,
    )
    commands = _Commands(settings=settings, dialog=dialog, ids=ids, staff=staff, offload=Offload(settings.threads))
    app.include_router(_agent_routes(commands, company))
    app.include_router(_conversation_routes(commands))
    app.include_router(_ticket_routes(commands))
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commands:
    """Gives a command of an identified staff member to `dialog`, beside the event loop."""

    settings: DeskSettings
    dialog: DialogClient
    ids: IdSource
    staff: StaffList
    offload: Offload

    async def authenticate(self, request: Request) -> None:
        """Raise UnauthorizedError before anything else of the request is looked at.

        Not beside the event loop: the list is in memory, but for one look each few minutes, and a Lambda has one request.
        """
        request.state.agent = self.staff.identify(bearer(request.headers))

    def checks(self) -> list[params.Depends]:
        return [Depends(credentials), Depends(self.authenticate)]

    async def give(self, request: Request, op: str, payload: Mapping[str, object], owner_token: str = "") -> Mapping[str, object]:
        agent: StaffMember = request.state.agent
        caller = Caller(tenant=self.settings.tenant, release=self.settings.release, correlation_id=request.state.correlation_id)
        signed = {**payload, "agent_id": agent.agent_id, "agent_name": agent.name}
        token = owner_token or self.ids.new_id()
        return await self.offload(lambda: self.dialog.call(caller, op, token, signed), self.settings.command_timeout_s + _GRACE_S)


def _agent_routes(commands: _Commands, company: Company) -> APIRouter:
    router = APIRouter(prefix="/desk/v1", tags=["staff"], dependencies=commands.checks())

    @router.get("/me", response_model=MeAnswer, responses=problems(401))
    async def read_me(request: Request) -> Response:
        agent: StaffMember = request.state.agent
        there = await commands.give(request, "list_presence", {})
        me = {"agent_id": agent.agent_id, "name": agent.name, "company": dict(company.name)}
        return json_answer(me | {"available_agents": there["available_agents"]})

    @router.put("/presence", status_code=204, responses=problems(400, 401, 408, 413, 415, 422))
    async def put_presence(request: Request, body: PutPresence) -> Response:
        await commands.give(request, "mark_presence", {"available": body.available})
        return Response(status_code=204)

    return router


def _conversation_routes(commands: _Commands) -> APIRouter:
    router = APIRouter(prefix="/desk/v1", tags=["conversations"], dependencies=commands.checks())

    @router.get("/conversations", response_model=ConversationsAnswer, responses=_READ)
    async def list_conversations(request: Request, owner: OwnerFilter = None, cursor: Cursor = "") -> Response:
        return json_answer(await commands.give(request, "list_conversations", {"owner": owner, "cursor": cursor}))

    @router.get("/conversations/{conversation_id}", response_model=TranscriptAnswer, responses=_READ)
    async def read_conversation(request: Request, conversation_id: Id, after: After = 0) -> Response:
        payload = {"conversation_id": conversation_id, "after": after}
        return json_answer(await commands.give(request, "read_conversation", payload))

    @router.post("/conversations/{conversation_id}/take-over", response_model=ConversationAnswer, responses=_WRITE)
    async def take_over(request: Request, conversation_id: Id) -> Response:
        return json_answer(await commands.give(request, "take_over", {"conversation_id": conversation_id}))

    @router.post("/conversations/{conversation_id}/reply", response_model=MessageAnswer, responses=_WRITE)
    async def agent_reply(request: Request, conversation_id: Id, body: PostReply, key: ReplyKey = None) -> Response:
        payload = {"conversation_id": conversation_id, "text": body.text}
        return json_answer(await commands.give(request, "agent_reply", payload, key or ""))

    @router.post("/conversations/{conversation_id}/hand-back", response_model=ConversationAnswer, responses=_WRITE)
    async def hand_back(request: Request, conversation_id: Id) -> Response:
        return json_answer(await commands.give(request, "hand_back", {"conversation_id": conversation_id}))

    @router.post("/conversations/{conversation_id}/close", response_model=ConversationAnswer, responses=_WRITE)
    async def close_conversation(request: Request, conversation_id: Id) -> Response:
        return json_answer(await commands.give(request, "close_conversation", {"conversation_id": conversation_id}))

    @router.get("/unanswered", response_model=UnansweredAnswer, responses=_READ)
    async def list_unanswered(request: Request, cursor: Cursor = "") -> Response:
        return json_answer(await commands.give(request, "list_unanswered", {"cursor": cursor}))

    return router


def _ticket_routes(commands: _Commands) -> APIRouter:
    router = APIRouter(prefix="/desk/v1/tickets", tags=["tickets"], dependencies=commands.checks())

    @router.get("", response_model=TicketsAnswer, responses=_READ)
    async def list_tickets(request: Request, status: StatusFilter = None, cursor: Cursor = "") -> Response:
        return json_answer(await commands.give(request, "list_tickets", {"status": status, "cursor": cursor}))

    @router.post("/{ticket_id}", response_model=TicketAnswer, responses=_WRITE)
    async def update_ticket(request: Request, ticket_id: Id, body: PostTicket) -> Response:
        payload = {"ticket_id": ticket_id, "status": body.status, "note": body.note}
        return json_answer(await commands.give(request, "update_ticket", payload))

    return router
