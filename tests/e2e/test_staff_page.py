"""The staff page in a real browser, with customers on the chat page beside it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage, Server
from tests.e2e.customer import PERSON, Customer
from tests.e2e.hostile import hostile_desk
from tests.e2e.test_chat_page import foreign_elements, links

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

REPLY = re.compile(r"/reply$")
WIDE = {"width": 1366, "height": 820}


@dataclass(frozen=True, slots=True)
class Agent:
    """A person at the desk."""

    page: Page

    def item(self, text: str) -> Locator:
        """The list's entry with these words."""
        return self.page.locator(".desk-item", has_text=text)

    def open(self, text: str) -> None:
        self.item(text).first.click()
        expect(self.page.locator(".desk-main-pane [role=log]")).to_contain_text(text)

    def take(self) -> None:
        self.page.get_by_role("button", name="接管会话").click()
        expect(self.field).to_be_visible()

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("回复客户")

    def reply(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    @property
    def pending(self) -> Locator:
        return self.page.locator(".desk-pending")

    def sent(self, text: str) -> Locator:
        return self.page.locator(".kf-agent[data-position]", has_text=text)


def sign_in(page: Page, server: Server) -> Agent:
    page.goto(f"{server.url}/desk/")
    page.get_by_label("坐席令牌").fill(server.staff_token)
    page.keyboard.press("Enter")
    page.get_by_role("switch").wait_for()
    return Agent(page)


@pytest.fixture
def agent(new_page: NewPage, server: Server) -> Iterator[Agent]:
    """Signed in and available; signed out at the end, so that nobody is left waiting for a test that is over."""
    person = sign_in(new_page(viewport=WIDE), server)
    yield person
    person.page.unroute_all(behavior="ignoreErrors")
    with person.page.expect_response("**/desk/v1/presence"):
        person.page.evaluate("document.querySelector('.desk-sign-out').click()")


@pytest.fixture
def waiting(new_page: NewPage, server: Server, agent: Agent) -> Callable[[], tuple[Customer, str]]:
    """A customer who has asked something of their own and now waits for a person."""

    def arrive() -> tuple[Customer, str]:
        page = new_page(viewport=PHONE)
        page.goto(server.url)
        me = Customer(page)
        mark = f"订单 {uuid4().hex[:8]} 想找人看看"
        me.ask(mark)
        me.say(PERSON["zh"])
        expect(page.locator(".kf-banner-info")).to_be_visible()
        return me, mark

    return arrive


def last_words(agent: Agent) -> Locator:
    return agent.page.locator(".desk-item[data-owner=queue]")


def test_a_wrong_token_is_refused_in_words(new_page: NewPage, server: Server, keep, axe) -> None:
    page = new_page(viewport=WIDE)
    page.goto(f"{server.url}/desk/")
    expect(page.get_by_label("坐席令牌")).to_be_focused()
    axe(page)
    page.get_by_label("坐席令牌").fill("wrong-token")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("令牌不正确，请检查后重试。")
    keep(page, "desk-desktop-zh-1-sign-in")


def test_a_waiting_customer_is_seen_taken_answered_and_closed(agent: Agent, waiting, keep, axe) -> None:
    customer, _ = waiting()
    expect(agent.page).to_have_title(re.compile("1 位等待"))
    expect(agent.page.locator(".desk-item").first).to_have_attribute("data-owner", "queue")
    expect(agent.page.locator(".desk-item").first).to_contain_text("已等待")
    axe(agent.page)
    keep(agent.page, "desk-desktop-zh-2-waiting")
    agent.page.locator(".desk-item").first.click()
    agent.take()
    agent.reply("您好，我来帮您看一下。")
    expect(agent.sent("我来帮您看一下")).to_be_visible()
    expect(customer.by("agent")).to_contain_text("我来帮您看一下")
    expect(customer.page.locator(".kf-banner-person")).to_be_visible()
    customer.say("谢谢，订单号是 A10086")
    expect(agent.page.locator(".kf-customer", has_text="A10086")).to_be_visible()
    axe(agent.page)
    keep(agent.page, "desk-desktop-zh-3-conversation")
    keep(customer.page, "chat-phone-zh-10-person")
    agent.page.get_by_role("button", name="结束会话").click()
    dialog = agent.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    axe(agent.page)
    keep(agent.page, "desk-desktop-zh-4-close")
    agent.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    agent.page.get_by_role("button", name="结束会话").click()
    dialog.get_by_role("button", name="结束会话").click()
    expect(agent.page.locator(".desk-note")).to_contain_text("会话已结束")
    expect(customer.page.locator(".kf-closed")).to_be_visible()
    keep(customer.page, "chat-phone-zh-11-closed")
    customer.ask("你好")
    expect(customer.page.locator(".kf-closed")).to_have_count(0)


def test_a_reply_looks_sent_only_when_the_server_said_so(agent: Agent, waiting, keep) -> None:
    customer, _ = waiting()
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.take()
    keys: list[str | None] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        if len(keys) == 1:
            route.fetch()
            return route.abort("connectionreset")
        return route.continue_()

    agent.page.route(REPLY, lose_the_first)
    agent.reply("请稍等，我查一下。")
    expect(agent.sent("我查一下")).to_have_count(1)
    expect(agent.pending).to_have_count(0)
    expect(customer.by("agent")).to_have_count(1)
    agent.page.wait_for_timeout(2500)
    assert len(set(keys)) == 1
    expect(customer.by("agent")).to_have_count(1)
    agent.page.unroute(REPLY)
    agent.page.route(REPLY, lambda route: route.fulfill(status=409, json={"code": "not_owner"}))
    agent.reply("这一条发不出去")
    expect(agent.pending).to_have_attribute("data-state", "failed")
    expect(agent.pending).to_contain_text("未发送")
    keep(agent.page, "desk-desktop-zh-5-unsent")
    agent.page.reload()
    agent.page.locator(".desk-pending").wait_for()
    agent.page.unroute(REPLY)
    agent.pending.get_by_role("button", name="重试").click()
    expect(agent.sent("这一条发不出去")).to_be_visible()
    expect(agent.pending).to_have_count(0)
    agent.page.get_by_role("button", name="交还机器人").click()


def test_a_conversation_handed_back_is_the_bots_again(agent: Agent, waiting) -> None:
    customer, _ = waiting()
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.take()
    expect(customer.page.locator(".kf-banner-person")).to_be_visible()
    agent.page.get_by_role("button", name="交还机器人").click()
    expect(agent.page.get_by_role("button", name="接管会话")).to_be_visible()
    expect(customer.page.locator(".kf-banner-person")).to_have_count(0)
    customer.ask("你好")


def test_a_conflict_is_explained(agent: Agent, waiting) -> None:
    waiting()
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.page.route("**/take-over", lambda route: route.fulfill(status=409, json={"code": "owned_by_other"}))
    agent.page.get_by_role("button", name="接管会话").click()
    expect(agent.page.get_by_role("alert")).to_contain_text("没有成功")
    agent.page.unroute("**/take-over")
    agent.take()
    agent.page.get_by_role("button", name="交还机器人").click()


def test_lists_are_filtered(agent: Agent, waiting) -> None:
    waiting()
    filters = agent.page.get_by_role("group", name="筛选会话")
    filters.get_by_role("button", name=re.compile("^等待")).click()
    expect(agent.page.locator(".desk-item").first).to_have_attribute("data-owner", "queue")
    expect(agent.page.locator(".desk-item:not([data-owner=queue])")).to_have_count(0)
    filters.get_by_role("button", name=re.compile("^我的")).click()
    expect(agent.page.locator(".desk-item")).to_have_count(0)
    filters.get_by_role("button", name=re.compile("^全部")).click()
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.take()
    filters.get_by_role("button", name=re.compile("^我的")).click()
    expect(agent.page.locator(".desk-item")).to_have_count(1)
    agent.page.get_by_role("button", name="交还机器人").click()


def test_presence_is_repeated_and_can_be_switched_off(agent: Agent) -> None:
    def is_heartbeat(available: bool) -> Callable[[object], bool]:
        return lambda request: request.url.endswith("/presence") and request.post_data_json == {"available": available}

    with agent.page.expect_request(is_heartbeat(True), timeout=13_000):
        pass
    with agent.page.expect_request(is_heartbeat(False)):
        agent.page.get_by_role("switch").click()
    expect(agent.page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert len(agent.page.workers) == 1, "the beat must come from a worker: timers of hidden tabs are slowed down"


def test_a_ticket_is_worked_on_and_the_customer_is_told(new_page: NewPage, server: Server, keep, axe) -> None:
    page = new_page(viewport=PHONE)
    page.goto(server.url)
    customer = Customer(page)
    customer.ask("我要转人工客服")
    form = page.locator("form.kf-form")
    contact = f"138{uuid4().int % 10**8:08d}"
    form.locator("input").first.fill(contact)
    form.get_by_role("button").click()
    page.locator('[data-rung="ticket"] .kf-card').wait_for()
    desk = sign_in(new_page(viewport=WIDE), server).page
    desk.get_by_role("link", name="工单", exact=True).click()
    desk.locator(".desk-item").first.click()
    expect(desk.locator(".desk-main-pane")).to_contain_text(contact)
    desk.locator(".desk-change select").select_option("in_progress")
    desk.locator(".desk-change textarea").fill("已安排师傅，明天上午联系您。")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("已保存，会在对话里通知客户。")).to_be_visible()
    axe(desk)
    keep(desk, "desk-desktop-zh-6-ticket")
    desk.get_by_label("工单状态").select_option("resolved")
    expect(desk.locator(".desk-item", has_text="处理中")).to_have_count(0)
    page.reload()
    expect(customer.by("system").last).to_be_visible()
    expect(customer.log).to_contain_text("已安排师傅")
    desk.get_by_role("button", name="退出登录").click()
    expect(desk.get_by_label("坐席令牌")).to_be_visible()


def test_what_the_bot_could_not_answer_is_listed(agent: Agent, new_page: NewPage, server: Server, keep, axe) -> None:
    page = new_page()
    page.goto(server.url)
    question = f"你们在火星 {uuid4().hex[:6]} 号环形山有门店吗"
    Customer(page).ask(question)
    agent.page.get_by_role("link", name="未答问题").click()
    expect(agent.item(question)).to_be_visible()
    axe(agent.page)
    keep(agent.page, "desk-desktop-zh-7-unanswered")
    agent.item(question).click()
    expect(agent.page.locator(".kf-customer", has_text=question)).to_be_visible()


def test_a_conversation_is_worked_on_by_keyboard_alone(agent: Agent, waiting) -> None:
    waiting()
    page = agent.page
    page.locator(".desk-item[data-owner=queue]").first.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="接管会话")
    button.focus()
    page.keyboard.press("Enter")
    expect(agent.field).to_be_focused()
    page.keyboard.type("键盘回复")
    page.keyboard.press("Enter")
    expect(agent.sent("键盘回复")).to_be_visible()
    expect(agent.field).to_be_focused()
    page.get_by_role("button", name="交还机器人").click()


