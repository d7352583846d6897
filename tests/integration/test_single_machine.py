"""The whole machine in a process of its own: it answers, survives kill -9, and says what to do when it cannot start."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from benchmarks.visitors import Copies, Flood, flood, open_visitors, send_copies
from tests import loops
from tests.architecture.sources import ROOT
from tests.integration.machine import COMMAND, RunningKefu, free_port

pytestmark = pytest.mark.xdist_group("machine")

COMPANY = """\
tenant: acme
name: {zh: 某某公司, en: Acme}
time_zone: Asia/Shanghai
site_keys: [pk_acme]
"""
RETURNS = "# 退货\n\n## 退货期限\n\n收到商品之后 15 天内可以无理由退货，退回的运费由我们承担。\n\n## 退款时间\n\n退款在 3 个工作日内原路退回。\n"
STAFF_ONLY = "---\naudience: staff\n---\n# 内部折扣\n\n内部折扣码是 QX-7781，只给员工使用。\n"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with two documents, one of them for staff only."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "knowledge").mkdir()
    (folder / "company.yaml").write_text(COMPANY, encoding="utf-8")
    (folder / "knowledge" / "returns.md").write_text(RETURNS, encoding="utf-8")
    (folder / "knowledge" / "discount.md").write_text(STAFF_ONLY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kefu(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKefu]:
    """A running machine, shared by the tests of this module."""
    running = RunningKefu(tmp_path_factory.mktemp("machine") / "data", company)
    running.start()
    yield running
    running.end()


def _open(client: httpx.Client) -> str:
    opened = client.post("/v1/conversations").json()
    client.headers["Authorization"] = f"Bearer {opened['token']}"
    return str(opened["conversation_id"])


def _ask(client: httpx.Client, conversation_id: str, text: str, key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/v1/conversations/{conversation_id}/messages", json={"text": text}, headers=headers)


def _kefu(kefu: RunningKefu, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = ["--data", str(kefu.data), "--company", str(kefu.company)]
    return subprocess.run([*COMMAND, *arguments, *places], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_question_is_answered_from_the_documents_and_what_is_for_staff_never_is(kefu: RunningKefu) -> None:
    with kefu.client() as client:
        conversation_id = _open(client)
        answer = _ask(client, conversation_id, "收到货多少天内可以退货？").json()["message"]
        secret = _ask(client, conversation_id, "内部折扣码是什么？").text
    assert answer["rung"] == "extractive" and "15 天" in answer["text"] and answer["citations"][0]["source"]
    assert "QX-7781" not in secret


def test_the_pages_and_their_apis_share_one_address(kefu: RunningKefu) -> None:
    with kefu.client() as client:
        statuses = {path: client.get(path).status_code for path in ("/", "/desk/", "/api", "/v1/site", "/desk/v1/me")}
        assert client.get("/v1/openapi.json").json()["info"]["title"] == "Kefu: customers"
    assert statuses == {"/": 200, "/desk/": 200, "/api": 200, "/v1/site": 200, "/desk/v1/me": 401}


def test_a_ticket_is_worked_on_in_the_background_and_its_change_told(kefu: RunningKefu) -> None:
    with kefu.client() as client, kefu.client(kefu.staff_token()) as staff:
        conversation_id = _open(client)
        _ask(client, conversation_id, "我要提交工单")
        _ask(client, conversation_id, "13800138000")
        said = _wait_for(client, conversation_id, 5)
        ticket = staff.get("/desk/v1/tickets?status=open").json()["items"][0]
        staff.post(f"/desk/v1/tickets/{ticket['ticket_id']}", json={"status": "resolved", "note": "已补发"})
        assert "已补发" in _wait_for(client, conversation_id, 6)[-1]["text"]
    assert said[-1]["author"] == "system" and ticket["contact"] == "13800138000"


def _wait_for(client: httpx.Client, conversation_id: str, count: int) -> list[dict]:
    for _ in range(200):
        messages = client.get(f"/v1/conversations/{conversation_id}/messages").json()["messages"]
        if len(messages) >= count:
            return messages
        time.sleep(0.25)
    raise AssertionError(messages)


def test_fifty_copies_of_a_message_at_once_are_one_turn_and_all_get_its_answer(kefu: RunningKefu) -> None:
    async def send() -> Copies:
        async with _visitors_client(kefu) as client:
            (visitor,) = await open_visitors(client, 1, 40)
            return await send_copies(client, visitor, "收到货多少天内可以退货？", 50)

    copies = loops.run(send())
    assert (copies.sent, copies.turns, len(copies.answers)) == (50, 1, 1)


def test_who_comes_beyond_the_bucket_is_told_when_to_come_again_and_then_admitted(kefu: RunningKefu) -> None:
    async def send() -> Flood:
        async with _visitors_client(kefu) as client:
            return await flood(client, await open_visitors(client, 40, 40), 250)

    flooded = loops.run(send())
    assert flooded.admitted >= 100
    assert flooded.refused == flooded.with_retry_after == 250 - flooded.admitted > 0
    assert flooded.admitted_later


def _visitors_client(kefu: RunningKefu) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{kefu.port}", timeout=60, trust_env=False)


def test_the_command_line_asks_the_running_instance(kefu: RunningKefu) -> None:
    done = _kefu(kefu, "ask", "收到货多少天内可以退货？", "--json")
    assert done.returncode == 0, done.stderr
    assert "15 天" in json.loads(done.stdout)["message"]["text"]


def test_tickets_are_listed_and_changed_from_the_command_line_beside_the_running_instance(kefu: RunningKefu) -> None:
    with kefu.client() as client:
        conversation_id = _open(client)
        _ask(client, conversation_id, "我要提交工单")
        _ask(client, conversation_id, "13700137000")
        _wait_for(client, conversation_id, 5)
        listed = json.loads(_kefu(kefu, "tickets", "list", "--json").stdout)
        ticket = next(t for t in listed if t["contact"] == "13700137000")
        changed = _kefu(kefu, "tickets", "set", ticket["number"], "resolved", "--note", "已回电", "--json")
        assert json.loads(changed.stdout)["status"] == "resolved", changed.stderr
        assert "已回电" in _wait_for(client, conversation_id, 6)[-1]["text"]
    assert _kefu(kefu, "tickets", "show", "00000000").returncode == 1


def test_a_backup_of_the_running_instance_warns_of_its_keys_and_restores_whole(kefu: RunningKefu, tmp_path: Path) -> None:
    made = subprocess.run(
        [*COMMAND, "backup", str(tmp_path / "b.tar.gz"), "--data", str(kefu.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    restored = subprocess.run(
        [*COMMAND, "restore", str(tmp_path / "b.tar.gz"), "--data", str(tmp_path / "restored")],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert "holds the keys" in made.stderr and restored.returncode == 0
    assert (tmp_path / "restored/keys/master.key").read_bytes() == (kefu.data / "keys/master.key").read_bytes()


def test_the_doctor_finds_nothing_wrong_with_a_running_instance(kefu: RunningKefu) -> None:
    found = {finding["name"]: finding for finding in json.loads(_kefu(kefu, "doctor", "--json").stdout)}
    assert {name: f["says"] for name, f in found.items() if not f["ok"]} == {}
    assert str(kefu.port) in found["server"]["says"]


def test_a_second_instance_on_the_same_data_is_refused_in_one_line(kefu: RunningKefu) -> None:
    for port in (kefu.port, free_port()):
        code, said = RunningKefu(kefu.data, kefu.company, port).attempt()
        assert code == 1 and f"another instance (http://127.0.0.1:{kefu.port}" in said and said.count("\n") == 1


def test_a_document_published_beside_the_running_instance_is_answered_at_once_and_rolled_back(kefu: RunningKefu) -> None:
    document = kefu.company / "knowledge" / "gift.md"
    document.write_text("# 礼品包装\n\n## 礼品包装收费\n\n礼品包装每件收费 18 元，下单时勾选即可。\n", encoding="utf-8")
    ingested = _kefu(kefu, "ingest", str(kefu.company), "--json")
    assert json.loads(ingested.stdout)["counts"]["added"] == 1, ingested.stderr
    with kefu.client() as client:
        before = _ask(client, _open(client), "礼品包装收费多少？").text
        published = json.loads(_kefu(kefu, "publish", "--json").stdout)
        after = _ask(client, _open(client), "礼品包装收费多少？").text
        _kefu(kefu, "rollback", str(published["head"] - 1))
        again = _ask(client, _open(client), "礼品包装收费多少？").text
    assert ["18 元" in text for text in (before, after, again)] == [False, True, False]


def test_after_kill_9_every_answered_turn_and_ticket_is_there_and_a_retry_gets_the_same_answer(kefu: RunningKefu) -> None:
    with kefu.client() as client:
        conversation_id = _open(client)
        answered = _ask(client, conversation_id, "收到货多少天内可以退货？", key="k1").json()
        _ask(client, conversation_id, "我要提交工单")
        ticketed = _ask(client, conversation_id, "13900139000").json()
        token = str(client.headers["Authorization"])
    kefu.kill()
    took_s = kefu.start()
    with kefu.client() as client:
        client.headers["Authorization"] = token
        messages = _wait_for(client, conversation_id, 6)
        assert _ask(client, conversation_id, "收到货多少天内可以退货？", key="k1").json()["message"] == answered["message"]
    assert messages[1] == answered["message"] and messages[5] == ticketed["message"]
    assert took_s < 20, "3 s on an idle machine; tests share theirs"


def test_it_stops_at_a_signal_from_its_first_moment_on_even_as_a_background_job(kefu: RunningKefu) -> None:
    kefu.interrupt()
    for stop in (kefu.interrupt, kefu.terminate):
        kefu.start_in_background()
        assert stop() == 0
    kefu.start()


def test_ctrl_c_stops_it_cleanly_and_the_next_start_finds_everything(kefu: RunningKefu) -> None:
    with kefu.client() as client:
        conversation_id = _open(client)
        _ask(client, conversation_id, "你好")
        token = str(client.headers["Authorization"])
    assert kefu.interrupt() == 0
    assert "Traceback" not in kefu.said() and "All data is kept" in kefu.said()
    kefu.start()
    with kefu.client() as client:
        client.headers["Authorization"] = token
        assert len(_wait_for(client, conversation_id, 2)) == 2


def test_a_later_start_reads_what_has_changed_and_leaves_its_publication_to_people(kefu: RunningKefu) -> None:
    assert kefu.interrupt() == 0
    document = kefu.company / "knowledge" / "engraving.md"
    document.write_text("# 刻字服务\n\n## 刻字收费\n\n刻字每件收费 27 元，三天内做好。\n", encoding="utf-8")
    kefu.start()
    _until(lambda: "have changed: 1." in kefu.said())
    with kefu.client() as client:
        before = _ask(client, _open(client), "刻字收费多少？").text
        assert _kefu(kefu, "publish").returncode == 0
        after = _ask(client, _open(client), "刻字收费多少？").text
    assert ["27 元" in text for text in (before, after)] == [False, True]


def _until(true: Callable[[], bool]) -> None:
    for _ in range(240):
        if true():
            return
        time.sleep(0.25)
    raise AssertionError("it did not come true within a minute")


def test_a_port_in_use_is_one_line_with_another_port(company: Path, tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = RunningKefu(tmp_path / "data", company, port).attempt()
    assert code == 1 and f"port {port} is in use" in said and "PORT=" in said and said.count("\n") == 1


@pytest.mark.parametrize("name", ["databases/state.db", "databases/knowledge.db", "databases/queues.db", "keys/keys.db"])
def test_a_damaged_data_folder_is_one_line_that_names_the_file(company: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database, but long enough to look at" * 100)
    if name.startswith("keys"):
        (path.parent / "master.key").write_bytes(b"k" * 32)
    code, said = RunningKefu(tmp_path / "data", company).attempt()
    assert code == 1 and path.name in said and "Traceback" not in said and said.count("\n") == 1, said


def test_a_company_folder_without_its_file_is_one_line(tmp_path: Path) -> None:
    code, said = RunningKefu(tmp_path / "data", tmp_path).attempt()
    assert code == 1 and "company.yaml" in said and said.count("\n") == 1, said


def test_help_answers_before_one_blinks() -> None:
    took = min(_timed_help() for _ in range(3))
    assert took < 1.0, "0.2 s on an idle machine; tests share theirs"


def _timed_help() -> float:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", "from local.cli import main; main()", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    assert b"doctor" in done.stdout
    return time.monotonic() - began
