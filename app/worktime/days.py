"""Which days are working days on the mainland: weekends, public holidays, days worked instead."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

_SATURDAY = 5
_DAY = timedelta(days=1)


def is_working_day(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Say whether offices work on a day; in a year nobody has published yet, by the weekday."""
    if day in exceptions:
        return exceptions[day]
    if not is_known(day.year):
        return day.weekday() < _SATURDAY
    return bool(chinese_calendar.is_workday(day))


@lru_cache(maxsize=256)
def is_known(year: int) -> bool:
    """Say whether the holidays of a year are known: the State Council announces them late."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def working_days_after(day: date, count: int, exceptions: Mapping[date, bool]) -> date:
    """Return the day that is so many working days on; none at all is the day itself."""
    left = count
    while left:
        day += _DAY
        left -= is_working_day(day, exceptions)
    return day


def working_day_from(day: date, exceptions: Mapping[date, bool]) -> date:
    """Return this day or the next one that is worked."""
    while not is_working_day(day, exceptions):
        day += _DAY
    return day


def working_day_until(day: date, exceptions: Mapping[date, bool]) -> date:
    """Return this day or the last one before it that is worked."""
    while not is_working_day(day, exceptions):
        day -= _DAY
    return day
