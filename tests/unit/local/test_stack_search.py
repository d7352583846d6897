"""`make stack SEARCH=...`: which form is deployed, where its search engine is, and what is refused."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.stack import __main__ as command
from local.stack import deployment, search
from local.stack.assembly import Assembly
from local.stack.local_aws import ROOT, MiniStack
from local.stack.search import StackSearch
from local.stack.templates import read_template

URL = "http://127.0.0.1:9201"


def function(**variables: object) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assembly whose functions want the address of a domain."""
    domain = {"Fn::GetStackOutput": {"StackName": "kefu-dev-knowledge-store", "OutputName": "Endpoint"}}
    template = {"Resources": {"Search": function(KEFU_SEARCH_URL=domain, KEFU_RELEASE="r1"), "Door": function(KEFU_RELEASE="r1")}}
    (tmp_path / "kefu-dev-functions.template.json").write_text(json.dumps(template), "utf-8")
    stacks = {"functions": ["kefu-dev-knowledge-store"], "knowledge-store": []}
    artifacts = {
        f"kefu-dev-{name}": {"type": "aws:cloudformation:stack", "dependencies": needs} for name, needs in stacks.items()
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), "utf-8")
    return tmp_path


def test_the_address_of_this_machines_engine_goes_to_those_who_search_and_nobody_else(folder: Path) -> None:
    resources = read_template(folder / "kefu-dev-functions.template.json", {"KEFU_SEARCH_URL": URL})["Resources"]
    assert resources == {"Search": function(KEFU_SEARCH_URL=URL, KEFU_RELEASE="r1"), "Door": function(KEFU_RELEASE="r1")}


@pytest.mark.parametrize(
    ("url", "stacks"), [("", ["kefu-dev-knowledge-store", "kefu-dev-functions"]), (URL, ["kefu-dev-functions"])]
)
def test_the_domain_is_deployed_only_where_nothing_stands_for_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, stacks: list[str]
) -> None:
    made: list[Assembly] = []

    def remember(assembly: Assembly) -> dict[str, str]:
        made.append(assembly)
        return {"PagesKeyId": "k", "ApiId": "a"}

    class Cloud(MiniStack):
        def client(self, service: str) -> Any:
            return type("Client", (), {"get_api_key": lambda *_, **__: {"value": "v"}})()

    monkeypatch.setattr(Assembly, "deploy", remember)
    deployment.deploy(Cloud(folder=folder, port=4602), folder, url)
    assert list(made[0].stacks()) == stacks and made[0].known_here == ({"KEFU_SEARCH_URL": url} if url else {})


@pytest.mark.parametrize("name", ["pinecone", "elastic", ""])
def test_another_engine_is_refused_in_one_line_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["stack", "--search", name])
    assert command.main() == 1
    said = capsys.readouterr()
    assert said.err == f"kefu: make stack SEARCH={name}: use embedded or opensearch\n" and said.out == ""


def test_embedded_starts_no_node_and_the_stage_searches_in_its_functions(tmp_path: Path) -> None:
    embedded = StackSearch.named("embedded")
    with embedded.running(tmp_path) as url:
        assert url == ""
    assert embedded.synthesis == {"KEFU_STAGE_SEARCH": "small"} and embedded.data != StackSearch.named("opensearch").data


def test_the_node_of_a_stack_is_at_the_same_address_after_a_restart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def node(_folder: Path, port: int) -> Iterator[str]:
        yield f"http://127.0.0.1:{port}"

    free = iter((9211, 9212))
    monkeypatch.setattr(search, "running_node", node)
    monkeypatch.setattr(search, "free_port", lambda: next(free))
    addresses: list[str] = []
    for _ in range(2):
        with StackSearch.named("opensearch").running(tmp_path) as url:
            addresses.append(url)
    assert addresses == ["http://127.0.0.1:9211"] * 2


@pytest.mark.parametrize("given", ["opensearch", "embedded"])
def test_make_hands_the_choice_over(given: str) -> None:
    asked = ["make", "--dry-run", "--no-print-directory", "--assume-old", "setup-dev", "stack", f"SEARCH={given}"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"-m local.stack --port 4602 --company {ROOT}/samples/yuguang --search {given}" in said
