"""Everything under one address on a single machine: both APIs, the built pages with their headers, the API's description."""

from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.ingress.pages import PageFiles, Pages
from local.admission import AtMost
from local.settings import ROOT

_DESK = "/desk/v1"
_CUSTOMERS = "/v1"
_HEALTH = "/healthz"
# About ten seconds of work: who comes beyond it would hardly be answered in time. Staff and pages are not in it.
_REQUESTS_AT_ONCE = 300
_API_PAGE = ROOT / "docs" / "http-api.md"
_NOT_BUILT = "The pages are not built yet: run `make web`.\n"
# The description page has no script at all, and its one style sheet is its own.
_API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_API_STYLE = """:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #8886;padding:.4rem .6rem;text-align:left;vertical-align:top}
code{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto}"""


class Site:
    """The root application: sends each request to the one that it is for."""

    def __init__(self, ingress: ASGIApp, desk: ASGIApp, web: Path) -> None:
        self._ingress = ingress
        self._customers = AtMost(ingress, _REQUESTS_AT_ONCE)
        self._desk = desk
        self._pages = _pages(web)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            return
        await self._for(scope["path"])(scope, receive, send)

    def _for(self, path: str) -> ASGIApp:
        if _under(path, _DESK):
            return self._desk
        if _under(path, _CUSTOMERS):
            return self._customers
        if _under(path, _HEALTH):
            return self._ingress
        if path in ("/api", "/api/"):
            return _with_headers(HTMLResponse(_api_html()), _API_HEADERS)
        if path == "/api/style.css":
            return _with_headers(Response(_API_STYLE, media_type="text/css"), _API_HEADERS)
        return self._pages


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _pages(web: Path) -> ASGIApp:
    try:
        files = PageFiles.read(web)
    except FileNotFoundError:
        return Response(_NOT_BUILT, status_code=503, media_type="text/plain")

    async def nothing_there(scope: Scope, receive: Receive, send: Send) -> None:
        status = 404 if scope["method"] in ("GET", "HEAD") else 405
        answer = PlainTextResponse("Not Found\n" if status == 404 else "Method Not Allowed\n", status)
        await _with_headers(answer, files.headers.of(scope["path"]))(scope, receive, send)

    return Pages(pages=files, otherwise=nothing_there)


def _with_headers(app: ASGIApp, headers: Mapping[str, str]) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await app(scope, receive, add)

    return serve


def _api_html() -> str:
    # Imported when somebody asks for it: no start waits for it.
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(_API_PAGE.read_text("utf-8"))
    links = '<p>OpenAPI: <a href="/v1/openapi.json">customers</a> · <a href="/desk/v1/openapi.json">staff</a></p>'
    head = '<meta charset="utf-8"><title>Kefu HTTP API</title><link rel="stylesheet" href="/api/style.css">'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{links}{body}</body></html>'
