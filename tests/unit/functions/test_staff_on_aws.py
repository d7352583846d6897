"""The desk's entry as Lambda imports it: it lets in whom the staff's secret names now, not whom it named at the start."""

import asyncio
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from functions.desk.staff import parse_staff
from shared.adapters.aws.deployed import Deployed
from shared.adapters.aws.lambda_invoke import LambdaTransport
from shared.adapters.caching_secret import KEPT_FOR
from shared.adapters.clock import SystemClock
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.domain.errors import DependencyUnavailableError
from tests.events import load_event
from tests.infra.fake_environment import environment_of
from tests.world import TickingClock

ZHOU, LI = "z" * 43, "l" * 43
COMPANY = b"tenant: acme\nname: Acme\ntime_zone: Asia/Shanghai\nsite_keys: [pk_acme]\n"


def staff(*tokens: str) -> str:
    return json.dumps([{"agent_id": token[0], "name": token[0], "token": token} for token in tokens])


@pytest.fixture
def thread_of_its_own() -> Iterator[ThreadPoolExecutor]:
    """Return a thread with an event loop: where a browser test ran before in this process, the main one's is under way."""
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(loop,)) as thread:
        yield thread
    loop.close()


class Desk:
    """The deployed function, with the store of secrets and the clock at hand."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self.thread = thread
        self.secret = staff(ZHOU, LI)
        self.store_is_up = True
        self.reads = 0
        self.clock = TickingClock()
        self.handler: Any = None

    def read(self) -> str:
        self.reads += 1
        if not self.store_is_up:
            raise DependencyUnavailableError("secretsmanager", "down")
        return self.secret

    def status(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Host": "api.example"}
        changes = {"httpMethod": "GET", "path": "/desk/v1/me", "body": None, "headers": headers}
        many = {"multiValueHeaders": {name: [value] for name, value in headers.items()}}
        context = SimpleNamespace(function_name="kefu-test-desk", function_version="1")
        event = {**load_event("api-gateway-post-message"), **changes, **many}
        return self.thread.submit(self.handler, event, context).result()["statusCode"]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, thread_of_its_own: ThreadPoolExecutor) -> Iterator[Desk]:
    made, objects = Desk(thread_of_its_own), MemoryObjectStore()
    objects.put("tenants/acme/content/company.yaml", COMPANY)
    for name, value in environment_of("desk").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Deployed, "secret", lambda _self, _identifier: made.read())
    monkeypatch.setattr(Deployed, "objects", lambda _self, _bucket: objects)
    monkeypatch.setattr(SystemClock, "now", lambda _self: made.clock.now())
    monkeypatch.setattr(LambdaTransport, "__call__", lambda *_: {"result": {"available_agents": []}})
    monkeypatch.delitem(sys.modules, "functions.desk.main", raising=False)
    made.handler = import_module("functions.desk.main").handler
    yield made
    sys.modules.pop("functions.desk.main", None)


def test_a_token_that_was_taken_off_opens_nothing_after_the_secrets_minutes(desk: Desk) -> None:
    assert (desk.status(ZHOU), desk.status(LI)) == (200, 200) and desk.reads == 1
    desk.secret = staff(LI)
    desk.clock.advance(KEPT_FOR)
    assert (desk.status(ZHOU), desk.status(LI)) == (401, 200) and desk.reads == 2


def test_a_colleague_who_was_added_gets_in_after_the_same_minutes(desk: Desk) -> None:
    desk.secret = staff(LI)
    assert desk.status(ZHOU) == 401
    desk.secret = staff(LI, ZHOU)
    desk.clock.advance(KEPT_FOR)
    assert desk.status(ZHOU) == 200


def test_while_the_store_of_secrets_is_down_the_staff_go_on(desk: Desk) -> None:
    assert desk.status(ZHOU) == 200
    desk.store_is_up = False
    desk.clock.advance(KEPT_FOR)
    assert (desk.status(ZHOU), desk.status("nobody" * 8)) == (200, 401)


@pytest.mark.parametrize("broken", ["not json", "[]", staff(LI)[:-1]])
def test_a_list_that_cannot_be_read_lets_nobody_in_until_it_is_mended(desk: Desk, broken: str) -> None:
    assert desk.status(ZHOU) == 200
    desk.secret = broken
    desk.clock.advance(KEPT_FOR)
    assert (desk.status(ZHOU), desk.status(LI)) == (503, 503)
    desk.secret = staff(LI)
    desk.clock.advance(KEPT_FOR)
    assert (desk.status(ZHOU), desk.status(LI)) == (401, 200)


SHORT = '[{"agent_id": "a", "name": "b", "token": "short-and-secret"}]'
SAME_PERSON = json.dumps([{"agent_id": "a", "name": "b", "token": token} for token in (ZHOU, LI)])


@pytest.mark.parametrize("text", ["", "[]", "{}", '[{"agent_id": "a1"}]', SHORT, staff(ZHOU, ZHOU), SAME_PERSON])
def test_a_staff_list_that_proves_nobody_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(DependencyUnavailableError, match=r"docs/deploy\.md") as refused:
        parse_staff(text)
    assert refused.value.__cause__ is None and "secret-" not in str(refused.value) and ZHOU not in str(refused.value)


def test_tokens_do_not_show_in_a_repr() -> None:
    assert ZHOU not in repr(parse_staff(staff(ZHOU)))
