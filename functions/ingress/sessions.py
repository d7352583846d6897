"""Who may speak in which conversation: a visitor's token against the session table."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from shared.domain.errors import NotFoundError, UnauthorizedError
from shared.domain.session import Session
from shared.ports import Clock, SessionStore, TokenSigner

CONVERSATION = "kc"
TICKET = "kt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The session table, and the key that its tokens are signed with."""

    store: SessionStore
    tokens: TokenSigner
    clock: Clock

    def authorise(self, token: str | None, conversation_id: str) -> Session:
        """Return the session that the token opens. Raises UnauthorizedError for a false token, NotFoundError for another's."""
        session = self.of_token(token)
        if session.conversation_id != conversation_id:
            raise NotFoundError("conversation", conversation_id)
        return session

    def of_token(self, token: str | None) -> Session:
        """Return the session of a genuine token. Raises UnauthorizedError, or NotFoundError when it has expired.

        The signature comes first: a forged token costs no read, and does not tell whether a conversation exists.
        """
        identifier = self.tokens.read(CONVERSATION, token or "")
        session = self.store.get(identifier, self.clock.now())
        if not hmac.compare_digest(session.token_hash, hash_token(token or "")):
            raise UnauthorizedError("not this session's token")
        return session


def hash_token(token: str) -> str:
    """Return the hex SHA-256 that stores keep. A token has 256 random bits, so no slow hash is needed."""
    return sha256(token.encode()).hexdigest()
