"""The built pages of web/: files in memory, each with its headers, its type and an ETag; nothing is read from a path."""

import json
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

SETTINGS_PATH = "/page.json"
ASSETS = "/assets/"
_INDEX = "index.html"
# What mimetypes says depends on the machine's own tables.
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SETTINGS_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}

# Finds an asset that another release has; None when none has it. Blocks.
Elsewhere = Callable[[str], "PageFile | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One file. `media_type` without a charset."""

    body: bytes
    media_type: str

    @property
    def etag(self) -> str:
        """Strong: the same bytes."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class PageHeaders:
    """What web/security-headers.json says: headers for all, and more by the first prefix that fits."""

    everywhere: Mapping[str, str]
    by_prefix: Sequence[tuple[str, Mapping[str, str]]]

    @classmethod
    def read(cls, path: Path) -> "PageHeaders":
        """Read the file."""
        raw = json.loads(path.read_text("utf-8"))
        return cls(raw["all"], [(entry["prefix"], entry["headers"]) for entry in raw["paths"]])

    def of(self, path: str) -> dict[str, str]:
        """Return the headers of a path."""
        fitting = next((headers for prefix, headers in self.by_prefix if path.startswith(prefix)), {})
        return {**self.everywhere, **fitting}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFiles:
    """The files by their paths ("/index.html"), and the headers for them."""

    files: Mapping[str, PageFile]
    headers: PageHeaders

    @classmethod
    def read(cls, web: Path) -> "PageFiles":
        """Read `web`/dist and its headers. Raises FileNotFoundError where the pages are not built."""
        dist = web / "dist"
        if not (dist / _INDEX).is_file():
            raise FileNotFoundError(dist / _INDEX)
        found = {f"/{path.relative_to(dist).as_posix()}": _read(path) for path in sorted(dist.rglob("*")) if path.is_file()}
        return cls(files=found, headers=PageHeaders.read(web / "security-headers.json"))

    def at(self, path: str) -> PageFile | None:
        """Return the file of an address; a folder's is its index."""
        return self.files.get(path + _INDEX if path.endswith("/") else path)

    def has_folder(self, path: str) -> bool:
        """Tell whether the address is that of a folder, but for the slash at its end."""
        return f"{path}/{_INDEX}" in self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages as an application before `otherwise`, which gets whatever is no page.

    `api_key`: what a gateway before this server wants from pages; public, and empty where there is no gateway.
    `elsewhere`: during a rollout a page of one release may ask the other for its assets.
    """

    pages: PageFiles
    otherwise: ASGIApp
    api_key: str = ""
    elsewhere: Elsewhere = lambda _path: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        answer = await self._answer(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        await (answer or self.otherwise)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if path == SETTINGS_PATH:
            return self._settings()
        if self.pages.has_folder(path):
            # From "/desk" a page's relative addresses would lead astray; the file's own name is right behind any prefix.
            return RedirectResponse(f"{_asked_for(scope).rstrip('/')}/{_INDEX}", 307, self.pages.headers.of(path))
        file = self.pages.at(path)
        if file is None and path.startswith(ASSETS):
            file = await run_in_threadpool(self.elsewhere, path)
        return self._file(path, file, scope) if file else None

    def _settings(self) -> Response:
        body = json.dumps({"api_key": self.api_key} if self.api_key else {})
        headers = {**self.pages.headers.everywhere, **_SETTINGS_HEADERS}
        return Response(body, headers=headers, media_type="application/json")

    def _file(self, path: str, file: PageFile, scope: Scope) -> Response:
        headers = {**self.pages.headers.of(path), "ETag": file.etag}
        known = {value for name, value in scope["headers"] if name == b"if-none-match"}
        if file.etag.encode() in known:
            return Response(status_code=304, headers=headers)
        return Response(file.body, headers=headers, media_type=file.media_type)


def _read(path: Path) -> PageFile:
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return PageFile(body=path.read_bytes(), media_type=guessed or "application/octet-stream")


def _asked_for(scope: Scope) -> str:
    """The path as the browser sees it: behind API Gateway it begins with the stage's name."""
    context = scope.get("aws.event", {}).get("requestContext", {})
    return context.get("path") or scope["path"]
