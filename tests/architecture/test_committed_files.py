"""What is committed fits what the code and pyproject.toml say, and names no place or host that it should not."""

import re
import tomllib

import pytest

from local.write_openapi import DOCS, as_text, openapi_documents
from tests.architecture.sources import ROOT, tracked

GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
COMMITTED = sorted(path.stem for path in (ROOT / "requirements").glob("*.txt"))
# With a class in each name, or this file would be the first to break its own rule.
HOSTS = re.compile(r"py[p]i[.]org|python[h]osted[.]org|registry[.]npm[j]s|--index[-]url|--find[-]links")


def _pins(group: str) -> set[str]:
    pins: set[str] = set()
    for entry in GROUPS[group]:
        pins |= {_normal(entry)} if isinstance(entry, str) else _pins(entry["include-group"])
    return pins


def _normal(requirement: str) -> str:
    name, _, version = requirement.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


@pytest.mark.parametrize("name", sorted(openapi_documents()))
def test_the_openapi_document_is_the_codes(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == as_text(openapi_documents()[name]), "run make openapi"


@pytest.mark.parametrize("group", COMMITTED)
def test_requirements_are_those_of_pyproject_and_every_one_has_a_hash(group: str) -> None:
    text = (ROOT / "requirements" / f"{group}.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    listed = {_normal(line.split(";")[0].split("--hash")[0].strip()) for line in lines}
    assert _pins(group) <= listed, "run make lock"
    assert all("--hash=sha256:" in line for line in lines)


def test_every_function_has_its_requirements() -> None:
    functions = {p.name for p in (ROOT / "functions").iterdir() if p.is_dir() and p.name != "__pycache__"}
    cloud = {f"{function}-{engine}" for function in ("retrieval", "knowledge") for engine in ("cloud", "pinecone")}
    assert functions | cloud | {"local", "dev", "installer"} == set(COMMITTED)


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    place = re.compile(r"(?<![\w.])/(?:work|farm|home|Users)/\w")
    found = []
    for path in tracked(".py", ".md", ".txt", ".json", ".toml", ".yaml", ".ts", ".tsx", "Makefile", "run"):
        text = path.read_text("utf-8")
        if HOSTS.search(text) or (place.search(text) and path.suffix not in (".md",)):
            found.append(path.relative_to(ROOT).as_posix())
    assert found == []
