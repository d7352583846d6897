"""A conversation from the command line: over HTTP with the instance that runs, or with the functions in this process."""

import secrets
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from rich.console import Console

from functions.ingress.front_door import FrontDoor, Visit
from local.data_folder import DataFolder, Instance, running_instance
from local.logs import quiet_metrics, send_logs_to
from local.machine import Machine, load_model, open_machine
from local.search_node import with_search
from local.settings import LocalSettings
from local.whose_company import answers_for, with_company
from shared.domain.errors import DependencyUnavailableError, SupportError
from shared.domain.turn import TurnStatus
from shared.runtime.correlation import correlation_id_from

_TIMEOUT_S = 40.0
_POLL_S = 0.5
_AT_ONCE = 100
Json = Mapping[str, Any]


class Talk(Protocol):
    """One conversation. `ask` returns what the API returns for a message: an answer, or that it is pending or queued.

    `messages` returns those behind a position of the transcript, at most 100, whoever wrote them.
    """

    def ask(self, text: str) -> Json: ...

    def messages(self, after: int) -> Sequence[Json]: ...


@contextmanager
def open_talk(
    settings: LocalSettings, prepare: Callable[[Machine], None], tell: Callable[[str], None] = lambda _line: None
) -> Generator[Talk]:
    """Begin a conversation: with the running instance, or in this process where none runs for the company that is meant.

    `prepare` is called for a machine in this process, which may never have been started; `tell` is told, in one line,
    when an instance runs but is not the one that answers.
    """
    folder = DataFolder(settings.data)
    instance = running_instance(folder)
    if instance is not None and not answers_for(instance, settings):
        tell(
            f"The instance on port {instance.port} answers for {instance.company or 'a company that it does not name'}; "
            f"this conversation is with {settings.company}, in this process."
        )
    elif instance is not None:
        with httpx.Client(base_url=f"http://127.0.0.1:{instance.port}", timeout=_TIMEOUT_S, trust_env=False) as client:
            yield _open_http(client, instance)
        return
    with local_machine(settings) as machine:
        prepare(machine)
        machine.base.model.load(lambda: load_model(settings.models, machine.folder.words))
        yield _open_door(machine.functions.door)


@contextmanager
def local_machine(settings: LocalSettings) -> Generator[Machine]:
    """Open the machine in this process, beside a running one if need be: its files may be shared."""
    quiet_metrics()
    settings = with_company(settings)
    folder = DataFolder(settings.data)
    folder.prepare()
    with with_search(settings, Console(stderr=True)) as found:
        machine = open_machine(found, folder)
        send_logs_to(folder)
        try:
            yield machine
        finally:
            machine.close()


def _open_http(client: httpx.Client, instance: Instance) -> "HttpTalk":
    try:
        opened = _checked(client.post("/v1/conversations", headers={"Idempotency-Key": secrets.token_hex(16)}))
    except httpx.TransportError as error:
        raise DependencyUnavailableError("server", f"the instance on port {instance.port} does not answer") from error
    return HttpTalk(client=client, conversation_id=opened["conversation_id"], token=opened["token"])


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTalk:
    """Over HTTP."""

    client: httpx.Client
    conversation_id: str
    token: str = field(repr=False)

    def ask(self, text: str) -> Json:
        """Send a message; a lost reply is asked for again under the same key."""
        path = f"/v1/conversations/{self.conversation_id}/messages"
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": secrets.token_hex(16)}
        for _ in range(2):
            try:
                return _checked(self.client.post(path, json={"text": text}, headers=headers))
            except httpx.TransportError:
                time.sleep(_POLL_S)
        raise DependencyUnavailableError("server", "it does not answer; is it still running?")

    def messages(self, after: int) -> Sequence[Json]:
        """Return what was said since."""
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"/v1/conversations/{self.conversation_id}/messages"
        try:
            found: Sequence[Json] = _checked(self.client.get(path, params={"after": after}, headers=headers))["messages"]
        except httpx.TransportError as error:
            raise DependencyUnavailableError("server", "it does not answer; is it still running?") from error
        return found


def _checked(response: httpx.Response) -> Json:
    body: Json = response.json()
    if response.is_error:
        raise SupportError(str(body.get("detail", response.status_code)))
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTalk:
    """With the front door in this process."""

    door: FrontDoor
    conversation_id: str
    token: str = field(repr=False)

    def ask(self, text: str) -> Json:
        """Send a message."""
        visit = Visit(correlation_id=correlation_id_from(None), token=self.token)
        result = self.door.post_message(visit, self.conversation_id, text)
        if result["status"] == TurnStatus.LOST:
            raise DependencyUnavailableError("turn", "the message ended without an answer; it may be sent again")
        return {**result, "message": result.get("reply")}

    def messages(self, after: int) -> Sequence[Json]:
        """Return what was said since."""
        visit = Visit(correlation_id=correlation_id_from(None), token=self.token)
        listed: Json = self.door.list_messages(visit, self.conversation_id, after, _AT_ONCE)
        found: Sequence[Json] = listed["messages"]
        return found


def _open_door(door: FrontDoor) -> DoorTalk:
    opened = door.open_conversation(Visit(correlation_id=correlation_id_from(None)), None)
    return DoorTalk(door=door, conversation_id=str(opened["conversation_id"]), token=str(opened["token"]))
