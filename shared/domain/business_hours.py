"""When the company is open, and what time it may honestly promise."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.company import Company

_SEARCH_DAYS = 60
# A promise leaves so much time in which somebody is there to keep it.
_TIME_TO_ANSWER = timedelta(hours=2)


def is_open(company: Company, now: datetime) -> bool:
    """Whether `now` (with a zone) is inside business hours; a company that names none is always open."""
    if not company.hours:
        return True
    local = now.astimezone(ZoneInfo(company.time_zone))
    if local.date() in company.holidays:
        return False
    return any(h.weekday == local.weekday() and h.opens <= local.time() < h.closes for h in company.hours)


def next_opening(company: Company, now: datetime) -> datetime:
    """The first moment at or after `now` when the company is open, in the company's zone."""
    local = now.astimezone(ZoneInfo(company.time_zone))
    if is_open(company, now):
        return local
    for days in range(_SEARCH_DAYS):
        day = (local + timedelta(days=days)).date()
        if day in company.holidays:
            continue
        for hours in sorted(company.hours, key=lambda h: h.opens):
            opening = datetime.combine(day, hours.opens, local.tzinfo)
            if hours.weekday == day.weekday() and opening >= local:
                return opening
    return local


def promised_time(company: Company, now: datetime) -> datetime:
    """When a ticket opened at `now` is answered at the latest: never a time at which nobody works, or before which nobody has."""
    within = timedelta(hours=company.reply_within_hours)
    earliest = next_opening(company, now + within)
    return max(earliest, _after_work(company, now, min(within, _TIME_TO_ANSWER)))


def _after_work(company: Company, now: datetime, work: timedelta) -> datetime:
    """The moment at which somebody has been there for `work` since `now`, in the company's zone."""
    local = now.astimezone(ZoneInfo(company.time_zone))
    if not company.hours:
        return local + work
    for days in range(_SEARCH_DAYS):
        day = (local + timedelta(days=days)).date()
        if day in company.holidays:
            continue
        for hours in sorted(company.hours, key=lambda h: h.opens):
            opens = max(datetime.combine(day, hours.opens, local.tzinfo), local)
            closes = datetime.combine(day, hours.closes, local.tzinfo)
            if hours.weekday != day.weekday() or closes <= opens:
                continue
            if closes - opens >= work:
                return opens + work
            work -= closes - opens
    return local + work


def spoken_time(moment: datetime, company: Company, language: str) -> str:
    """The moment as people say it, in the company's zone."""
    local = moment.astimezone(ZoneInfo(company.time_zone))
    if language == "zh":
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local:%H:%M} on {local.day} {local:%B}"
