"""The widget on a stranger's site: another origin, a strict policy and rude style sheets of its own."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage, Server, Watch, still
from tests.e2e.customer import RETURNS, Customer

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

RUDE_CSS = """
* { color: #c00 !important; font-family: cursive !important; letter-spacing: 3px !important; }
button { display: none !important; }
div { border: 9px solid lime !important; transform: rotate(3deg); }
html { font-size: 40px; }
"""
CALM_CSS = "body { font: 17px/1.7 sans-serif; max-width: 760px; margin: 60px auto; padding: 0 20px; color: #223; }"
HOST_JS = "document.addEventListener('keydown', (e) => { document.title += e.key; });"


class Host:
    """A site of its own at another origin; `css` is its style sheet."""

    def __init__(self, server: Server) -> None:
        self.css = CALM_CSS
        self.attributes = 'data-site-key="pk_yuguang_demo"'
        self._widget = f"{server.url}/widget.js"
        self._policy = (
            f"default-src 'none'; script-src 'self' {server.url}; connect-src {server.url}; style-src 'self'; img-src data:"
        )
        handler = type(
            "Handler",
            (BaseHTTPRequestHandler,),
            {"do_GET": lambda request: self._answer(request), "log_message": lambda *_: None},
        )
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        kind, body = self._file(request.path)
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Security-Policy", self._policy)
        request.end_headers()
        request.wfile.write(body.encode())

    def _file(self, path: str) -> tuple[str, str]:
        if path == "/host.css":
            return "text/css", self.css
        if path == "/host.js":
            return "text/javascript", HOST_JS
        return "text/html; charset=utf-8", (
            '<!doctype html><html lang="zh"><title>shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/host.css">'
            '<script src="/host.js"></script><main><h1>屿光智能商城</h1><p>让家更安静、更省心。全屋智能，从一盏灯开始。</p>'
            '<p><a href="/second">下一页</a></p></main>'
            f'<script src="{self._widget}" {self.attributes} async></script></html>'
        )


@pytest.fixture
def host(server: Server, watch: Watch) -> Iterator[Host]:
    site = Host(server)
    watch.allowed = (*watch.allowed, site.url)
    thread = threading.Thread(target=site.http.serve_forever, daemon=True)
    thread.start()
    yield site
    site.http.shutdown()
    site.http.server_close()
    thread.join()


@pytest.fixture
def visitor(new_page: NewPage, host: Host) -> Callable[..., Customer]:
    def arrive(language: str = "zh", **options: object) -> Customer:
        page = new_page(locale={"zh": "zh-CN", "en": "en-GB"}[language], **options)
        page.goto(host.url)
        page.locator(".kf-launcher").wait_for()
        return Customer(page, language)

    return arrive


def launcher(page: Page):
    return page.locator(".kf-launcher")


@pytest.mark.parametrize(
    ("language", "viewport"), [("zh", DESKTOP), ("en", PHONE), ("zh", PHONE)], ids=["zh-desktop", "en-phone", "zh-phone"]
)
def test_a_question_is_answered_on_a_strangers_page(visitor, keep, axe, language: str, viewport: dict[str, int]) -> None:
    me = visitor(language, viewport=viewport)
    name = f"widget-{'phone' if viewport is PHONE else 'desktop'}-{language}"
    keep(me.page, f"{name}-1-launcher")
    axe(me.page)
    launcher(me.page).click()
    expect(me.page.locator(".kf-greeting")).to_be_visible()
    keep(me.page, f"{name}-2-open")
    answer = me.ask(RETURNS[language])
    axe(me.page)
    keep(me.page, f"{name}-3-answer")
    answer.locator(".kf-chip").first.click()
    expect(me.page.locator(".kf-source-panel blockquote")).not_to_be_empty()
    axe(me.page)
    keep(me.page, f"{name}-4-source")


def test_the_launcher_opens_and_escape_closes_with_the_focus_where_it_belongs(visitor) -> None:
    me = visitor()
    launcher(me.page).focus()
    me.page.keyboard.press("Enter")
    expect(launcher(me.page)).to_have_attribute("aria-expanded", "true")
    expect(me.field).to_be_focused()
    me.page.keyboard.press("Escape")
    expect(me.page.locator(".kf-frame")).to_have_count(0)
    expect(launcher(me.page)).to_be_focused()
    expect(launcher(me.page)).to_have_attribute("aria-expanded", "false")


def test_escape_closes_an_open_source_before_it_closes_the_panel(visitor) -> None:
    me = visitor()
    launcher(me.page).click()
    me.ask(RETURNS["zh"]).locator(".kf-chip").first.click()
    me.page.keyboard.press("Escape")
    expect(me.page.locator(".kf-source-panel")).to_have_count(0)
    expect(me.page.locator(".kf-frame")).to_be_visible()


def test_typing_in_the_widget_does_not_fire_the_hosts_shortcuts(visitor) -> None:
    me = visitor()
    launcher(me.page).click()
    me.field.press_sequentially("s/?")
    assert me.page.title() == "shop"
    expect(me.field).to_have_value("s/?")


def test_neither_side_styles_the_other(visitor, host: Host, keep) -> None:
    calm = visitor()
    before = calm.page.locator("h1").evaluate("(e) => JSON.stringify(e.getBoundingClientRect())")
    launcher(calm.page).click()
    calm.ask(RETURNS["zh"])
    assert calm.page.locator("h1").evaluate("(e) => JSON.stringify(e.getBoundingClientRect())") == before
    looks = _looks(calm)
    host.css = RUDE_CSS
    rude = visitor()
    launcher(rude.page).click()
    rude.ask(RETURNS["zh"])
    keep(rude.page, "widget-desktop-zh-5-rude-host")
    assert _looks(rude) == looks


def _looks(me: Customer) -> str:
    return me.page.locator(".kf-send").evaluate(
        "(e) => { const s = getComputedStyle(e); return [s.display, s.color, s.fontFamily, s.letterSpacing, s.fontSize, e.offsetWidth].join('|'); }"
    )


def test_the_widget_is_one_file_and_asks_only_its_own_server(visitor, server: Server) -> None:
    me = visitor()
    launcher(me.page).click()
    me.ask(RETURNS["zh"])
    resources = me.page.evaluate("() => performance.getEntriesByType('resource').map((entry) => entry.name)")
    ours = [name.removeprefix(server.url) for name in resources if name.startswith(server.url)]
    # page.json: what a gateway before the server wants to be told.
    assert [name for name in ours if not name.startswith("/v1/")] == ["/widget.js", "/page.json"]


def test_a_panel_left_open_is_open_on_the_next_page_with_the_conversation_in_it(visitor) -> None:
    me = visitor()
    launcher(me.page).click()
    me.ask(RETURNS["zh"])
    me.page.get_by_role("link", name="下一页").click()
    expect(me.page.locator(".kf-frame")).to_be_visible()
    expect(me.by("customer")).to_have_count(1)
    # A page that has just opened does not take the focus: the visitor goes into the panel, and closes it there.
    me.page.locator(".kf-frame textarea").click()
    me.page.keyboard.press("Escape")
    expect(me.page.locator(".kf-frame")).to_have_count(0)
    me.page.reload()
    expect(launcher(me.page)).to_be_visible()
    expect(me.page.locator(".kf-frame")).to_have_count(0)


def test_what_arrives_while_the_panel_is_closed_is_counted_on_the_launcher(visitor, keep) -> None:
    me = visitor()
    launcher(me.page).click()
    held: list[Route] = []
    me.page.route("**/v1/conversations/*/messages", lambda route: held.append(route))
    with me.page.expect_request("**/v1/conversations/*/messages"):
        me.say(RETURNS["zh"])
    me.page.keyboard.press("Escape")
    expect(me.page.locator(".kf-frame")).to_have_count(0)
    held[0].continue_()
    expect(me.page.locator(".kf-badge")).to_have_text("1")
    expect(launcher(me.page)).to_have_accessible_name("打开屿光智能在线客服 (1 条未读消息)")
    keep(me.page, "widget-desktop-zh-6-unread")
    launcher(me.page).click()
    expect(me.by("bot")).to_have_count(1)
    me.page.keyboard.press("Escape")
    expect(me.page.locator(".kf-badge")).to_have_count(0)


def test_on_a_phone_the_panel_fills_the_screen(visitor) -> None:
    me = visitor("en", viewport=PHONE)
    launcher(me.page).click()
    still(me.page)
    box = me.page.locator(".kf-frame").bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    me.page.get_by_role("button", name="Close chat").click()
    expect(launcher(me.page)).to_be_visible()


def test_the_page_may_choose_language_side_and_theme_and_open_it_itself(new_page: NewPage, host: Host) -> None:
    host.attributes = 'data-site-key="pk_yuguang_demo" data-language="en" data-side="left" data-theme="dark"'
    page = new_page(locale="zh-CN")
    page.goto(host.url)
    launcher(page).wait_for()
    page.evaluate("() => window.Kefu.open()")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    box = page.locator(".kf-frame").bounding_box()
    assert box["x"] < 40
    assert page.locator(".kf-titles h2").evaluate("(e) => getComputedStyle(e).color") == "rgb(232, 236, 239)"
    page.evaluate("() => window.Kefu.close()")
    expect(page.locator(".kf-frame")).to_have_count(0)
