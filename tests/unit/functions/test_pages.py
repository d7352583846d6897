"""The pages behind API Gateway: below any path, from the release that has them, and nothing but the pages."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from functions.ingress.handler import make_handler
from functions.ingress.other_releases import OtherReleases
from functions.ingress.pages import PageFiles, Pages
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.domain.errors import DependencyUnavailableError
from shared.domain.release import Release, Traffic
from shared.runtime.http_app import new_app
from shared.runtime.observability import Telemetry
from tests.architecture.sources import ROOT
from tests.events import load_event
from tests.loops import with_a_loop_of_its_own

COMMON = {
    "index.html": "<title>客服</title>",
    "desk/index.html": "<title>工作台</title>",
    "widget.js": "let a",
    "favicon.svg": "<svg/>",
}
Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


def _built(folder: Path, **assets: str) -> PageFiles:
    for name, text in {**COMMON, **{f"assets/{name.replace('_', '.')}": text for name, text in assets.items()}}.items():
        path = folder / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "security-headers.json").write_text((ROOT / "web/security-headers.json").read_text("utf-8"))
    return PageFiles.read(folder)


def _application() -> FastAPI:
    return new_app(title="t", version="1", summary="s", prefix="/v1", telemetry=Telemetry("ingress", "r1"))


def _get(handle: Handler, path: str, seen_as: str = "", method: str = "GET", **headers: str) -> Mapping[str, Any]:
    event = load_event("api-gateway-post-message")
    event |= {"httpMethod": method, "path": path, "body": None, "headers": headers, "multiValueHeaders": {}}
    event["requestContext"] |= {"path": seen_as or f"/dev{path}", "httpMethod": method}
    return with_a_loop_of_its_own(lambda: handle(event, None))


@pytest.fixture
def handle(tmp_path: Path) -> Handler:
    pages = _built(tmp_path, a_js="let asset", a_css="b{}")
    return make_handler(Pages(pages=pages, otherwise=_application(), api_key="pk-dev-1"), pages)


@pytest.mark.parametrize(
    ("path", "body", "media_type"),
    [
        ("/", COMMON["index.html"], "text/html; charset=utf-8"),
        ("/index.html", COMMON["index.html"], "text/html; charset=utf-8"),
        ("/desk/", COMMON["desk/index.html"], "text/html; charset=utf-8"),
        ("/desk/index.html", COMMON["desk/index.html"], "text/html; charset=utf-8"),
        ("/widget.js", "let a", "text/javascript; charset=utf-8"),
        ("/assets/a.css", "b{}", "text/css; charset=utf-8"),
        ("/favicon.svg", "<svg/>", "image/svg+xml"),
    ],
)
def test_a_file_goes_out_as_text_of_its_type(handle: Handler, path: str, body: str, media_type: str) -> None:
    """As text: API Gateway hands base64 on as it is."""
    answer = _get(handle, path)
    assert (answer["statusCode"], answer["body"], answer["isBase64Encoded"]) == (200, body, False)
    assert answer["headers"]["content-type"] == media_type


def test_assets_are_kept_for_ever_and_pages_are_asked_for_again(handle: Handler) -> None:
    kept = {
        path: _get(handle, path)["headers"]["cache-control"] for path in ("/assets/a.js", "/", "/desk/index.html", "/widget.js")
    }
    assert "immutable" in kept["/assets/a.js"] and kept["/"] == kept["/desk/index.html"] == "no-cache"
    assert kept["/widget.js"] == "public, max-age=300"


def test_every_page_has_its_policy_and_the_staff_page_a_stricter_one(handle: Handler) -> None:
    policies = [_get(handle, path)["headers"]["content-security-policy"] for path in ("/", "/desk/index.html")]
    assert all("default-src 'none'" in policy and "unsafe" not in policy for policy in policies)
    assert "frame-ancestors 'self'" in policies[0] and "frame-ancestors 'none'" in policies[1]


def test_what_the_browser_has_is_not_sent_again(handle: Handler) -> None:
    etag = _get(handle, "/")["headers"]["etag"]
    again = _get(handle, "/", **{"if-none-match": etag})
    assert (again["statusCode"], again["body"], again["headers"]["etag"]) == (304, "", etag)
    assert _get(handle, "/", **{"if-none-match": '"other"'})["statusCode"] == 200


@pytest.mark.parametrize(
    ("seen_as", "location"),
    [("/dev/desk", "/dev/desk/index.html"), ("/dev/desk/", "/dev/desk/index.html"), ("/desk", "/desk/index.html")],
)
def test_a_folder_without_its_slash_leads_to_its_page_below_whatever_path_the_browser_sees(
    handle: Handler, seen_as: str, location: str
) -> None:
    """A stage's name, or a domain of its own; and a gateway that drops the slash must not send anybody in a circle."""
    answer = _get(handle, "/desk", seen_as)
    assert (answer["statusCode"], answer["headers"]["location"]) == (307, location)


