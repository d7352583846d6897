"""Reading an envelope's payload: each field by its type, with an error that names it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from shared.domain.errors import InvalidInputError
from shared.domain.language import Language

Choice = TypeVar("Choice", bound=StrEnum)


class Payload:
    """A payload's fields. Every getter raises InvalidInputError for a value of another type."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; required unless there is a default."""
        value = self._raw.get(name, default)
        if not isinstance(value, str):
            raise InvalidInputError(name, "must be a string")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None for null and for a missing field."""
        return None if self._raw.get(name) is None else self.text(name)

    def number(self, name: str, default: int | None = None) -> int:
        """Return a whole number; required unless there is a default."""
        value = self._raw.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidInputError(name, "must be a whole number")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._raw.get(name)
        if not isinstance(value, bool):
            raise InvalidInputError(name, "must be true or false")
        return value

    def time(self, name: str) -> datetime:
        """Return a time with a zone, from ISO 8601."""
        try:
            at = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise InvalidInputError(name, "must be a time in ISO 8601") from error
        if at.tzinfo is None:
            raise InvalidInputError(name, "must have a time zone")
        return at

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """Return a member of an enumeration."""
        try:
            return choices(self.text(name))
        except ValueError as error:
            raise InvalidInputError(name, f"must be one of {', '.join(choices)}") from error

    def optional_choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """Return a member of an enumeration, or None for null and for a missing field."""
        return None if self._raw.get(name) is None else self.choice(name, choices)

    def language(self, name: str) -> Language:
        """Return "zh" or "en"."""
        value = self.text(name)
        if value == "zh" or value == "en":
            return value
        raise InvalidInputError(name, "must be zh or en")
