"""How fast a campaign may go: by its own throttle, by the platform's, and when it ends so."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from app.core.clock import SHANGHAI

Every = Literal["day", "week", "month"]
_DAYS: dict[Every, int] = {"day": 1, "week": 7}
_MONTHS = 12

LIST_MOST = 10_000
"""People in one mass send by list, at most; two at least (platform documentation, 2026-11)."""
LIST_LEAST = 2


@dataclass(frozen=True, slots=True)
class Throttle:
    """Calls and people a minute, at most; None: as fast as the platform lets us."""

    calls_per_minute: int | None = None
    people_per_minute: int | None = None


def minutes_needed(people: int, people_per_call: int, throttle: Throttle) -> float:
    """Return how long so many people take: the slower of calls and people decides."""
    if people <= 0:
        return 0.0
    calls = ceil(people / people_per_call)
    by_calls = calls / throttle.calls_per_minute if throttle.calls_per_minute else 0.0
    by_people = people / throttle.people_per_minute if throttle.people_per_minute else 0.0
    return max(by_calls, by_people)


def ends_at(start: datetime, people: int, people_per_call: int, throttle: Throttle) -> datetime:
    """Return when a campaign that starts then has reached everybody."""
    return start + timedelta(minutes=minutes_needed(people, people_per_call, throttle))


def next_time(at: datetime, every: Every, now: datetime) -> datetime:
    """Return the first time after now of what is repeated from `at` on.

    A day that a month has not is its last day; what was missed is not made up for.
    """
    first, times = at.astimezone(SHANGHAI), 1
    if every in _DAYS:
        step = timedelta(days=_DAYS[every])
        return first + step * max(1, (now - first) // step + 1)
    while _months_after(first, times) <= now:
        times += 1
    return _months_after(first, times)


def _months_after(first: datetime, months: int) -> datetime:
    years, month = divmod(first.month - 1 + months, _MONTHS)
    year, month = first.year + years, month + 1
    return first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))
