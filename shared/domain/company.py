"""A company's own settings: what `company.yaml` holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from shared.domain.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """One weekday's hours (0 is Monday), in the company's time zone."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Names and texts are by language. `reply_within_hours` is what a ticket promises."""

    tenant: str
    name: Mapping[str, str]
    time_zone: str
    site_keys: tuple[str, ...]
    greeting: Mapping[str, str] = field(default_factory=dict)
    suggested_questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    hours: tuple[OpenHours, ...] = ()
    holidays: frozenset[date] = frozenset()
    reply_within_hours: int = 24
    synonyms: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    hotline: str = ""

    def text(self, by_language: Mapping[str, str], language: Language) -> str:
        """Return the text in `language`, or in any language there is."""
        return by_language.get(language) or next(iter(by_language.values()), "")
