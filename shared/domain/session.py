"""A session: who may speak in which conversation. Owned by the front door alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How long a repeated creation gets the first one's session: long enough for any retry of a lost reply, short because
# who knows the creation key gets the visitor's token again, and such keys end up in logs.
CREATION_KEY_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`token_hash` is SHA-256 of the visitor's token; the token itself is given out once and never stored."""

    conversation_id: str
    tenant: str
    subject_id: str
    token_hash: str
    release: str
    created_at: datetime
    expires_at: datetime
    owner_token: str
