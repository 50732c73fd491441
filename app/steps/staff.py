"""When the staff are in, and by when they answer: today's rows, and what they say of a moment."""

from datetime import datetime
from functools import lru_cache

from app.core.dated import day_of
from app.core.log import get_logger
from app.worktime import clocks
from app.worktime.book import Book, Kind, book_on
from app.worktime.clocks import Left
from app.worktime.days import is_known

__all__ = [
    "Kind",
    "Left",
    "days",
    "due",
    "due_within",
    "is_in",
    "next_opening",
    "time_left",
    "unknown_year",
]

log = get_logger()


def is_in(now: datetime) -> bool:
    """Say whether somebody of the staff reads messages at this moment."""
    return clocks.is_in(_book(now), now)


def next_opening(now: datetime) -> datetime:
    """Return when somebody of the staff is in next: now, if somebody is."""
    return clocks.next_opening(_book(now), now)


def due(kind: Kind, now: datetime) -> datetime:
    """Return by when something of this kind, begun now, is answered: the end of the staff's day."""
    book = _book(now)
    until = clocks.due(book, book.promises[kind], now)
    _say_if_unknown(until.year)
    return until


def due_within(kind: Kind, last: Kind, now: datetime) -> datetime:
    """Return by when something is answered, never later than the last day that is allowed."""
    return min(due(kind, now), due(last, now))


def days(kind: Kind, now: datetime) -> int:
    """Return how many days are promised, for the pages that name them."""
    return _book(now).promises[kind].days


def time_left(until: datetime, now: datetime) -> Left:
    """Return the working time left until a moment, or passed since."""
    return clocks.time_left(_book(now), now, until)


def unknown_year(now: datetime) -> int | None:
    """Return the year whose holidays a promise of today may need and nobody has told us yet."""
    last = clocks.due(_book(now), _book(now).promises["right_last"], now)
    return None if is_known(last.year) else last.year


def _book(now: datetime) -> Book:
    return book_on(day_of(now))


@lru_cache(maxsize=64)
def _say_if_unknown(year: int) -> None:
    """Log once a process that a promise was reckoned by weekends alone."""
    if not is_known(year):
        log.warning("holidays_unknown", year=year)
