"""The pages on the real machine as `make dev` starts it: the functions' own handlers behind them, nothing scripted."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import ROOT, NewPage, Server, unavailable
from tests.e2e.customer import PERSON, RETURNS, Customer, server_messages
from tests.e2e.test_staff_page import WIDE, sign_in
from tests.integration.machine import RunningKefu

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.xdist_group("machine")]

SAMPLE = ROOT / "samples" / "yuguang"
# One folder of the sample's documents: reading all of them takes longer than the tests.
DOCUMENTS = Path("knowledge/after-sales")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample company on a machine of its own, or the one that KEFU_E2E_URL names."""
    url = os.environ.get("KEFU_E2E_URL", "")
    if url:
        yield Server(url=url.rstrip("/"), staff_token=os.environ["KEFU_E2E_STAFF_TOKEN"])
        return
    if not (ROOT / "web/dist/index.html").exists():
        unavailable("web/dist is not built (see web/README.md)")
    folder = tmp_path_factory.mktemp("real-machine")
    shutil.copytree(SAMPLE / DOCUMENTS, folder / "company" / DOCUMENTS)
    shutil.copy(SAMPLE / "company.yaml", folder / "company")
    kefu = RunningKefu(folder / "data", folder / "company")
    try:
        kefu.start()
        yield Server(url=f"http://127.0.0.1:{kefu.port}", staff_token=kefu.staff_token())
    finally:
        kefu.end()


@pytest.fixture
def arrive(new_page: NewPage, server: Server) -> Callable[[], Customer]:
    def arrive() -> Customer:
        page = new_page()
        page.goto(server.url)
        return Customer(page)

    return arrive


def test_a_question_is_answered_from_the_companys_documents_and_its_source_opens(arrive) -> None:
    me = arrive()
    answer = me.ask(RETURNS["zh"])
    expect(answer).to_contain_text("天")
    answer.locator(".kf-chip").first.click()
    source = me.page.get_by_role("dialog")
    expect(source.locator("blockquote")).to_contain_text("天")
    expect(source.get_by_role("heading")).to_contain_text("退")


def test_a_person_takes_over_and_what_they_write_is_seen_in_the_chat(arrive, new_page: NewPage, server: Server) -> None:
    agent = sign_in(new_page(viewport=WIDE), server)
    expect(agent.page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    me = arrive()
    me.ask(RETURNS["zh"])
    me.say(PERSON["zh"])
    expect(me.page.locator(".kf-banner-info")).to_be_visible()
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.take()
    agent.reply("您好，我来帮您看一下。")
    expect(me.by("agent")).to_contain_text("我来帮您看一下")
    me.say("谢谢，订单号是 A10086")
    expect(agent.page.locator(".kf-customer", has_text="A10086")).to_be_visible()
    agent.page.get_by_role("button", name="交还机器人").click()
    expect(me.page.locator(".kf-banner-person")).to_have_count(0)


def test_a_comment_stays_when_its_thumb_is_pressed_again_and_can_be_changed(arrive) -> None:
    me = arrive()
    answer = me.ask(RETURNS["zh"])
    _comment(me, answer, before="", after="没有说运费谁出")
    _comment(me, answer, before="没有说运费谁出", after="没有说运费谁出，也没有说寄到哪里")
    me.page.reload()
    answer.wait_for()
    _comment(me, answer, before="没有说运费谁出，也没有说寄到哪里", after="没有说运费谁出，也没有说寄到哪里")
    saved = [message["feedback"] for message in server_messages(me.page) if message["author"] == "bot"]
    assert saved == [{"helpful": False, "comment": "没有说运费谁出，也没有说寄到哪里"}]


def _comment(me: Customer, answer: Locator, *, before: str, after: str) -> None:
    """Press the thumb, find the comment as it was, and send another."""
    answer.get_by_role("button", name=me.word("unhelpful"), exact=True).click()
    field = answer.get_by_role("textbox")
    expect(field).to_have_value(before)
    field.fill(after)
    answer.get_by_role("button", name="提交").click()
    expect(field).to_have_count(0)
