"""Keys made of several parts, numbers that sort as text, and shards."""

import hashlib

from shared.adapters.crypto.framing import framed

# A partition key may have 2,048 bytes and a sort key 1,024; our own ids are far below this.
_MAX_KEY_BYTES = 512
# Microseconds before 1970 sort too.
_OFFSET = 2**62


def joined(*parts: str) -> str:
    """Return one text for several parts; two different lists never give the same text."""
    text = "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)
    # Nobody made a longer id here, but somebody may ask for one: it must be absent, not an error.
    return text if len(text.encode("utf-8", "surrogatepass")) <= _MAX_KEY_BYTES else digest(*parts)


def digest(*parts: str) -> str:
    """Return the hex SHA-256 of the parts: a key of fixed length that does not show them."""
    return hashlib.sha256(framed(*parts)).hexdigest()


def numbered(number: int) -> str:
    """Return a count of up to 12 digits that sorts as text."""
    return f"{number:012d}"


def timed(us: int) -> str:
    """Return microseconds since 1970 (`to_us`) so that they sort as text."""
    return f"{us + _OFFSET:019d}"


def shard(identifier: str, shards: int) -> str:
    """Return the shard of an id: the same one always."""
    return str(hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).digest()[0] % shards)


def untimed(text: str) -> int:
    """Return the microseconds that `timed` wrote."""
    return int(text) - _OFFSET
