"""Bearer tokens that can be made again from their id, so that a retried create returns the same one without storing it.

TOKEN = PREFIX + id + "." + base64url(HMAC-SHA256(key, PREFIX + id)). Stores keep `token_hash(TOKEN)` only.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from shared.domain.errors import UnauthorizedError

CONVERSATION = "kc_"
TICKET = "kt_"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Makes and checks the tokens of one kind (`prefix`). `key`: at least 16 random bytes."""

    prefix: str
    key: bytes

    def issue(self, identifier: str) -> str:
        """Return the token of an id; the same id gives the same token."""
        signed = (self.prefix + identifier).encode()
        mac = urlsafe_b64encode(hmac.digest(self.key, signed, "sha256")).rstrip(b"=").decode()
        return f"{self.prefix}{identifier}.{mac}"

    def identify(self, token: str) -> str:
        """Return the id that a genuine token names. Raises UnauthorizedError. Constant time in the secret part."""
        identifier, dot, _ = token.removeprefix(self.prefix).rpartition(".")
        genuine = token.startswith(self.prefix) and bool(dot) and len(token) <= _LONGEST and token.isascii()
        if not genuine or not hmac.compare_digest(self.issue(identifier), token):
            raise UnauthorizedError("not a valid token")
        return identifier


def token_hash(token: str) -> str:
    """Return the hex SHA-256 of a token: what is stored. The token has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
