"""The calendar of campaigns: what is planned for whom, day by day, and what a month has left."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from app.broadcast.lifecycle import State
from app.broadcast.pacing import next_time
from app.broadcast.types import EVERYBODY, Channel
from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.deps import Deps
from app.queries.campaign_lists import PLANNED_AT, Listed, listed
from app.steps.campaign_release import APPROVAL_LASTS
from app.store import segments
from app.store.campaigns import Campaign, MassMonth

_MOST_IN_MONTH = 500
_WEEK = 7
_DAY = timedelta(days=1)
_TWO = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """One campaign on one day; `audience` is what its segment is called, empty without a name.

    `is_again`: a repetition that is still to come. `clashes`: on this day somebody else writes to
    the same people.
    """

    it: Listed
    audience: str
    is_again: bool = False
    clashes: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar."""

    on: date
    is_inside: bool
    is_today: bool
    campaigns: Sequence[Planned]


@dataclass(frozen=True, slots=True)
class Use:
    """How many mass messages of a month the people of one segment get, those to everybody too."""

    audience: str
    segment: str
    messages: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month in whole weeks, from Monday; `previous` and `next` as `2026-11`.

    `limit`: mass messages that a person may have in a month, `kept_back` of them for necessary
    notices. `had`: how many people had so many by now.
    """

    first: date
    days: Sequence[Day]
    previous: str
    next: str
    uses: Sequence[Use]
    limit: int
    kept_back: int
    had: Mapping[int, int]

    @property
    def count(self) -> int:
        """Return how many campaigns the month itself has."""
        return sum(len(day.campaigns) for day in self.days if day.is_inside)


def calendar(deps: Deps, actor: Actor, month: str) -> Month:
    """Return what begins or began on each day of a month; nonsense is this month."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    today = day_of(now)
    first = _first_of(month) or today.replace(day=1)
    following = (first + 31 * _DAY).replace(day=1)
    monday = first - first.weekday() * _DAY
    weeks = -(-(following - monday).days // _WEEK)
    days = [monday + number * _DAY for number in range(weeks * _WEEK)]
    since, until = _midnight(days[0]), _midnight(days[-1] + _DAY)
    begins = func.coalesce(Campaign.launched_at, Campaign.next_at, PLANNED_AT)
    repeats = Campaign.definition["schedule"]["every"].astext.is_not(None)
    # What repeats may have begun before the month.
    wanted = [begins < until, (begins >= since) | repeats, Campaign.state != State.CANCELLED]
    with deps.sessions() as session:
        found = listed(session, now, wanted, _MOST_IN_MONTH)
        names = {one.id: one.name for one, _ in segments.list_current(session)}
        counted = select(MassMonth.count, func.count()).where(MassMonth.month == first)
        rows = session.execute(counted.group_by(MassMonth.count).order_by(MassMonth.count))
        had = {count: people for count, people in rows}  # noqa: C416 - rows
    planned = [
        Planned(then, names.get(one.segment_id or 0, ""), is_again=then is not one)
        for one in found
        for then in _times(one, since, until)
    ]
    planned.sort(key=lambda one: one.it.moment)
    rules = deps.contact_book.contact_rules(now)
    inside = [one for one in planned if _day_of(one).replace(day=1) == first]
    return Month(
        first=first,
        days=[_day(day, first, today, planned) for day in days],
        previous=(first - _DAY).strftime("%Y-%m"),
        next=following.strftime("%Y-%m"),
        uses=_uses(inside),
        limit=rules.mass.limit,
        kept_back=rules.mass.kept,
        had=had,
    )


def _times(one: Listed, since: datetime, until: datetime) -> Iterator[Listed]:
    """Yield it at the time it begins, and at its repetitions as long as its approval holds."""
    if since <= one.moment < until:
        yield one
    if one.every is None or one.launched_at is not None or one.at is None:
        return
    end = min(until, one.approved_until or one.at + APPROVAL_LASTS)
    following = next_time(one.at, one.every, one.at)
    while following < end:
        if following >= since:
            yield replace(one, at=following)
        following = next_time(one.at, one.every, following)


def _day(day: date, first: date, today: date, planned: Sequence[Planned]) -> Day:
    own = [one for one in planned if _day_of(one) == day]
    segments_of_day = Counter(one.it.segment for one in own)
    told = [replace(one, clashes=_clashes(one, segments_of_day)) for one in own]
    return Day(day, (day.year, day.month) == (first.year, first.month), day == today, told)


def _clashes(one: Planned, of_day: Counter[str]) -> bool:
    """Say whether the same day has another for the same segment, or one of the two for all."""
    if one.it.segment == EVERYBODY:
        return of_day.total() >= _TWO
    return of_day[one.it.segment] >= _TWO or of_day[EVERYBODY] > 0


def _uses(inside: Sequence[Planned]) -> list[Use]:
    """Count the mass messages of each segment; who follows gets those to everybody as well."""
    mass = [one for one in inside if one.it.channel == Channel.MASS]
    names = {one.it.segment: one.audience for one in mass}
    counts = Counter(one.it.segment for one in mass)
    to_all = counts[EVERYBODY]
    uses = [
        Use(names[segment], segment, number + (0 if segment == EVERYBODY else to_all))
        for segment, number in counts.items()
    ]
    return sorted(uses, key=lambda one: -one.messages)


def _day_of(one: Planned) -> date:
    return day_of(one.it.moment)


def _first_of(month: str) -> date | None:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    # The calendar reaches a month further on either side.
    return first if date.min.year < first.year < date.max.year else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)
