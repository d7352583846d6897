"""The pages as deployed: through API Gateway, below the stage's path, with the gateway's key, in a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Watch
from tests.e2e.customer import RETURNS, Customer
from tests.integration.deployed_stack import Stack, until

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.xdist_group("stack")]
OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, stack: Stack) -> Iterator[OpenPage]:
    """Open an address below the stage's; the page must keep its policy and talk to nobody else."""
    until("the uploaded documents answer", stack.answered, 180)
    watch = Watch(allowed=(stack.address.pages,))
    contexts = []

    def open_page(path: str = "", viewport: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(locale="zh-CN", viewport=viewport, timezone_id="Asia/Shanghai")
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(stack.address.pages + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    watch.assert_clean()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_question_in_the_browser_is_answered_by_the_deployed_functions(open_page, keep, viewport: dict[str, int]) -> None:
    me = Customer(open_page(viewport=viewport))
    expect(me.page.locator(".kf-greeting")).to_be_visible(timeout=60_000)
    answer = me.ask(RETURNS["zh"])
    expect(answer.locator(".kf-chip").first).to_be_visible()
    expect(answer.locator(".kf-source").first).to_contain_text("退")
    keep(me.page, f"deployed-chat-{'phone' if viewport is PHONE else 'desktop'}")
    me.page.reload()
    expect(me.by("bot")).to_have_count(1)
    expect(me.by("customer")).to_contain_text(RETURNS["zh"])


def test_the_widget_on_its_demo_page_answers(open_page, keep) -> None:
    me = Customer(open_page("demo.html"))
    me.page.locator(".kf-launcher").click()
    answer = me.ask(RETURNS["zh"])
    expect(answer.locator(".kf-chip").first).to_be_visible()
    keep(me.page, "deployed-widget")


@pytest.mark.parametrize("path", ["desk/index.html", "desk/"])
def test_staff_sign_in_and_see_the_open_conversations(open_page, stack: Stack, keep, path: str) -> None:
    stack.say(stack.conversation(), "你好")
    page = open_page(path)
    page.locator("input").first.fill(stack.staff_token)
    page.keyboard.press("Enter")
    expect(page.locator("input[type=password]")).to_have_count(0)
    page.locator(".desk-item").first.click()
    expect(page.locator(".desk-main-pane [role=log]")).to_contain_text("你好")
    keep(page, "deployed-desk")


def test_a_stranger_is_sent_from_the_folder_to_the_page(stack: Stack) -> None:
    """Relative addresses of the staff page would lead astray from "/desk"."""
    answer = stack.call("GET", "/desk", key=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/dev/desk/index.html")


def test_a_page_that_the_browser_has_is_not_sent_again(stack: Stack) -> None:
    first = stack.call("GET", "/index.html", key=False)
    assert first.headers["cache-control"] == "no-cache" and first.headers["content-security-policy"]
    again = stack.call("GET", "/index.html", key=False, more={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
