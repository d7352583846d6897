"""KEFU_MODEL and KEFU_EMBEDDER: one setting chooses, and what it needs is asked for by name."""

from typing import Any

import pytest

from functions.dialog.settings import Environment as DialogEnvironment
from local.settings import LocalSettings
from shared.domain.errors import SupportError
from shared.runtime.model_settings import EmbedderSettings
from shared.runtime.settings import ConfigurationError, Settings
from tests.infra.fake_environment import environment_of

URL = {"KEFU_MODEL_URL": "http://127.0.0.1:11434/v1"}
NAME = {"KEFU_MODEL_NAME": "qwen3"}
DIALOG = environment_of("dialog")


@pytest.fixture(params=["dialog", "local"])
def read(request: pytest.FixtureRequest) -> Any:
    """Read the settings of `dialog`, and of a single machine: they choose in the same way."""
    settings, environ = (DialogEnvironment, DIALOG) if request.param == "dialog" else (LocalSettings, {})
    return lambda given: settings.from_env({**environ, **given})


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, "none"),
        ({**URL, **NAME}, "openai"),
        ({"KEFU_MODEL": "none", **URL, **NAME}, "none"),
        ({"KEFU_MODEL": "", **URL, **NAME}, "openai"),
        ({"KEFU_MODEL": "openai", **URL, **NAME}, "openai"),
        ({"KEFU_MODEL": "bedrock", **NAME}, "bedrock"),
        ({"KEFU_MODEL": "bedrock", **URL, **NAME}, "bedrock"),
    ],
)
def test_one_setting_chooses_the_reply_model(read: Any, environ: dict[str, str], kind: str) -> None:
    assert read(environ).model_choice().kind == kind


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        (URL, "KEFU_MODEL_NAME"),
        ({"KEFU_MODEL": "openai"}, "KEFU_MODEL_URL"),
        ({"KEFU_MODEL": "openai", **URL}, "KEFU_MODEL_NAME"),
        ({"KEFU_MODEL": "bedrock"}, "KEFU_MODEL_NAME"),
        ({"KEFU_MODEL": "gpt"}, "KEFU_MODEL"),
        ({"KEFU_MODEL_TIMEOUT_S": "60"}, "KEFU_MODEL_TIMEOUT_S"),
    ],
)
def test_what_is_missing_is_named(read: Any, environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        read(environ)


def test_every_setting_reaches_the_choice(read: Any) -> None:
    given = {
        "KEFU_MODEL": "bedrock",
        "KEFU_MODEL_NAME": "eu.amazon.nova-lite-v1:0",
        "KEFU_MODEL_REGION": "eu-central-1",
        "KEFU_MODEL_TIMEOUT_S": "9",
        "KEFU_MODEL_TEMPERATURE": "",
        "KEFU_MODEL_MAX_TOKENS": "300",
        "KEFU_MODEL_GUARDRAIL": "gr-1",
        "KEFU_MODEL_GUARDRAIL_VERSION": "2",
    }
    choice = read(given).model_choice("key")
    assert (choice.name, choice.region, choice.timeout_s) == ("eu.amazon.nova-lite-v1:0", "eu-central-1", 9)
    assert (choice.temperature, choice.max_tokens, choice.guardrail, choice.guardrail_version) == (None, 300, "gr-1", "2")
    assert choice.key == "key"
    assert "key" not in repr(choice).replace("key=", "")


class _Embedder(EmbedderSettings):
    """As a function that searches would have it."""


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"KEFU_EMBEDDER": "openai", "KEFU_EMBEDDER_NAME": "bge-m3"}, "KEFU_EMBEDDER_URL"),
        ({"KEFU_EMBEDDER": "bedrock"}, "KEFU_EMBEDDER_NAME"),
        ({"KEFU_EMBEDDER": "word2vec"}, "KEFU_EMBEDDER"),
    ],
)
def test_what_an_embedder_misses_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        _Embedder.from_env(environ)


def test_the_embedded_model_needs_nothing() -> None:
    assert _Embedder.from_env({}).embedder_choice().kind == "e5"


def test_prefixes_keep_their_space() -> None:
    given = {
        "KEFU_EMBEDDER": "openai",
        "KEFU_EMBEDDER_NAME": "multilingual-e5-large",
        "KEFU_EMBEDDER_URL": "https://models.example/v1",
        "KEFU_EMBEDDER_QUERY_PREFIX": "query: ",
    }
    assert _Embedder.from_env(given).embedder_choice().query_prefix == "query: "


def test_settings_hold_no_key_that_a_log_could_show() -> None:
    assert issubclass(ConfigurationError, SupportError)
    settings = LocalSettings.from_env({**URL, **NAME, "KEFU_MODEL_KEY": "sk-never-to-be-seen"})
    assert "never-to-be-seen" not in repr(settings)
    assert issubclass(LocalSettings, Settings)
