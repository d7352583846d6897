"""Sessions: who may speak in which conversation. Opened once per visitor, checked on every later call."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import NotFoundError, UnauthorizedError
from shared.domain.session import Session
from shared.ports import Clock, IdSource, SessionStore
from shared.runtime.tokens import TokenSigner, token_hash

# How long a repeated Idempotency-Key returns the conversation that it first made.
REPEAT_WINDOW = timedelta(minutes=10)
_GENERATIONS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session with the token that is shown to its visitor, and never stored."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The session table and the key that signs its tokens."""

    store: SessionStore
    signer: TokenSigner
    clock: Clock
    ids: IdSource
    lifetime: timedelta
    release: str

    def open(self, tenant: str, idempotency_key: str | None) -> OpenedSession:
        """Open a session; within REPEAT_WINDOW the same key returns the same one, with the same token."""
        now = self.clock.now()
        owner_token = self._owner_token(tenant, idempotency_key or self.ids.new_id())
        for _ in range(_GENERATIONS):
            session = self.store.create(self._new(tenant, owner_token, now))
            if now - session.created_at <= REPEAT_WINDOW:
                return OpenedSession(session=session, token=self.signer.issue(session.conversation_id))
            # The key is old: what follows it has a name that every later repeat finds too.
            owner_token = self._owner_token(tenant, f"{owner_token}.{session.conversation_id}")
        raise UnauthorizedError("this key was used too often")

    def authorise(self, token: str | None, conversation_id: str) -> Session:
        """Return the session that the token opens. Raises UnauthorizedError for a false token, NotFoundError for another's."""
        session = self.of_token(token)
        if session.conversation_id != conversation_id:
            raise NotFoundError("conversation", conversation_id)
        return session

    def of_token(self, token: str | None) -> Session:
        """Return the session of a genuine token. Raises UnauthorizedError, or NotFoundError when it has expired."""
        identifier = self.signer.identify(token or "")
        session = self.store.get(identifier, self.clock.now())
        if not hmac.compare_digest(session.token_hash, token_hash(token or "")):
            raise UnauthorizedError("not this session's token")
        return session

    def _new(self, tenant: str, owner_token: str, now: datetime) -> Session:
        conversation_id = self.ids.new_id()
        return Session(
            conversation_id=conversation_id,
            tenant=tenant,
            subject_id=self.ids.new_id(),
            token_hash=token_hash(self.signer.issue(conversation_id)),
            release=self.release,
            created_at=now,
            expires_at=now + self.lifetime,
            owner_token=owner_token,
        )

    def _owner_token(self, tenant: str, key: str) -> str:
        # Keyed, so that who reads the table cannot replay a visitor's secret Idempotency-Key.
        return hmac.new(self.signer.key, f"{tenant}\n{key}".encode(), hashlib.sha256).hexdigest()
