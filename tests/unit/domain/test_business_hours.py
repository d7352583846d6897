"""What time the company may promise."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from shared.domain.business_hours import is_open, next_opening, promised_time, spoken_time
from shared.domain.company import Company, OpenHours

WEEKDAYS = tuple(OpenHours(weekday=day, opens=time(9), closes=time(18)) for day in range(5))
COMPANY = Company(
    tenant="t",
    name={"zh": "某公司"},
    time_zone="Asia/Shanghai",
    site_keys=(),
    hours=WEEKDAYS,
    holidays=frozenset({date(2026, 11, 23)}),
    reply_within_hours=24,
)
FRIDAY_NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def test_hours_are_those_of_the_companys_own_zone() -> None:
    assert is_open(COMPANY, FRIDAY_NOON)
    assert not is_open(COMPANY, datetime(2026, 11, 20, 11, 0, tzinfo=UTC))


def test_closing_time_is_closed() -> None:
    assert not is_open(COMPANY, datetime(2026, 11, 20, 10, 0, tzinfo=UTC))


def test_the_next_opening_skips_weekends_and_holidays() -> None:
    saturday = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    assert next_opening(COMPANY, saturday) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_promise_never_falls_on_a_time_when_nobody_works() -> None:
    assert promised_time(COMPANY, FRIDAY_NOON) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_promise_leaves_time_in_which_somebody_works() -> None:
    """Friday evening and a day later is Tuesday's opening: nobody would have been there in between."""
    friday_evening = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert promised_time(COMPANY, friday_evening) == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    just_before_closing = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert promised_time(COMPANY, just_before_closing) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    within_an_hour = replace(COMPANY, reply_within_hours=1)
    assert promised_time(within_an_hour, friday_evening) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_a_company_without_hours_is_always_open() -> None:
    always = Company(tenant="t", name={"zh": "某公司"}, time_zone="Asia/Shanghai", site_keys=())
    assert is_open(always, FRIDAY_NOON)


def test_times_are_spoken_in_the_customers_language_and_the_companys_zone() -> None:
    assert spoken_time(FRIDAY_NOON, COMPANY, "zh") == "11月20日 12:00"
    assert spoken_time(FRIDAY_NOON, COMPANY, "en") == "12:00 on 20 November"
