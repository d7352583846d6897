"""The correlation id: one name for all that one request causes, from the channel to the ticket."""

import re
import secrets

HEADER = "X-Correlation-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def correlation_id_from(value: str | None) -> str:
    """Return the caller's id when it is 8 to 64 plain characters, else a new one; anything else would get into logs."""
    if value is not None and _ACCEPTED.fullmatch(value):
        return value
    return secrets.token_hex(16)
