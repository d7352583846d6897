"""Open a conversation: a session at the front door, a row with `dialog`, a token for the visitor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from shared.domain.envelope import Envelope
from shared.domain.errors import InvalidInputError
from shared.domain.language import Language
from shared.domain.session import Session
from shared.ports import Clock, IdSource, SessionStore, TokenSigner, TurnService
from shared.use_cases.pin_release import PinRelease

# A creation key is a secret of the client's: who knows it gets the token again, so it must not be guessable.
MIN_KEY_CHARS = 22
SESSION_LIFE = timedelta(days=30)
_DEADLINE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedConversation:
    """`token` is given out here and stored nowhere."""

    session: Session
    token: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConversation:
    """Idempotent by (tenant, creation key) for CREATION_KEY_LIFE: the same conversation and token again.

    Without a key, or with one that was used longer ago, a new conversation. `pins` None: there is one release, `release`.
    """

    sessions: SessionStore
    turns: TurnService
    tokens: TokenSigner
    clock: Clock
    ids: IdSource
    release: str
    pins: PinRelease | None = None

    def __call__(self, tenant: str, language: Language, creation_key: str, correlation_id: str) -> OpenedConversation:
        if creation_key and len(creation_key) < MIN_KEY_CHARS:
            raise InvalidInputError(
                "Idempotency-Key", f"send a random key of at least {MIN_KEY_CHARS} characters, such as a UUID"
            )
        now = self.clock.now()
        session = self.sessions.create(self._draft(tenant, creation_key, now))
        session = self.pins.for_turn(session) if self.pins else session
        self.turns.invoke(
            Envelope(
                op="open_conversation",
                tenant=tenant,
                correlation_id=correlation_id,
                release=session.release,
                deadline_at_ms=int((now + _DEADLINE).timestamp() * 1000),
                owner_token=session.owner_token,
                payload={"conversation_id": session.conversation_id, "subject_id": session.subject_id, "language": language},
            )
        )
        return OpenedConversation(session=session, token=self.tokens.issue("kc", session.conversation_id), language=language)

    def _draft(self, tenant: str, creation_key: str, now: datetime) -> Session:
        conversation_id = self.ids.new_id()
        # The key itself is a secret, so only its hash is stored.
        owner_token = sha256(f"{tenant}\x1f{creation_key or conversation_id}".encode()).hexdigest()
        return Session(
            conversation_id=conversation_id,
            tenant=tenant,
            subject_id=self.ids.new_id(),
            token_hash=sha256(self.tokens.issue("kc", conversation_id).encode()).hexdigest(),
            release=self.pins.for_new(conversation_id) if self.pins else self.release,
            created_at=now,
            expires_at=now + SESSION_LIFE,
            owner_token=owner_token,
        )