def test_on_a_phone_list_and_conversation_take_turns(agent: Agent, waiting, keep, axe) -> None:
    waiting()
    agent.page.set_viewport_size(PHONE)
    keep(agent.page, "desk-phone-zh-1-list")
    axe(agent.page)
    agent.page.locator(".desk-item[data-owner=queue]").first.click()
    agent.take()
    expect(agent.page.locator(".desk-list-pane")).to_be_hidden()
    keep(agent.page, "desk-phone-zh-2-conversation")
    axe(agent.page)
    assert agent.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
    agent.page.get_by_role("button", name="交还机器人").click()
    agent.page.get_by_role("link", name="返回列表").click()
    expect(agent.page.locator(".desk-list-pane")).to_be_visible()


def test_the_staff_page_speaks_english_too(new_page: NewPage, server: Server, keep) -> None:
    page = new_page(locale="en-GB", viewport=DESKTOP)
    page.goto(f"{server.url}/desk/")
    page.get_by_label("Staff token").fill(server.staff_token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="Presence: Available")).to_be_visible()
    keep(page, "desk-desktop-en-1-list")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Staff token")).to_be_visible()


def test_a_reload_keeps_one_signed_in_and_another_tab_does_not(agent: Agent, server: Server) -> None:
    agent.page.reload()
    expect(agent.page.get_by_role("switch")).to_be_visible()
    other = agent.page.context.new_page()
    other.goto(f"{server.url}/desk/")
    expect(other.get_by_label("坐席令牌")).to_be_visible()
    other.close()


def test_no_hostile_text_becomes_markup_at_the_desk(new_page: NewPage, server: Server, payloads: list[str]) -> None:
    page = new_page(viewport=WIDE)
    hostile_desk(page, payloads)
    page.goto(f"{server.url}/desk/")
    expect(page.locator(".desk-item")).to_have_count(len(payloads), timeout=30_000)
    assert foreign_elements(page) == []
    page.locator(".desk-item").first.click()
    expect(page.locator("[data-position]")).to_have_count(len(payloads), timeout=30_000)
    assert foreign_elements(page) == []
    page.locator("[data-position] .kf-chip").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert foreign_elements(page) == []
    page.get_by_role("link", name="工单", exact=True).click()
    expect(page.locator(".desk-item")).to_have_count(len(payloads), timeout=30_000)
    page.locator(".desk-item").nth(5).click()
    expect(page.locator(".desk-change")).to_be_visible()
    assert foreign_elements(page) == []
    page.get_by_role("link", name="未答问题").click()
    expect(page.locator(".desk-item-question")).to_have_count(len(payloads), timeout=30_000)
    assert foreign_elements(page) == []
    assert all(href.startswith(("https:", "http:", "mailto:", "tel:")) for href in links(page))
