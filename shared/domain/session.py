"""A session: who may speak in which conversation. Owned by the front door alone."""

from dataclasses import dataclass
from datetime import datetime


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
