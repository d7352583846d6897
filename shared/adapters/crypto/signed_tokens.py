"""Bearer tokens that need no storage: PREFIX_IDENTIFIER.SECRET, the secret an HMAC-SHA256 of the rest."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from shared.domain.errors import DependencyUnavailableError, UnauthorizedError

MIN_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """Tokens under one secret key of at least 32 bytes. The prefix is signed too: one kind never passes for another."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < MIN_KEY_BYTES:
            raise ValueError(f"the token key needs at least {MIN_KEY_BYTES} bytes")

    def issue(self, prefix: str, identifier: str) -> str:
        """Return the token; the same for the same arguments."""
        name = f"{prefix}_{identifier}"
        return f"{name}.{self._secret(name)}"

    def read(self, prefix: str, token: str) -> str:
        """Return the identifier. Raises UnauthorizedError for anything but a token of ours with this prefix."""
        name, _, secret = token.rpartition(".")
        if not name.startswith(f"{prefix}_"):
            raise UnauthorizedError("no such token")
        # Bytes, because compare_digest refuses a str that is not ASCII.
        if not hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret(name).encode()):
            raise UnauthorizedError("no such token")
        return name[len(prefix) + 1 :]

    def _secret(self, name: str) -> str:
        digest = hmac.new(self.key, name.encode("utf-8", "replace"), sha256).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


class RotatingTokens:
    """The same under a key that may be exchanged while this runs: another one ends all tokens of the one before.

    `key` gives the text as it is now. Raises DependencyUnavailableError, here at once, while there is none that will do: one
    that is too short closes the door, for the key before it may be the one that leaked.
    """

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key
        self._now()

    def issue(self, prefix: str, identifier: str) -> str:
        """Return the token; the same for the same arguments and key."""
        return self._now().issue(prefix, identifier)

    def read(self, prefix: str, token: str) -> str:
        """Return the identifier. Raises UnauthorizedError for anything but a token of ours with this prefix and key."""
        return self._now().read(prefix, token)

    def _now(self) -> SignedTokens:
        try:
            return SignedTokens(self._key().encode())
        except ValueError as error:
            raise DependencyUnavailableError("token key", f"it needs at least {MIN_KEY_BYTES} bytes") from error
