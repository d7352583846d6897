"""The chat page in a real browser, against any server that keeps the contract."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage, Server
from tests.e2e.customer import RETURNS, Customer, customer_texts, server_messages
from tests.e2e.hostile import hostile_chat

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SEND = re.compile(r"/v1/conversations/[^/]+/messages$")
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture
def customer(new_page: NewPage, server: Server) -> Callable[..., Customer]:
    def arrive(language: str = "zh", **options: object) -> Customer:
        page = new_page(locale=LOCALES[language], **options)
        page.goto(server.url)
        return Customer(page, language)

    return arrive


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_is_answered_with_its_sources(customer, keep, axe, language: str, viewport: dict[str, int]) -> None:
    me = customer(language, viewport=viewport)
    size = "phone" if viewport is PHONE else "desktop"
    expect(me.page.locator(".kf-greeting")).to_be_visible()
    axe(me.page)
    keep(me.page, f"chat-{size}-{language}-1-greeting")
    answer = me.ask(RETURNS[language])
    expect(answer.locator(".kf-chip").first).to_be_visible()
    expect(answer.locator(".kf-origin")).not_to_be_empty()
    axe(me.page)
    keep(me.page, f"chat-{size}-{language}-2-answer")
    answer.locator(".kf-chip").first.click()
    panel = me.page.get_by_role("dialog")
    expect(panel.locator("blockquote")).not_to_be_empty()
    axe(me.page)
    keep(me.page, f"chat-{size}-{language}-3-source")


def test_a_source_opens_and_closes_by_keyboard_and_focus_returns(customer) -> None:
    me = customer()
    chip = me.ask(RETURNS["zh"]).locator(".kf-chip").first
    chip.focus()
    me.page.keyboard.press("Enter")
    panel = me.page.get_by_role("dialog")
    expect(panel.get_by_role("heading")).to_be_focused()
    me.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(chip).to_be_focused()


def test_everything_can_be_reached_with_the_tab_key_and_shows_where_one_is(customer) -> None:
    me = customer()
    me.ask(RETURNS["zh"])
    me.page.evaluate("() => document.activeElement.blur()")
    seen: set[str] = set()
    for _ in range(40):
        me.page.keyboard.press("Tab")
        seen.add(
            me.page.evaluate(
                """() => { const e = document.activeElement; const box = e.closest('.kf-composer-box') ?? e;
                    const style = getComputedStyle(box);
                    const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                    return `${e.className.split(' ')[0] || e.tagName} ${e === document.body || shown ? 'visible' : 'INVISIBLE'}`; }"""
            )
        )
    assert {name for name in seen if name.endswith("INVISIBLE")} == set()
    names = {name.split()[0] for name in seen}
    assert {"kf-chip", "kf-source", "kf-thumb", "kf-language", "kf-icon-button", "TEXTAREA"} <= names


def test_enter_sends_and_shift_enter_breaks_the_line(customer) -> None:
    me = customer()
    me.field.press_sequentially("第一行")
    me.field.press("Shift+Enter")
    me.field.press_sequentially("第二行")
    expect(me.field).to_have_value("第一行\n第二行")
    me.field.press("Enter")
    expect(me.by("customer").first).to_contain_text("第一行\n第二行", use_inner_text=True)
    expect(me.field).to_have_value("")
    expect(me.field).to_be_focused()


def test_the_language_follows_the_browser_can_be_changed_and_is_remembered(customer) -> None:
    me = customer("en")
    expect(me.page.locator("html")).to_have_attribute("lang", "en")
    me.page.get_by_role("button", name="中文").click()
    expect(me.page.get_by_label("消息", exact=True)).to_be_visible()
    me.page.reload()
    expect(me.page.get_by_label("消息", exact=True)).to_be_visible()
    expect(me.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_a_conversation_is_restored_on_reload(customer) -> None:
    me = customer()
    me.ask(RETURNS["zh"])
    me.page.reload()
    expect(me.by("customer")).to_have_count(1)
    expect(me.by("bot")).to_have_count(1)
    me.page.get_by_role("button", name=me.word("new"), exact=True).click()
    me.page.get_by_role("alertdialog").get_by_role("button").first.click()
    expect(me.by("customer")).to_have_count(0)
    me.page.reload()
    expect(me.page.locator(".kf-suggestions")).to_be_visible()
    expect(me.by("customer")).to_have_count(0)


def test_what_was_half_written_survives_a_reload(customer) -> None:
    me = customer()
    me.field.fill("我想问一下")
    me.page.reload()
    expect(me.field).to_have_value("我想问一下")


def test_a_message_whose_reply_is_lost_arrives_once(customer) -> None:
    me = customer()
    keys: list[str | None] = []

    def lose_the_first_reply(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        keys.append(route.request.headers.get("idempotency-key"))
        if len(keys) > 1:
            return route.continue_()
        route.fetch()
        return route.abort("connectionreset")

    me.page.route(SEND, lose_the_first_reply)
    me.ask(RETURNS["zh"])
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert customer_texts(me.page) == [RETURNS["zh"]]
    expect(me.by("customer")).to_have_count(1)


def test_offline_is_said_and_the_message_goes_out_afterwards(customer, keep) -> None:
    me = customer()
    expect(me.page.locator(".kf-greeting")).to_be_visible()
    me.page.context.set_offline(True)
    expect(me.page.locator(".kf-banner-warn")).to_be_visible()
    me.say(RETURNS["zh"])
    expect(me.unsent).to_have_attribute("data-state", "waiting")
    keep(me.page, "chat-desktop-zh-4-offline")
    me.page.context.set_offline(False)
    expect(me.by("bot").first).to_be_visible()
    expect(me.unsent).to_have_count(0)
    expect(me.page.locator(".kf-banner-warn")).to_have_count(0)
    assert customer_texts(me.page) == [RETURNS["zh"]]


def test_a_message_that_the_server_refuses_is_given_back(customer, keep) -> None:
    me = customer(viewport=PHONE)
    me.page.route(
        SEND,
        lambda route: (
            route.fulfill(status=422, json={"code": "bad_field"}) if route.request.method == "POST" else route.continue_()
        ),
    )
    me.say("无法发送的内容")
    expect(me.unsent).to_have_attribute("data-state", "failed")
    keep(me.page, "chat-phone-zh-5-unsent")
    me.page.unroute(SEND)
    me.unsent.get_by_role("button").first.click()
    expect(me.by("bot").first).to_be_visible()
    assert customer_texts(me.page) == ["无法发送的内容"]


def test_an_expired_conversation_gives_way_to_a_new_one(customer) -> None:
    me = customer()
    me.ask(RETURNS["zh"])
    me.page.evaluate(
        """() => { const key = Object.keys(localStorage).find((name) => name.endsWith('.session'));
            localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), token: 'kc_' + 'x'.repeat(32)})); }"""
    )
    me.page.reload()
    expect(me.page.locator(".kf-banner-info")).to_be_visible()
    me.ask(RETURNS["zh"])
    assert customer_texts(me.page) == [RETURNS["zh"]]


def test_waiting_is_shown_at_once_and_explained_after_two_seconds(customer, keep) -> None:
    me = customer()
    held: list[Route] = []
    me.page.route(SEND, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    me.say(RETURNS["zh"])
    expect(me.page.locator(".kf-typing")).to_be_visible()
    expect(me.page.locator(".kf-typing")).to_contain_text("正在查找公司资料", timeout=4000)
    keep(me.page, "chat-desktop-zh-6-typing")
    held[0].continue_()
    expect(me.by("bot").first).to_be_visible()
    expect(me.page.locator(".kf-typing")).to_have_count(0)


def test_a_verdict_with_a_comment_is_saved(customer) -> None:
    me = customer()
    answer = me.ask(RETURNS["zh"])
    answer.get_by_role("button", name=me.word("unhelpful"), exact=True).click()
    answer.get_by_role("textbox").fill("没有说运费谁出")
    answer.get_by_role("button", name="提交").click()
    expect(answer.get_by_role("textbox")).to_have_count(0)
    saved = [message["feedback"] for message in server_messages(me.page) if message["author"] == "bot"]
    assert saved == [{**saved[0], "helpful": False, "comment": "没有说运费谁出"}]
    me.page.reload()
    expect(me.by("bot").get_by_role("button", name=me.word("unhelpful"), exact=True)).to_have_attribute("aria-pressed", "true")


def test_asking_for_a_person_while_none_is_there_ends_in_a_ticket_with_a_number(customer, keep, axe) -> None:
    me = customer(viewport=PHONE)
    me.ask("我要转人工客服")
    form = me.page.locator("form.kf-form")
    form.wait_for()
    form.get_by_role("button").click()
    expect(form.locator(".kf-field-error").first).to_be_visible()
    axe(me.page)
    keep(me.page, "chat-phone-zh-7-form")
    form.locator("input").first.fill("13800138000")
    for extra in form.locator("textarea").all():
        extra.fill("门锁打不开，想请人看看")
    form.get_by_role("button").click()
    card = me.page.locator('[data-rung="ticket"] .kf-card')
    expect(card).to_be_visible()
    expect(card).to_contain_text(re.compile(r"\d{4,}"))
    axe(me.page)
    keep(me.page, "chat-phone-zh-8-ticket")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_tickets_key_is_copied_by_keyboard_and_never_fills_the_card(customer, language: str, keep, axe) -> None:
    me = customer(language, viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    card = me.open_ticket("13800138000")
    expect(card).to_contain_text(re.compile(r"\d{8}"))
    expect(card).not_to_contain_text("kt_")
    key = card.locator(".kf-key button")
    key.focus()
    me.page.keyboard.press("Enter")
    expect(card.get_by_role("status")).not_to_have_text("")
    assert re.fullmatch(r"kt_[\w.-]{20,}", me.page.evaluate("() => navigator.clipboard.readText()"))
    axe(me.page)
    keep(me.page, f"chat-phone-{language}-10-ticket-key")


def test_a_tickets_key_can_be_copied_by_hand_where_the_clipboard_is_closed(customer, keep, axe) -> None:
    me = customer("en", viewport=PHONE)
    me.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')) }")
    card = me.open_ticket("13800138000")
    card.locator(".kf-key button").click()
    field = card.get_by_role("textbox")
    expect(field).to_have_value(re.compile(r"kt_[\w.-]{20,}"))
    expect(field).to_have_js_property("readOnly", True)
    axe(me.page)
    keep(me.page, "chat-phone-en-11-ticket-key-by-hand")


@pytest.mark.parametrize("width", [320, 375, 430, 768, 1280])
def test_no_width_scrolls_sideways(customer, width: int) -> None:
    me = customer("en", viewport={"width": width, "height": 700})
    me.ask(RETURNS["en"])
    me.say("W" * 300)
    me.page.wait_for_timeout(300)
    sideways = me.page.evaluate(
        "() => [document.documentElement, document.querySelector('.kf-scroll')].map((e) => e.scrollWidth - e.clientWidth)"
    )
    assert sideways == [0, 0]


def test_the_log_is_announced_politely(customer) -> None:
    me = customer()
    expect(me.log).to_have_attribute("aria-live", "polite")
    me.ask(RETURNS["zh"])
    expect(me.log.locator("li")).not_to_have_count(0)


def test_nothing_moves_for_those_who_asked_for_stillness(customer) -> None:
    me = customer(reduced_motion="reduce")
    me.ask(RETURNS["zh"])
    moving = me.page.evaluate("() => document.getAnimations().length")
    assert moving == 0


def test_in_the_dark_everything_can_still_be_read(customer, keep, axe) -> None:
    me = customer(color_scheme="dark")
    me.ask(RETURNS["zh"]).locator(".kf-chip").first.click()
    expect(me.page.get_by_role("dialog")).to_be_visible()
    assert brightness(me.page) < 0.25
    axe(me.page)
    keep(me.page, "chat-desktop-zh-9-dark")


def test_the_page_is_served_under_a_strict_policy(new_page: NewPage, server: Server) -> None:
    response = new_page().goto(server.url)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


def test_no_hostile_text_becomes_markup(new_page: NewPage, server: Server, payloads: list[str]) -> None:
    page = new_page()
    hostile_chat(page, payloads)
    page.goto(server.url)
    expect(page.locator("[data-position]")).to_have_count(len(payloads), timeout=30_000)
    page.wait_for_timeout(500)
    assert foreign_elements(page) == []
    assert all(href.startswith(("https:", "http:", "mailto:", "tel:")) for href in links(page))
    for index in (0, len(payloads) // 2, len(payloads) - 1):
        page.locator("[data-position] .kf-chip").nth(index).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert foreign_elements(page) == []


def brightness(page: Page) -> float:
    """How bright the page's ground is, 0 to 1."""
    colour = page.evaluate("() => getComputedStyle(document.querySelector('.kf-chat')).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / (3 * 255)


def foreign_elements(page: Page) -> list[str]:
    """Elements in the page that no component of ours makes."""
    return page.evaluate(
        """() => [...document.querySelectorAll('#app *')]
            .filter((e) => e.matches('script, style, link, iframe, object, embed, img, image, video, audio, math, base, meta, foreignObject, [onerror], [onload], [onclick], [srcdoc]')
                || (e.localName === 'svg' && !e.classList.contains('kf-icon')))
            .map((e) => e.outerHTML.slice(0, 120))"""
    )


def links(page: Page) -> list[str]:
    return page.evaluate(
        "() => [...document.querySelectorAll('#app a')].filter((a) => a.getAttribute('href').charAt(0) !== '#').map((a) => a.href)"
    )
