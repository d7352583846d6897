"""A conversation from the command line: with whom it is held, and that every message of others is shown once."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from local import answer_view, talk
from local.answer_view import show_answer, show_message
from local.cli import cli
from local.data_folder import DataFolder, exclusive
from local.late_messages import LateMessages, shown_as_they_come
from local.settings import LocalSettings
from local.talk import DoorTalk, HttpTalk, Talk, open_talk
from shared.domain.errors import DependencyUnavailableError
from tests.front import Front


@pytest.fixture
def front(tmp_path: Path) -> Generator[Front]:
    made = Front(tmp_path)
    yield made
    made.close()


def talk_over(kind: str, front: Front) -> Talk:
    visitor = front.visitor()
    if kind == "http":
        return HttpTalk(client=front.customers, conversation_id=visitor.conversation_id, token=visitor.token)
    return DoorTalk(door=front.functions.door, conversation_id=visitor.conversation_id, token=visitor.token)


def agent_says(front: Front, held: Talk, text: str) -> None:
    path = f"/desk/v1/conversations/{held.conversation_id}"  # type: ignore[attr-defined]
    assert front.staff.post(f"{path}/take-over").status_code == 200
    assert front.staff.post(f"{path}/reply", json={"text": text}, headers={"Idempotency-Key": "reply-1"}).status_code == 200


def shown(message: dict, show: object = show_message) -> str:
    console = Console(file=StringIO(), width=200)
    show(message, console)  # type: ignore[operator]
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["http", "door"])
def test_a_colleagues_words_appear_once_with_their_name_and_the_bots_answers_do_not_come_twice(front: Front, kind: str) -> None:
    late = LateMessages(talk_over(kind, front))
    assert late.look() == []
    late.ask("你好")
    agent_says(front, late.talk, "我来帮您看看")
    queued = late.ask("谢谢")
    assert queued["status"] == "queued" and "colleague" in shown(dict(queued), show_answer)
    said = late.look()
    assert [one["text"] for one in said if one["author"] == "agent"] == ["我来帮您看看"]
    assert {one["author"] for one in said} <= {"agent", "system"}
    assert late.look() == []
    text = shown(dict(next(one for one in said if one["author"] == "agent")))
    assert "客服" in text and "我来帮您看看" in text and "·" not in text


def test_what_is_said_while_nobody_asks_is_handed_on_and_a_look_that_fails_is_followed_by_another(front: Front) -> None:
    held = talk_over("door", front)
    agent_says(front, held, "您好")
    heard = threading.Event()
    looks: list[int] = []

    class Faltering:
        def ask(self, text: str) -> talk.Json:
            return held.ask(text)

        def messages(self, after: int) -> object:
            looks.append(after)
            if len(looks) == 1:
                raise DependencyUnavailableError("server", "restarts")
            return held.messages(after)

    late = LateMessages(Faltering())  # type: ignore[arg-type]
    with shown_as_they_come(late, lambda one: heard.set() if one["text"] == "您好" else None, every_s=0.01):
        assert heard.wait(20)


def test_a_pending_message_is_not_taken_for_one_that_a_person_has() -> None:
    pending = shown({"status": "pending"}, show_answer)
    assert "colleague" not in pending and "still being answered" in pending


class Opened(Exception):
    """The conversation is held in this process."""


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def machine(settings: LocalSettings) -> Generator[SimpleNamespace]:
        raise Opened(str(settings.company))
        yield SimpleNamespace()

    monkeypatch.setattr(talk, "local_machine", machine)
    monkeypatch.delenv("KEFU_COMPANY", raising=False)


def running(tmp_path: Path) -> tuple[DataFolder, Path, Path]:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return folder, tmp_path / "one", tmp_path / "other"


def test_a_company_that_the_running_instance_does_not_answer_for_is_asked_in_this_process(
    in_process: None, tmp_path: Path
) -> None:
    folder, one, other = running(tmp_path)
    told: list[str] = []
    settings = LocalSettings(data=folder.root, company=other)
    with exclusive(folder, 8080, one), pytest.raises(Opened, match=str(other)), open_talk(settings, lambda _: None, told.append):
        pass
    (line,) = told
    assert str(one) in line and str(other) in line and "8080" in line


@pytest.mark.parametrize("named", [True, False])
def test_the_running_instance_is_asked_where_its_company_is_meant(
    in_process: None, tmp_path: Path, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_listens(*_: object, **__: object) -> None:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx.Client, "post", nothing_listens)
    folder, one, _ = running(tmp_path)
    told: list[str] = []
    settings = LocalSettings.model_validate(
        {"data": folder.root} | ({"company": tmp_path / "other" / ".." / "one"} if named else {})
    )
    with exclusive(folder, 8080, one), pytest.raises(DependencyUnavailableError, match="port 8080"):
        with open_talk(settings, lambda _: None, told.append):
            pass
    assert told == []


def test_chat_prints_a_colleagues_words_while_it_waits_for_the_customers(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    held = talk_over("door", front)
    lines = iter(["你好", ""])

    @contextmanager
    def opened(*_: object) -> Generator[Talk]:
        yield held

    def read(_console: Console) -> str:
        line = next(lines)
        if not line:
            agent_says(front, held, "我是小林")
            assert printed.wait(20)
        return line

    printed = threading.Event()
    show = answer_view.show_message

    def noted(message: talk.Json, console: Console) -> None:
        show(message, console)
        if message["author"] == "agent":
            printed.set()

    monkeypatch.setattr("local.talk.open_talk", opened)
    monkeypatch.setattr("local.late_messages.shown_as_they_come", partial(shown_as_they_come, every_s=0.01))
    monkeypatch.setattr("local.commands.chat._read", read)
    monkeypatch.setattr(answer_view, "show_message", noted)
    done = CliRunner().invoke(cli, ["chat"], catch_exceptions=False)
    assert done.exit_code == 0 and done.output.count("我是小林") == 1
