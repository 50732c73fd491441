"""When the staff are in, and by when they answer; the numbers are the lender's own promise."""

from datetime import datetime, time, timedelta

from app.core.clock import SHANGHAI

OPENS, CLOSES = time(9), time(18)
REVIEW_WORKING_DAYS = 2
NOTE_WORKING_DAYS = 1
HANDOVER_WORKING_DAYS = 1
_SATURDAY = 5


def is_in(now: datetime) -> bool:
    """Say whether somebody of the staff reads messages at this moment."""
    here = now.astimezone(SHANGHAI)
    return here.weekday() < _SATURDAY and OPENS <= here.time() < CLOSES


def due(now: datetime, working_days: int) -> datetime:
    """Return the end of the staff's day so many working days on.

    Weekends are left out; public holidays only lengthen what was promised, they are not known here.
    """
    day = now.astimezone(SHANGHAI)
    left = working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day.replace(hour=CLOSES.hour, minute=0, second=0, microsecond=0)
