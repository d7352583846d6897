"""The deployed product on a local AWS: the synthesised templates, the very zips, asked through API Gateway like a customer."""

import io
import os
import re
import shutil
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_cdk.bundling import bundle
from local.stack.deployment import PREFIX, Address, deploy, ensure_staff, synthesise, upload_company
from local.stack.local_aws import MiniStack
from shared.contracts import TICKET_RETRY_DELAY_S, TICKETS
from tests.contract.aws.installed import ROOT as ENGINES

pytestmark = pytest.mark.xdist_group("stack")
REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "samples" / "yuguang"
FILES = (
    "company.yaml",
    "knowledge/after-sales/kefu.yaml",
    "knowledge/after-sales/returns-2026.md",
)
_COLD_STARTS = 5
_BROKEN = '''"""A ticket system that is down."""

from shared.domain.errors import TicketFailedError
from shared.domain.ticket import Ticket


class DeskTicketSystem:
    def submit(self, ticket: Ticket) -> None:
        raise TicketFailedError("the ticket system is down")
'''


class RunningClock:
    """MiniStack's clock: the real one, and what a test has let pass beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ahead_s = 0.0
        self._ended = threading.Event()
        path.write_bytes(struct.pack("<d", time.time()))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            with self.path.open("r+b") as file:
                file.write(struct.pack("<d", time.time() + self.ahead_s))


class Stack:
    """The stage, and a customer's and an agent's way in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = RunningClock(folder / "clock")
        python = ENGINES / "ministack" / "bin" / "python"
        script = REPOSITORY / "tests" / "contract" / "aws" / "ministack_on_a_set_clock.py"
        self.cloud = MiniStack(
            folder=folder, port=_free_port(), more={"KEFU_CLOCK": str(self.clock.path)}, command=(str(python), str(script))
        )
        self.address = Address(url="", api_key="", pages="")
        self.staff_token = ""

    def deploy(self) -> None:
        self.address = deploy(self.cloud, self.folder / "cdk.out")
        self.staff_token = ensure_staff(self.cloud)

    def call(self, method: str, path: str, body: object = None, token: str = "", key: bool = True) -> httpx.Response:
        headers = {"x-api-key": self.address.api_key} if key else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        for _ in range(_COLD_STARTS):
            try:
                return httpx.request(method, self.address.url + path, json=body, headers=headers, timeout=60)
            except httpx.RemoteProtocolError:
                time.sleep(1)  # MiniStack cuts a refusal short while a function behind it starts
        raise AssertionError(f"no answer to {method} {path}")

    def conversation(self) -> tuple[str, str]:
        opened = self.call("POST", "/v1/conversations", {"language": "zh"})
        assert opened.status_code == 201, opened.text
        return opened.json()["conversation_id"], opened.json()["token"]

    def say(self, conversation: tuple[str, str], text: str) -> dict[str, Any]:
        answer = self.call("POST", f"/v1/conversations/{conversation[0]}/messages", {"text": text}, conversation[1])
        assert answer.status_code == 200, answer.text
        return answer.json()["message"]

    def ticket(self, conversation: tuple[str, str], number: str) -> dict[str, Any]:
        answer = self.call("GET", f"/v1/tickets/{number}", token=conversation[1])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def open_ticket(self, conversation: tuple[str, str]) -> str:
        """Return the number that the customer was told."""
        self.say(conversation, "我要提交工单")
        said = self.say(conversation, "13800138000")
        found = re.search(r"\b\d{8}\b", said["text"])
        assert found, said["text"]
        return found.group()

    def use_ticket_system(self, source: str | None) -> None:
        """Give `tickets` another ticket system, or its own again, as a new version under the alias."""
        client, name = self.cloud.client("lambda"), f"{PREFIX}tickets"
        code = _with_module(bundle("tickets", "host"), "shared/adapters/desk_ticket_system", source)
        client.update_function_code(FunctionName=name, ZipFile=code)
        version = client.publish_version(FunctionName=name)["Version"]
        client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    def dead_letters(self) -> list[dict[str, Any]]:
        """Receive what is parked."""
        client = self.cloud.client("sqs")
        received = client.receive_message(
            QueueUrl=self.queue(TICKETS.dead_letter_name), MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        return received.get("Messages", [])

    def queue(self, name: str) -> str:
        return self.cloud.client("sqs").get_queue_url(QueueName=PREFIX + name)["QueueUrl"]

    def redrive(self, message: dict[str, Any]) -> None:
        """Do what a redrive does; MiniStack has no StartMessageMoveTask."""
        client = self.cloud.client("sqs")
        kept = {
            name: {key: value for key, value in one.items() if key in ("DataType", "StringValue")}
            for name, one in message.get("MessageAttributes", {}).items()
        }
        client.send_message(QueueUrl=self.queue(TICKETS.name), MessageBody=message["Body"], MessageAttributes=kept)
        client.delete_message(QueueUrl=self.queue(TICKETS.dead_letter_name), ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (ENGINES / "ministack").exists():
        pytest.skip("MiniStack is not installed; run: python -m tests.contract.aws.install_engines")
    folder = tmp_path_factory.mktemp("stack")
    synthesise(folder / "cdk.out", "r1")
    stack = Stack(folder)
    try:
        with stack.cloud:
            stack.deploy()
            company = folder / "company"
            for name in FILES:
                (company / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(SAMPLE / name, company / name)
            upload_company(stack.cloud, company, "yuguang")
            yield stack
    finally:
        stack.clock.stop()
        if os.environ.get("KEFU_KEEP_STACK_LOG"):
            shutil.copyfile(folder / "log", os.environ["KEFU_KEEP_STACK_LOG"])


def test_a_customer_is_served_by_the_deployed_functions_and_found_again_after_a_restart(stack: Stack) -> None:
    assert stack.call("GET", "/healthz", key=False).json() == {"status": "ok", "release": "r1"}
    assert stack.call("GET", "/v1/site", key=False).status_code == 403, "without a key nobody gets further"

    answer = _until("the uploaded documents answer", lambda: _answered(stack), 180)
    assert answer["citations"][0]["source"].endswith("/help/after-sales/returns-2026")
    assert answer["release"].startswith("r1+k")

    conversation = stack.conversation()
    number = stack.open_ticket(conversation)
    _until("the ticket is open", lambda: stack.ticket(conversation, number)["status"] == "open", 30)

    poisoned = _a_poisoned_ticket_is_parked_after_three_attempts_and_redriven(stack)

    stack.cloud.stop()
    stack.cloud.start()
    stack.deploy()
    assert stack.ticket(conversation, number)["status"] == "open"
    assert stack.ticket(*poisoned)["status"] == "open"
    said = stack.call("GET", f"/v1/conversations/{conversation[0]}/messages", token=conversation[1]).json()["messages"]
    assert [message["text"] for message in said if message["author"] == "customer"] == ["我要提交工单", "13800138000"]
    again = _until("the documents still answer", lambda: _answered(stack), 60)
    assert again["text"] == answer["text"]


def _a_poisoned_ticket_is_parked_after_three_attempts_and_redriven(stack: Stack) -> tuple[tuple[str, str], str]:
    stack.use_ticket_system(_BROKEN)
    conversation = stack.conversation()
    number = stack.open_ticket(conversation)
    parked = _until("the ticket is parked", lambda: _parked(stack), 60)
    assert stack.ticket(conversation, number)["status"] == "parked"
    assert parked["MessageAttributes"]["parked_reason"]["StringValue"] == "the ticket system is down"
    assert _desk_ticket(stack, number)["attempts"] == 3

    stack.use_ticket_system(None)
    stack.redrive(parked)
    _until("the redriven ticket is open", lambda: stack.ticket(conversation, number)["status"] == "open", 30)
    assert stack.dead_letters() == []
    return conversation, number


def _desk_ticket(stack: Stack, number: str) -> dict[str, Any]:
    tickets = stack.call("GET", "/desk/v1/tickets", token=stack.staff_token).json()["items"]
    return next(ticket for ticket in tickets if ticket["number"] == number)


def _answered(stack: Stack) -> dict[str, Any] | None:
    said = stack.say(stack.conversation(), "签收后几天内可以无理由退货？")
    return said if said["citations"] else None


def _parked(stack: Stack) -> dict[str, Any] | None:
    """Let the time between two attempts pass at each look."""
    stack.clock.ahead_s += TICKET_RETRY_DELAY_S
    time.sleep(1)
    return next(iter(stack.dead_letters()), None)


def _until(what: str, look: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def _with_module(path: Path, module: str, source: str | None) -> bytes:
    """Return a zip with another source of one module, which its bytecode would hide; None: as it is, but for a mark."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        name = module.rpartition("/")[2]
        for entry in given.infolist():
            is_module = entry.filename in (f"{module}.py", f"{module}.pyc") or f"/__pycache__/{name}." in entry.filename
            if source is None or not is_module:
                made.writestr(entry, given.read(entry))
        if source is not None:
            made.writestr(f"{module}.py", source)
        made.writestr("made.txt", str(time.time()))
    return buffer.getvalue()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