def test_pages_learn_the_gateways_key_wherever_they_stand(handle: Handler) -> None:
    answer = _get(handle, "/page.json")
    assert json.loads(answer["body"]) == {"api_key": "pk-dev-1"}
    assert answer["headers"]["access-control-allow-origin"] == "*"


def test_without_a_gateway_there_is_no_key(tmp_path: Path) -> None:
    pages = _built(tmp_path)
    answer = _get(make_handler(Pages(pages=pages, otherwise=_application()), pages), "/page.json")
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {})


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/assets/nope.js",
        "/assets/",
        "/../security-headers.json",
        "/dist/index.html",
        "/index.html/",
        "//index.html",
        "/desk//",
    ],
)
def test_what_is_no_page_is_the_applications_and_it_knows_nothing_of_it(handle: Handler, path: str) -> None:
    answer = _get(handle, path)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "not_found")


def test_pages_are_only_read(handle: Handler) -> None:
    assert _get(handle, "/index.html", method="PUT")["statusCode"] == 404


def test_pages_that_are_not_built_are_no_pages(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PageFiles.read(tmp_path)


class Rollout:
    """Two releases of the function, each with its own script; the alias may send a request to either."""

    def __init__(self, folder: Path) -> None:
        self.releases = SQLiteReleaseStore(Database(MEMORY))
        self.releases.set_traffic(Traffic(stable="r1", candidate="r2", percent=25, version=1))
        self.asked: list[str] = []
        self.down = False
        self.handlers: dict[str, Handler] = {}
        for name in ("r1", "r2"):
            self.releases.put_release(Release(release_id=name, versions={"ingress": name}))
            pages = _built(folder / name, **{f"{name}_js": f"let {name} = '客服'"})
            elsewhere = OtherReleases(releases=self.releases, ask=self._ask, own=name)
            self.handlers[name] = make_handler(Pages(pages=pages, otherwise=_application(), elsewhere=elsewhere), pages)

    def _ask(self, document: Mapping[str, object], timeout_s: float) -> Mapping[str, object]:
        if self.down:
            raise DependencyUnavailableError("lambda", "throttled")
        self.asked.append(str(document["asset"]))
        return self.handlers[str(document["release"])](document, None)


@pytest.fixture
def rollout(tmp_path: Path) -> Rollout:
    return Rollout(tmp_path)


@pytest.mark.parametrize(("asked", "owner"), [("r1", "r2"), ("r2", "r1")])
def test_a_version_without_an_asset_gets_it_from_the_other_release(rollout: Rollout, asked: str, owner: str) -> None:
    answer = _get(rollout.handlers[asked], f"/assets/{owner}.js")
    assert (answer["statusCode"], answer["body"]) == (200, f"let {owner} = '客服'")
    assert (
        answer["headers"]["content-type"] == "text/javascript; charset=utf-8"
        and "immutable" in answer["headers"]["cache-control"]
    )


def test_an_asset_of_ones_own_is_asked_of_nobody(rollout: Rollout) -> None:
    assert _get(rollout.handlers["r1"], "/assets/r1.js")["statusCode"] == 200
    assert rollout.asked == []


def test_an_asset_that_nobody_has_is_asked_for_once_and_not_back_and_forth(rollout: Rollout) -> None:
    assert _get(rollout.handlers["r1"], "/assets/none.js")["statusCode"] == 404
    assert rollout.asked == ["/assets/none.js"]


@pytest.mark.parametrize(
    "path", ["/assets/../index.html", "/assets/a/b.js", "/assets/" + "x" * 101, "/assets/%2e%2e", "/assets/\u5ba2.js"]
)
def test_what_cannot_be_an_assets_name_is_asked_of_nobody(rollout: Rollout, path: str) -> None:
    assert _get(rollout.handlers["r1"], path)["statusCode"] == 404
    assert rollout.asked == []


def test_while_the_other_release_cannot_be_asked_the_asset_is_missing_and_nothing_breaks(rollout: Rollout) -> None:
    rollout.down = True
    assert _get(rollout.handlers["r1"], "/assets/r2.js")["statusCode"] == 404


def test_only_assets_are_given_to_other_releases(rollout: Rollout) -> None:
    assert rollout.handlers["r1"]({"asset": "/index.html", "release": "r1"}, None) == {}
