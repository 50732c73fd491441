"""The days that a page looks at: whole days of Shanghai, and the same number of days before."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.clock import SHANGHAI
from app.core.dated import day_of

LONGEST_DAYS = 366
CHOICES = (7, 30, 90)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From the beginning of `first` to the end of `last`."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Return when it begins."""
        return datetime.combine(self.first, time(), tzinfo=SHANGHAI)

    @property
    def until(self) -> datetime:
        """Return when it is over; that moment is outside."""
        return datetime.combine(self.last + _DAY, time(), tzinfo=SHANGHAI)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """Return as many days, right before."""
        return Span(self.first - timedelta(days=self.days), self.first - _DAY)

    @property
    def dates(self) -> tuple[date, ...]:
        """List its days."""
        return tuple(self.first + timedelta(days=number) for number in range(self.days))


def span_of(now: datetime, first: date | None, last: date | None, days: int = 30) -> Span:
    """Return the days asked for; what cannot be is the last days up to today."""
    today = day_of(now)
    end = min(last or today, today)
    begin = first or end - timedelta(days=days - 1)
    if begin > end or (end - begin).days >= LONGEST_DAYS:
        begin = end - timedelta(days=days - 1)
    return Span(begin, end)
