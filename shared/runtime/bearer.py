"""The bearer token of a request."""

from collections.abc import Mapping


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token of the header Authorization (names in lower case), or None."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
