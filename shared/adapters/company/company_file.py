"""`company.yaml`: what it says, as a Company."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.adapters.parsers.rejections import RejectedFile
from shared.adapters.parsers.strict_yaml import load_mapping
from shared.adapters.parsers.text_encoding import decode
from shared.domain.company import Company, OpenHours
from shared.domain.errors import InvalidInputError

COMPANY_FILE = "company.yaml"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_company(data: bytes) -> Company:
    """Return the company that the file describes. Raises InvalidInputError naming the key and the fix."""
    try:
        settings = load_mapping(decode(data), COMPANY_FILE)
    except RejectedFile as error:
        raise InvalidInputError(COMPANY_FILE, error.detail) from error
    hotline = _mapping(settings, "contact").get("hotline", settings.get("hotline", ""))
    return Company(
        tenant=_required_text(settings, "tenant"),
        name=_texts(settings, "name"),
        time_zone=_time_zone(settings),
        site_keys=tuple(str(key) for key in _list(settings, "site_keys")),
        greeting=_texts(settings, "greeting"),
        suggested_questions={
            language: tuple(map(str, asked)) for language, asked in _lists(settings, "suggested_questions").items()
        },
        colours=_texts(settings, "colours"),
        hours=tuple(hours for entry in _list(settings, "business_hours") for hours in _hours(entry)),
        holidays=frozenset(_holiday(day) for day in _list(settings, "holidays")),
        reply_within_hours=_promise(settings),
        synonyms={
            language: tuple(tuple(map(str, group)) for group in groups)
            for language, groups in _lists(settings, "synonyms", of=list).items()
        },
        hotline=str(hotline),
    )


def _mapping(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = settings.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write `name: value` lines below it")
    return value


def _list(settings: Mapping[str, Any], key: str) -> list[Any]:
    value = settings.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write a list, one `- value` a line")
    return value


def _lists(settings: Mapping[str, Any], key: str, of: type = object) -> dict[str, list[Any]]:
    """Return a list for each language."""
    given = _mapping(settings, key)
    if not all(isinstance(values, list) and all(isinstance(value, of) for value in values) for values in given.values()):
        raise InvalidInputError(
            f"{COMPANY_FILE}: {key}", "write a language and below it a list" + (" of lists" if of is list else "")
        )
    return given


def _texts(settings: Mapping[str, Any], key: str) -> dict[str, str]:
    if isinstance(settings.get(key), str):
        return {"zh": settings[key], "en": settings[key]}
    return {name: str(value) for name, value in _mapping(settings, key).items()}


def _required_text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write letters, digits, - and _, at most 63, e.g. `tenant: acme`")
    return value


def _time_zone(settings: Mapping[str, Any]) -> str:
    name = str(settings.get("time_zone", ""))
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(f"{COMPANY_FILE}: time_zone", "write one such as Asia/Shanghai") from error
    return name


_MIDNIGHT = ("24:00", "00:00")


def _hours(entry: Any) -> tuple[OpenHours, ...]:
    """Read one entry; a night ("18:00" to "02:00") is the rest of its day and the beginning of the next."""
    try:
        closing = str(entry["closes"])
        opens = time.fromisoformat(str(entry["opens"]))
        closes = time.max if closing in _MIDNIGHT else time.fromisoformat(closing)
        day = _DAYS.index(str(entry["day"]).lower())
    except (KeyError, ValueError, TypeError) as error:
        fix = 'write {day: monday, opens: "09:00", closes: "18:00"}'
        raise InvalidInputError(f"{COMPANY_FILE}: business_hours", fix) from error
    if closes >= opens:
        return (OpenHours(weekday=day, opens=opens, closes=closes),)
    rest = OpenHours(weekday=day, opens=opens, closes=time.max)
    return rest, OpenHours(weekday=(day + 1) % len(_DAYS), opens=time.min, closes=closes)


def _holiday(day: Any) -> date:
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise InvalidInputError(f"{COMPANY_FILE}: holidays", "write dates such as 2026-10-01") from error


def _promise(settings: Mapping[str, Any]) -> int:
    hours = _mapping(settings, "ticket").get("reply_within_hours", settings.get("reply_within_hours", 24))
    if isinstance(hours, bool) or not isinstance(hours, int) or hours < 1:
        raise InvalidInputError(f"{COMPANY_FILE}: reply_within_hours", "write a whole number of hours, 1 or more")
    return hours
