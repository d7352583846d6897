"""Receive one message from a channel: normalise, accept into the ledger once, and have its turn taken."""

import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from shared.domain.envelope import Envelope
from shared.domain.errors import IdempotencyMismatchError, InvalidInputError
from shared.domain.ledger import LedgerEntry
from shared.domain.session import Session
from shared.ports import Clock, IdSource, Ledger, TurnService

MAX_TEXT_CHARS = 4000
MAX_KEY_CHARS = 255
# Line breaks and tabs are text; other control characters, lone surrogates and private use are not.
_KEPT_CONTROLS = "\n\t"
_REFUSED_CATEGORIES = ("Cc", "Cs", "Cn")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One shape for all channels. `channel_message_id` is the channel's own id, or the client's Idempotency-Key."""

    session: Session
    channel: str
    channel_message_id: str
    text: str
    correlation_id: str
    deadline_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveMessage:
    """Idempotent by (conversation, channel, channel_message_id): every copy gets the first one's answer.

    Raises InvalidInputError, IdempotencyMismatchError (same id, other text) and what TurnService raises. When the turn
    fails on the way, the entry stays open: a retry with the same id goes on where it stopped, the sweeper lists it.
    """

    ledger: Ledger
    turns: TurnService
    clock: Clock
    ids: IdSource
    fingerprint_key: bytes

    def __call__(self, inbound: InboundMessage) -> Mapping[str, object]:
        """Return the turn's result as `dialog` sent it: {status, conversation, customer_message, reply}."""
        text = normalise_text(inbound.text)
        if not 0 < len(inbound.channel_message_id) <= MAX_KEY_CHARS:
            raise InvalidInputError("Idempotency-Key", f"send 1 to {MAX_KEY_CHARS} characters")
        session = inbound.session
        draft = LedgerEntry(
            tenant=session.tenant,
            conversation_id=session.conversation_id,
            channel=inbound.channel,
            channel_message_id=inbound.channel_message_id,
            message_id=self.ids.new_id(),
            seq=0,
            fingerprint=self._fingerprint(text),
            accepted_at=self.clock.now(),
        )
        accepted = self.ledger.accept(draft)
        entry = accepted.entry
        if not hmac.compare_digest(entry.fingerprint, draft.fingerprint):
            raise IdempotencyMismatchError(inbound.channel_message_id)
        return self.turns.invoke(
            Envelope(
                op="take_turn",
                tenant=session.tenant,
                correlation_id=inbound.correlation_id,
                release=session.release,
                deadline_at_ms=inbound.deadline_at_ms,
                owner_token=entry.message_id,
                payload={
                    "conversation_id": session.conversation_id,
                    "seq": entry.seq,
                    "message_id": entry.message_id,
                    "text": text,
                    "received_at": entry.accepted_at.isoformat(),
                    "first": accepted.is_new,
                },
            )
        )

    def _fingerprint(self, text: str) -> str:
        """A keyed hash: the ledger holds no text, and a short text cannot be guessed from it."""
        return hmac.new(self.fingerprint_key, text.encode(), sha256).hexdigest()


def normalise_text(text: str) -> str:
    """NFC, one kind of line break, no control characters, trimmed. Raises InvalidInputError."""
    unified = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in unified if c in _KEPT_CONTROLS or unicodedata.category(c) not in _REFUSED_CATEGORIES).strip()
    if not kept:
        raise InvalidInputError("text", "send at least one visible character")
    if len(kept) > MAX_TEXT_CHARS:
        raise InvalidInputError("text", f"send at most {MAX_TEXT_CHARS} characters")
    return kept
