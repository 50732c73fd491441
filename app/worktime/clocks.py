"""The staff's clock: who is in, when they come next, by when an answer is due, what is left."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.worktime.book import Book, Promise
from app.worktime.days import (
    is_working_day,
    working_day_from,
    working_day_until,
    working_days_after,
)

_DAY = timedelta(days=1)
_NOTHING = timedelta()


def is_in(book: Book, now: datetime) -> bool:
    """Say whether somebody of the staff reads messages at this moment."""
    here = now.astimezone(SHANGHAI)
    return book.opens <= here.time() < book.closes and is_working_day(here.date(), book.exceptions)


def next_opening(book: Book, now: datetime) -> datetime:
    """Return when somebody is in next: now, if somebody is."""
    here = now.astimezone(SHANGHAI)
    if is_in(book, now):
        return here
    day = here.date() if here.time() < book.opens else here.date() + _DAY
    return _at(working_day_from(day, book.exceptions), book.opens)


def due(book: Book, promise: Promise, now: datetime) -> datetime:
    """Return the end of the day by which a promise made now is kept.

    Days of the calendar are a limit: where the last of them is not worked, the work ends before.
    """
    day = day_of(now)
    if promise.is_working:
        return _at(working_days_after(day, promise.days, book.exceptions), book.closes)
    last = working_day_until(day + promise.days * _DAY, book.exceptions)
    return _at(last, book.closes)


@dataclass(frozen=True, slots=True)
class Left:
    """Working time until a promise ends, or since: what a clock on the desk shows.

    A `day` is one day of the staff's hours.
    """

    is_over: bool
    days: int
    hours: int
    minutes: int


def time_left(book: Book, now: datetime, until: datetime) -> Left:
    """Return the working time between now and a moment."""
    is_over = until <= now
    span = working_time(book, until, now) if is_over else working_time(book, now, until)
    whole = _length(book.opens, book.closes)
    rest = span % whole
    hours, seconds = divmod(int(rest.total_seconds()), 3600)
    return Left(is_over, span // whole, hours, seconds // 60)


def working_time(book: Book, start: datetime, end: datetime) -> timedelta:
    """Return how much of the staff's hours lies between two moments."""
    here, there = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    total, day = _NOTHING, here.date()
    while day <= there.date():
        if is_working_day(day, book.exceptions):
            opens, closes = _at(day, book.opens), _at(day, book.closes)
            total += max(min(closes, there) - max(opens, here), _NOTHING)
        day += _DAY
    return total


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=SHANGHAI)


def _length(opens: time, closes: time) -> timedelta:
    day = date(2000, 1, 1)
    return _at(day, closes) - _at(day, opens)
