"""Visitors over HTTP: they open conversations, ask, read, send copies at once, and wait when they are told to."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

_TOO_MANY, _UNAVAILABLE = HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE
_RETRY_AFTER = "Retry-After"
_TRIES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody with a conversation."""

    conversation_id: str
    token: str

    async def ask(self, client: httpx.AsyncClient, text: str, key: str = "") -> httpx.Response:
        """Post a message."""
        headers = {**self._credentials(), "Idempotency-Key": key or uuid.uuid4().hex}
        return await client.post(self._path(), json={"text": text}, headers=headers)

    async def read(self, client: httpx.AsyncClient) -> httpx.Response:
        """Read the conversation."""
        return await client.get(self._path(), headers=self._credentials())

    def _path(self) -> str:
        return f"/v1/conversations/{self.conversation_id}/messages"

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What became of copies of one message. `answers`: the different ids of replies; `turns`: the customer's messages stored."""

    sent: int
    answers: frozenset[str]
    turns: int
    told_to_wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What became of more requests at once than are admitted."""

    sent: int
    admitted: int
    refused: int
    with_retry_after: int
    admitted_later: bool


async def open_visitors(client: httpx.AsyncClient, count: int, rate_per_s: float) -> list[Visitor]:
    """Open conversations, not faster than `rate_per_s`."""
    visitors: list[Visitor] = []
    for _ in range(count):
        opened = (await client.post("/v1/conversations", json={"language": "zh"})).raise_for_status().json()
        visitors.append(Visitor(conversation_id=opened["conversation_id"], token=opened["token"]))
        await asyncio.sleep(1 / rate_per_s)
    return visitors


async def send_copies(client: httpx.AsyncClient, visitor: Visitor, text: str, count: int) -> Copies:
    """Send one message `count` times at once, each copy again when it is told to wait, as a page does."""
    before = await _own_messages(client, visitor)
    key = uuid.uuid4().hex
    ended = await asyncio.gather(*(_patiently(client, visitor, text, key) for _ in range(count)))
    await asyncio.sleep(2)
    return Copies(
        sent=count,
        answers=frozenset(reply for reply, _ in ended),
        turns=await _own_messages(client, visitor) - before,
        told_to_wait=sum(waits for _, waits in ended),
    )


async def flood(client: httpx.AsyncClient, visitors: Sequence[Visitor], count: int) -> Flood:
    """Send `count` requests of different visitors at once; then wait as long as the longest refusal said, and ask once more."""
    answers = await asyncio.gather(*(visitors[number % len(visitors)].read(client) for number in range(count)))
    refused = [answer for answer in answers if answer.status_code == _TOO_MANY]
    waits = [int(answer.headers[_RETRY_AFTER]) for answer in refused if _RETRY_AFTER in answer.headers]
    await asyncio.sleep(max(waits, default=0))
    later = await visitors[0].read(client)
    return Flood(
        sent=count,
        admitted=sum(answer.status_code == HTTPStatus.OK for answer in answers),
        refused=len(refused),
        with_retry_after=sum(wait >= 1 for wait in waits),
        admitted_later=later.status_code == HTTPStatus.OK,
    )


async def _patiently(client: httpx.AsyncClient, visitor: Visitor, text: str, key: str) -> tuple[str, int]:
    """Return the reply's id, and how often the copy was told to wait."""
    answer, waits = await _until_served(lambda: visitor.ask(client, text, key))
    return answer.json()["message"]["message_id"], waits


async def _own_messages(client: httpx.AsyncClient, visitor: Visitor) -> int:
    answer, _ = await _until_served(lambda: visitor.read(client))
    return sum(message["author"] == "customer" for message in answer.json()["messages"])


async def _until_served(send: Callable[[], Awaitable[httpx.Response]]) -> tuple[httpx.Response, int]:
    """Send again as long as the server says to wait. Raises for any other answer than 200, 429 and 503."""
    for waits in range(_TRIES):
        answer = await send()
        if answer.status_code not in (_TOO_MANY, _UNAVAILABLE):
            return answer.raise_for_status(), waits
        await asyncio.sleep(int(answer.headers[_RETRY_AFTER]))
    raise TimeoutError("told to wait again and again")
