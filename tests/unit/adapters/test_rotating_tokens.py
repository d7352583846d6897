"""Tokens under a key that somebody exchanges while functions run."""

import pytest

from shared.adapters.crypto.signed_tokens import RotatingTokens
from shared.domain.errors import DependencyUnavailableError, UnauthorizedError


def test_another_key_ends_the_tokens_of_the_one_before() -> None:
    """Without a new deployment, and without waiting until Lambda has replaced its last sandbox."""
    keys = ["a" * 64]
    tokens = RotatingTokens(lambda: keys[-1])
    leaked = tokens.issue("kc", "c1")
    assert tokens.read("kc", leaked) == "c1" and tokens.issue("kc", "c1") == leaked
    keys.append("b" * 64)
    with pytest.raises(UnauthorizedError):
        tokens.read("kc", leaked)
    assert tokens.read("kc", tokens.issue("kc", "c1")) == "c1"


def test_a_key_that_is_too_short_closes_the_door_and_says_nothing_of_itself() -> None:
    with pytest.raises(DependencyUnavailableError, match="token key: it needs at least 32 bytes"):
        RotatingTokens(lambda: "short-key-4711")
    keys = ["a" * 64]
    tokens = RotatingTokens(lambda: keys[-1])
    keys.append("short-key-4711")
    with pytest.raises(DependencyUnavailableError) as refused:
        tokens.issue("kc", "c1")
    assert "4711" not in str(refused.value) and "aaaa" not in repr(tokens)


def test_a_key_that_cannot_be_read_is_an_outage_at_the_start_too() -> None:
    def unreadable() -> str:
        raise DependencyUnavailableError("secret", "it cannot be read")

    with pytest.raises(DependencyUnavailableError):
        RotatingTokens(unreadable)
