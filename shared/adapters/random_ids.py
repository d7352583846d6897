"""Ids from the operating system's secure random numbers."""

import secrets


class RandomIds:
    """Ids of 128 random bits in hexadecimal, so that none starts with a dash or needs quoting anywhere."""

    def new_id(self) -> str:
        return secrets.token_hex(16)

    def short_number(self) -> str:
        """Return 8 digits without a leading zero; not unique by itself: the store refuses one that is taken."""
        return str(10_000_000 + secrets.randbelow(90_000_000))
