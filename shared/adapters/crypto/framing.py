"""An unambiguous byte form of several strings, for associated data and MACs."""


def framed(*parts: str) -> bytes:
    """Return each part as UTF-8 behind its length in 4 bytes: ("ab", "c") and ("a", "bc") never look alike."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
