"""Settings: complete or refused, with the cure; secrets never shown."""

import pytest

from functions.ingress.settings import IngressSettings
from local.settings import LocalSettings
from shared.runtime.settings import ConfigurationError

SECRET = "s" * 43
INGRESS = {"KEFU_RELEASE": "r1", "KEFU_TOKEN_SECRET": SECRET, "KEFU_FINGERPRINT_SECRET": SECRET}


def test_settings_come_from_the_environment_with_defaults_for_the_rest() -> None:
    settings = IngressSettings.from_env({**INGRESS, "KEFU_TENANT_RATE_PER_S": "20", "PATH": "/bin"})
    assert (settings.release, settings.tenant_rate_per_s, settings.allowed_origins) == ("r1", 20.0, ("*",))


def test_everything_that_is_missing_is_named_at_once_with_what_to_set() -> None:
    with pytest.raises(ConfigurationError) as refused:
        IngressSettings.from_env({})
    said = str(refused.value)
    assert all(f"KEFU_{name} is not set" in said for name in ("RELEASE", "TOKEN_SECRET", "FINGERPRINT_SECRET"))
    assert "openssl rand" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [("KEFU_TOKEN_SECRET", "short"), ("KEFU_SESSION_BURST", "many"), ("KEFU_TURN_TIMEOUT_S", "900"), ("KEFU_LOG_LEVEL", "loud")],
)
def test_a_wrong_value_is_named_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is not valid") as refused:
        IngressSettings.from_env({**INGRESS, name: value})
    assert value not in str(refused.value)


def test_a_secret_shows_in_no_repr() -> None:
    assert SECRET not in repr(IngressSettings.from_env(INGRESS))


def test_lists_are_json() -> None:
    settings = IngressSettings.from_env({**INGRESS, "KEFU_ALLOWED_ORIGINS": '["https://a.example"]'})
    assert settings.allowed_origins == ("https://a.example",)


def test_settings_do_not_change_once_read() -> None:
    settings = IngressSettings.from_env(INGRESS)
    with pytest.raises(ValueError, match="frozen"):
        settings.release = "r2"


def test_a_model_server_needs_a_models_name() -> None:
    with pytest.raises(ConfigurationError, match="KEFU_MODEL_NAME"):
        LocalSettings.from_env({"KEFU_MODEL_URL": "http://127.0.0.1:9/v1"})
