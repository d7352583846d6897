"""compose.yaml, which nobody could run here: each variable that it sets is one that the app reads, and leads to its services."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.settings import LocalSettings
from shared.adapters.parsers.strict_yaml import load_mapping
from shared.runtime.settings import variable

COMPOSE = Path(__file__).resolve().parents[3] / "compose.yaml"
# Set by whoever runs it, in the Makefile's words; everything else has its setting's own name.
OURS = {"SEARCH"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return load_mapping(COMPOSE.read_text("utf-8"), COMPOSE.name)["services"]


def environment(services: dict[str, Any], **given: str) -> dict[str, str]:
    """What the app finds, by Compose's rule for `${NAME:-default}`."""

    def value(found: re.Match[str]) -> str:
        return given.get(found["name"]) or found["default"]

    pattern = re.compile(r"\$\{(?P<name>\w+):-(?P<default>[^}]*)\}")
    return {name: pattern.sub(value, str(text)) for name, text in services["app"]["environment"].items()}


def test_every_variable_that_is_named_is_a_setting(services: dict[str, Any]) -> None:
    known = {variable(field) for field in LocalSettings.model_fields}
    assert set(services["app"]["environment"]) <= known
    assert set(re.findall(r"\$\{(\w+)", COMPOSE.read_text("utf-8"))) <= known | OURS


def test_by_itself_the_app_needs_no_other_service(services: dict[str, Any]) -> None:
    settings = LocalSettings.from_env(environment(services))
    assert (settings.search, settings.model_kind) == ("embedded", "none")
    assert all(one["required"] is False for one in services["app"]["depends_on"].values())


def test_the_command_in_the_header_has_the_app_use_the_engine_that_its_profile_starts(services: dict[str, Any]) -> None:
    assert "SEARCH=opensearch docker compose --profile search up" in COMPOSE.read_text("utf-8").split("services:")[0]
    settings = LocalSettings.from_env(environment(services, SEARCH="opensearch"))
    assert settings.search == "opensearch"
    address = urlsplit(settings.opensearch_url)
    engine = services["opensearch"]
    assert engine["profiles"] == ["search"] and f"{address.hostname}:{address.port}:9200" in engine["ports"]
    assert services["app"]["network_mode"] == "host"


def test_an_engine_elsewhere_can_be_named(services: dict[str, Any]) -> None:
    own = environment(services, SEARCH="opensearch", KEFU_OPENSEARCH_URL="https://search.example:9200")
    assert LocalSettings.from_env(own).opensearch_url == "https://search.example:9200"
