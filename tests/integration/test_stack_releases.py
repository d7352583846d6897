"""Two releases on one deployed stage: by whichever version the alias sends a call to, each gets what belongs to it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.bundling import bundle
from local.stack.deployment import PREFIX
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.ledger import DynamoDBLedger
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.random_ids import RandomIds
from shared.domain.ledger import LedgerEntry
from shared.domain.release import Release, Traffic
from tests.integration.deployed_stack import REPOSITORY, Stack, changed, until, with_module

pytestmark = pytest.mark.xdist_group("stack")
FUNCTIONS = ("ingress", "dialog", "retrieval")
TENANT = "yuguang"
# The other version must take no turn of this conversation: it could not.
_CANNOT_RESUME = '''"""Turns cannot be taken up here."""

from dataclasses import dataclass

from shared.ports import Clock, ConversationStore
from shared.use_cases.take_turn import TakeTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeTurns:
    conversations: ConversationStore
    take_turn: TakeTurn
    clock: Clock

    def __call__(self, *_: object) -> int:
        raise RuntimeError("the wrong version was asked")
'''


class TwoReleases:
    """r1 is stable and everywhere; r2 is a candidate without a share, and its versions are put under aliases by hand."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client = stack.cloud.client("lambda")
        database, names = DynamoDB(stack.cloud.client("dynamodb")), TableNames(PREFIX)
        self.releases = DynamoDBReleaseStore(database, names)
        self.ledger = DynamoDBLedger(database, names)
        self.first = {
            name: self.client.get_alias(FunctionName=PREFIX + name, Name="live")["FunctionVersion"] for name in FUNCTIONS
        }
        self.releases.put_release(Release(release_id="r1", versions=self.first))
        version = self.releases.traffic().version + 1
        self.releases.set_traffic(Traffic(stable="r1", candidate="r2", percent=0, version=version))

    def second(self, function: str, code: bytes) -> None:
        """Publish r2's version of a function and put the alias on it."""
        version = self.stack.publish_code(function, code, "r2")
        self.releases.put_release(Release(release_id="r2", versions={**self.first, function: version}))
        self.stack.point(function, version)

    def accept(self, conversation_id: str) -> LedgerEntry:
        """Do what the front door does before it asks for a turn."""
        ids = RandomIds()
        now = datetime.now(UTC)
        draft = LedgerEntry(
            tenant=TENANT,
            conversation_id=conversation_id,
            channel="web",
            channel_message_id=ids.new_id(),
            message_id=ids.new_id(),
            seq=0,
            fingerprint="f",
            accepted_at=now,
        )
        return self.ledger.accept(draft).entry

    def take(self, entry: LedgerEntry, text: str, within_s: float) -> str:
        """Ask r1's version for the turn; return its status."""
        deadline = datetime.now(UTC) + timedelta(seconds=within_s)
        envelope = {
            "schema": 1,
            "op": "take_turn",
            "tenant": TENANT,
            "correlation_id": entry.message_id,
            "release": "r1",
            "deadline_at_ms": int(deadline.timestamp() * 1000),
            "owner_token": entry.message_id,
            "payload": {
                "conversation_id": entry.conversation_id,
                "seq": entry.seq,
                "message_id": entry.message_id,
                "text": text,
                "received_at": entry.accepted_at.isoformat(),
                "first": True,
            },
        }
        answer = self.client.invoke(
            FunctionName=f"{PREFIX}dialog", Qualifier=self.first["dialog"], Payload=json.dumps(envelope).encode()
        )
        return json.loads(answer["Payload"].read())["result"]["status"]

    def messages(self, conversation: tuple[str, str]) -> list[dict[str, Any]]:
        answer = self.stack.call("GET", f"/v1/conversations/{conversation[0]}/messages", token=conversation[1])
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]


@pytest.fixture
def two(stack: Stack) -> Iterator[TwoReleases]:
    releases = TwoReleases(stack)
    yield releases
    for name, version in releases.first.items():
        stack.point(name, version)


def test_a_turn_that_the_queue_starts_runs_on_its_conversations_release(two: TwoReleases) -> None:
    """Parked behind another one on r1; then the alias is r2's, which could not take it up."""
    conversation = two.stack.conversation()
    two.second("dialog", with_module(bundle("dialog", "host"), "shared/use_cases/resume_turns", _CANNOT_RESUME))
    # r1's version has kept for seconds that nothing was released.
    time.sleep(16)
    ahead, waiting = two.accept(conversation[0]), two.accept(conversation[0])
    assert two.take(waiting, "我要提交工单", 5) == "pending"
    assert two.take(ahead, "你好", 20) == "answered"
    said = until("the parked turn is answered", lambda: _replied(two.messages(conversation), waiting.message_id), 60)
    assert said[-1]["release"].partition("+")[0] == "r1"
    assert [message["text"] for message in said if message["author"] == "customer"] == ["你好", "我要提交工单"]


def test_a_page_of_one_release_gets_its_script_from_the_other(two: TwoReleases) -> None:
    """While a rollout shares traffic, the alias draws for a page and for each of its scripts anew."""
    script = next(path for path in (REPOSITORY / "web" / "dist" / "assets").iterdir() if path.suffix == ".js")
    place = _in_zip(script)
    two.second("ingress", changed(bundle("ingress", "host"), lambda name: name == place, {}))
    found = two.stack.call("GET", f"/assets/{script.name}", key=False)
    assert (found.status_code, found.text) == (200, script.read_text("utf-8"))
    assert found.headers["content-type"].startswith("text/javascript") and "immutable" in found.headers["cache-control"]
    assert two.stack.call("GET", "/assets/nobody-has-it.js", key=False).status_code == 404


def _in_zip(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _replied(messages: list[dict[str, Any]], message_id: str) -> list[dict[str, Any]] | None:
    found = [message for message in messages if message.get("in_reply_to") == message_id]
    return messages if found else None
