"""The two HTTP applications on the test world: the very apps, handlers and hops of a single machine, with its clock."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from httpx import Response
from pydantic import SecretStr
from starlette.testclient import TestClient

from functions.desk.settings import StaffMember
from local.aws_shapes import schedule_event
from local.composition.functions import Functions, Parts, build_functions
from local.composition.knowledge import Knowledge
from local.composition.stores import Stores
from local.pollers import OutboxFeed, QueueFeed
from local.settings import LocalSettings
from shared.adapters.local_files.object_store import FileObjectStore
from shared.adapters.local_files.secrets import FileSecrets
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.adapters.sqlite.rate_limiter import SQLiteRateLimiter
from shared.contracts import QUEUES, TICKETS, TURNS
from tests.world import COMPANY, World

STAFF = StaffMember(agent_id="agent-1", name="客服", token=SecretStr("unused-here-unused-here-unused"))


@dataclass
class Visitor:
    """Somebody with a conversation."""

    client: TestClient
    conversation_id: str
    token: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def ask(self, text: str, key: str = "") -> Response:
        """Post a message."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/v1/conversations/{self.conversation_id}/messages", json={"text": text}, headers=headers)

    def read(self, after: int = 0) -> dict:
        """Read what was said after a position."""
        path = f"/v1/conversations/{self.conversation_id}/messages?after={after}"
        answer = self.client.get(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Front:
    """World and functions. `run_background` does what the pollers would."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.world = World()
        self.stores = _stores(self.world, folder)
        values = {"release": "r1", "tenant_rate_per_s": 1000.0, "session_rate_per_s": 1000.0} | settings
        search = self.world.knowledge.search
        parts = Parts(
            settings=LocalSettings.model_validate(values),
            company=COMPANY,
            companies=self.world.companies,
            knowledge=Knowledge(search=lambda query: search(query, 3, ""), handler=lambda _event, _context: {}),
            answerer=self.world.knowledge,
        )
        self.functions: Functions = build_functions(self.stores, parts)
        self.customers = TestClient(self.functions.ingress, raise_server_exceptions=True)
        self.staff = TestClient(
            self.functions.desk, headers={"Authorization": f"Bearer {self.stores.secrets.ensure('staff_token')}"}
        )

    def visitor(self, language: str = "zh") -> Visitor:
        """Open a conversation."""
        opened = self.customers.post("/v1/conversations", json={"language": language})
        assert opened.status_code == 201, opened.text
        return Visitor(self.customers, opened.json()["conversation_id"], opened.json()["token"])

    def run_background(self) -> None:
        """Relay the outbox and feed the queues until nothing is left to do now."""
        feeds = [OutboxFeed(outbox=self.stores.outbox, handler=self.functions.outbox)]
        handlers = {TURNS.name: self.functions.dialog, TICKETS.name: self.functions.tickets}
        feeds += [QueueFeed(name=n, queue=self.stores.queues[n], handler=h, visibility_s=180) for n, h in handlers.items()]
        busy = True
        while busy:
            busy = sum(feed.run_once() for feed in feeds) > 0

    def sweep(self) -> dict:
        """Let the schedule fire."""
        return dict(self.functions.sweeper(schedule_event("sweep-00000001", self.world.clock.now().isoformat()), None))

    def close(self) -> None:
        """Stop the hops."""
        self.functions.close()


def _stores(world: World, folder: Path) -> Stores:
    queues = Database(":memory:")
    return Stores(
        clock=world.clock,
        ids=world.ids,
        secrets=FileSecrets(folder / "secrets.json"),
        objects=FileObjectStore(folder / "objects"),
        sessions=world.sessions,
        ledger=world.ledger,
        conversations=world.conversations,
        tickets=world.tickets,
        outbox=world.outbox,
        presence=world.presence,
        profiles=world.profiles,
        cache=world.cache,
        limiter=SQLiteRateLimiter(Database(":memory:")),
        queues={contract.name: SQLiteQueue(queues, contract, world.clock, world.ids) for contract in QUEUES},
        state=world.database,
        queue_file=queues,
        others=(),
    )


def as_json(response: Response) -> dict:
    """Return the body as strict JSON: what a client in another language would read."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(response.content.decode("utf-8"), parse_constant=refuse)
