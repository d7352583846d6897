"""Everything under one address: the right application, the right headers."""

import json
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from local.site import Site
from tests.architecture.sources import ROOT


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Built pages, with the headers of the real ones."""
    for name in ("index.html", "desk/index.html", "widget.js", "assets/a.js"):
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "security-headers.json").write_text((ROOT / "web/security-headers.json").read_text("utf-8"))
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


@pytest.fixture
def client(web: Path) -> TestClient:
    """A client of the whole site."""
    return TestClient(Site(PlainTextResponse("ingress"), PlainTextResponse("desk"), web))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", "index.html"),
        ("/desk/", "desk/index.html"),
        ("/widget.js", "widget.js"),
        ("/healthz", "ingress"),
        ("/v1/site", "ingress"),
        ("/desk/v1/me", "desk"),
    ],
)
def test_each_address_leads_to_its_own(client: TestClient, path: str, body: str) -> None:
    assert client.get(path).text == body


@pytest.mark.parametrize(
    "path", ["/v1x", "/desk/v1x", "/healthz2", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"]
)
def test_what_is_nobodys_is_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/desk/"])
def test_a_page_may_run_nothing_but_its_own_script(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy


def test_the_widget_may_be_loaded_by_any_site(client: TestClient) -> None:
    assert client.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/widget.js", "/nope"])
def test_every_answer_of_the_pages_has_the_common_headers(client: TestClient, web: Path, path: str) -> None:
    common = json.loads((web / "security-headers.json").read_text("utf-8"))["all"]
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in common} == common


def test_the_api_is_described_without_a_script(client: TestClient) -> None:
    page = client.get("/api")
    assert "<table>" in page.text and "<script" not in page.text and "script-src" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api", "/api/style.css"])
def test_the_description_is_taken_for_what_it_is_and_tells_no_site_where_it_was(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


def test_pages_that_are_not_built_say_how(tmp_path: Path) -> None:
    answer = TestClient(Site(PlainTextResponse(""), PlainTextResponse(""), tmp_path)).get("/")
    assert (answer.status_code, "make web" in answer.text) == (503, True)
