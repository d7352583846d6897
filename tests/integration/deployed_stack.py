"""The stage `dev` on a MiniStack of its own, by the very zips: a customer's and an agent's way in, and an engineer's."""

import io
import re
import shutil
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from infra_cdk.bundling import bundle
from local.stack.deployment import PREFIX, Address, deploy, ensure_staff
from local.stack.local_aws import MiniStack
from shared.contracts import TICKETS
from tests.contract.aws.installed import ROOT as ENGINES

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "samples" / "yuguang"
FILES = (
    "company.yaml",
    "knowledge/after-sales/kefu.yaml",
    "knowledge/after-sales/returns-2026.md",
)
_COLD_STARTS = 5


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

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = "",
        key: bool = True,
        more: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        headers = {"x-api-key": self.address.api_key} if key else {}
        headers |= ({"Authorization": f"Bearer {token}"} if token else {}) | dict(more or {})
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
        version = self.publish("tickets", "shared/adapters/desk_ticket_system", source)
        self.point("tickets", version)

    def publish(self, function: str, module: str, source: str | None) -> str:
        """Publish a version with another source of one module, or its own again; no alias moves."""
        return self.publish_code(function, with_module(bundle(function, "host"), module, source))

    def publish_code(self, function: str, code: bytes, release: str = "r1") -> str:
        """Publish a version of a release; the newest code is of the first release again afterwards."""
        client, name = self.cloud.client("lambda"), PREFIX + function
        client.update_function_code(FunctionName=name, ZipFile=code)
        variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables | {"KEFU_RELEASE": release}})
        version = client.publish_version(FunctionName=name)["Version"]
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        return version

    def point(self, function: str, version: str) -> None:
        """Put the alias on a version, as a rollout does at its end."""
        self.cloud.client("lambda").update_alias(FunctionName=PREFIX + function, Name="live", FunctionVersion=version)

    def answered(self) -> dict[str, Any] | None:
        """Ask what the uploaded document answers; None while it does not."""
        said = self.say(self.conversation(), "签收后几天内可以无理由退货？")
        return said if said["citations"] else None

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


def small_company(folder: Path) -> Path:
    """Copy what one question needs of the sample company."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE / name, folder / name)
    return folder


def until(what: str, look: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def with_module(path: Path, module: str, source: str | None) -> bytes:
    """Return a zip with another source of one module, which its bytecode would hide; None: as it is, but for a mark."""
    if source is None:
        return changed(path, lambda _name: False, {})
    hidden, files = f"{module.rpartition('/')[0]}/__pycache__/{module.rpartition('/')[2]}.", (f"{module}.py", f"{module}.pyc")
    return changed(path, lambda name: name in files or name.startswith(hidden), {f"{module}.py": source})


def changed(path: Path, without: Callable[[str], bool], more: Mapping[str, str]) -> bytes:
    """Return a zip without some of its files and with others, and with a mark that makes it another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            if not without(entry.filename):
                made.writestr(entry, given.read(entry))
        for name, text in {**more, "made.txt": str(time.time())}.items():
            made.writestr(name, text)
    return buffer.getvalue()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
