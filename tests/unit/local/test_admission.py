"""A server with enough to do turns others away at once, and takes them when it has time again."""

import asyncio

import httpx
from starlette.types import Receive, Scope, Send

from local.admission import AtMost
from tests import loops


class Slow:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.may_answer.wait()
        if scope["path"] == "/broken":
            raise ValueError("broken")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def _client(app: AtMost) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://kefu.test")


def test_one_request_too_many_is_turned_away_with_when_to_come_again() -> None:
    async def run() -> tuple[httpx.Response, list[int], int]:
        slow = Slow()
        async with _client(AtMost(slow, 2)) as client:
            first = [asyncio.create_task(client.get("/v1/site")) for _ in range(2)]
            await asyncio.sleep(0.01)
            refused = await client.get("/v1/site")
            slow.may_answer.set()
            statuses = [(await one).status_code for one in first]
        return refused, statuses, slow.asked

    refused, statuses, asked = loops.run(run())
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "dependency_unavailable", "2")
    assert refused.headers["content-type"] == "application/problem+json"
    assert (statuses, asked) == ([200, 200], 2)


def test_whoever_comes_when_others_have_gone_is_served_also_after_a_failure() -> None:
    async def run() -> list[int]:
        slow = Slow()
        slow.may_answer.set()
        async with _client(AtMost(slow, 1)) as client:
            return [(await client.get(path)).status_code for path in ("/broken", "/v1/site", "/v1/site")]

    assert loops.run(run()) == [500, 200, 200]
