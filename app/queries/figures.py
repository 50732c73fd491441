"""The board (R22): what each number is, its value in these days and in as many days before.

What has no data is None, never 0. Definitions stand beside the names in the console's words; the
sums come from the same steps as the funnel's, so that both pages tell the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.core.dated import day_of
from app.deps import Deps
from app.queries.spans import Span
from app.store import figures, work_figures
from app.store.figures import StepSum
from app.store.session import Transaction
from app.store.work_figures import Cost, ServiceSums

Shape = Literal["count", "share", "fen", "yuan", "seconds", "score"]
COHORT_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `key` names its words; `before` is that of as many days before."""

    key: str
    shape: Shape
    value: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        """Return by what share it changed; None where there is nothing to compare."""
        if self.value is None or not self.before:
            return None
        return self.value / self.before - 1


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who was first active in a week, and how many of them were, week by week, from then on."""

    week: date
    size: int
    active: Sequence[int]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the board shows; the series have a number a day of the span."""

    span: Span
    groups: Mapping[str, Sequence[Figure]]
    followed: Sequence[int]
    submitted: Sequence[int]
    outcomes: Mapping[str, int]
    tiers: Mapping[str, int]
    cohorts: Sequence[Cohort]


def board(deps: Deps, span: Span) -> Board:
    """Return the board of these days."""
    today = day_of(deps.clock.now())
    with deps.sessions() as session:
        now, before = _Sums.read(session, span), _Sums.read(session, span.before)
        active = figures.list_active(session, "week", *_cohort_weeks(today))
    values, earlier = _values(now), _values(before)
    return Board(
        span=span,
        groups={
            group: [Figure(key, shape, values[key], earlier[key]) for key, shape in keys]
            for group, keys in GROUPS.items()
        },
        followed=now.by_day("followed", ("new", "again")),
        submitted=now.by_day("submitted", ("",)),
        outcomes={name: now.of("decided", name) for name in ("approve", "decline", "refer")},
        tiers={name: now.of("tier", name) for name in ("premium", "potential", "guarded")},
        cohorts=cohorts_of(active, today),
    )


GROUPS: Mapping[str, Sequence[tuple[str, Shape]]] = {
    "users": (
        ("new", "count"),
        ("returned", "count"),
        ("left", "count"),
        ("active_a_day", "count"),
        ("cost", "fen"),
        ("cost_a_follow", "fen"),
        ("cost_a_form", "fen"),
        ("cost_an_approval", "fen"),
    ),
    "enquiries": (
        ("submitted", "count"),
        ("decided", "count"),
        ("pass_rate", "share"),
        ("refer_rate", "share"),
        ("average_range", "yuan"),
        ("handed_over", "count"),
    ),
    "messages": (
        ("sent", "count"),
        ("refused", "count"),
        ("unknown", "count"),
        ("untold", "count"),
        ("left_after", "share"),
    ),
    "service": (
        ("notes_answered", "count"),
        ("first_answer", "seconds"),
        ("notes_in_time", "share"),
        ("reviews_in_time", "share"),
        ("rating", "score"),
    ),
    "risk": (("overdue_rate", "share"), ("bad_rate", "share")),
}
"""Every number of the board, by group; each has a name and a definition in the console's words."""


@dataclass(frozen=True, slots=True)
class _Sums:
    """What is summed from rows for one span."""

    span: Span
    steps: Sequence[StepSum]
    active: Sequence[tuple[datetime, datetime, int]]
    messages: Sequence[tuple[str, str, int]]
    service: ServiceSums
    costs: Sequence[Cost]

    @classmethod
    def read(cls, session: Transaction, span: Span) -> "_Sums":
        """Read a span."""
        ends = (span.since, span.until)
        return cls(
            span=span,
            steps=figures.list_steps(session, *ends, by_day=True),
            active=figures.list_active(session, "day", *ends),
            messages=work_figures.count_messages(session, *ends),
            service=work_figures.sum_service(session, *ends),
            costs=work_figures.list_costs(session, span.first, span.last),
        )

    def of(self, step: str, *details: str, channels: Iterable[str] | None = None) -> int:
        """Sum a step, of these details or any, of these channels or any."""
        return sum(
            one.count
            for one in self.steps
            if one.step == step
            and (not details or one.question in details)
            and (channels is None or one.channel in channels)
        )

    def by_day(self, step: str, details: Sequence[str]) -> list[int]:
        """Sum a step day by day."""
        days: dict[date, int] = {}
        for one in self.steps:
            if one.step == step and one.question in details:
                day = day_of(one.day)
                days[day] = days.get(day, 0) + one.count
        return [days.get(day, 0) for day in self.span.dates]

    def sent(self, *states: str) -> int:
        """Sum messages that ended in one of these states."""
        return sum(count for _klass, state, count in self.messages if state in states)


def _values(sums: _Sums) -> dict[str, float | None]:
    return {
        **_users(sums),
        **_enquiries(sums),
        **_messages(sums),
        **_service(sums.service),
        # No loan is made here: nobody can be overdue yet.
        "overdue_rate": None,
        "bad_rate": None,
    }


def _users(sums: _Sums) -> dict[str, float | None]:
    fen, channels = cost_within(sums.costs, sums.span)
    active = sum(people for _day, _cohort, people in sums.active)
    return {
        "new": sums.of("followed", "new"),
        "returned": sums.of("followed", "again"),
        "left": sums.of("unfollowed"),
        "active_a_day": round(active / sums.span.days, 1),
        "cost": fen if channels else None,
        "cost_a_follow": _ratio(fen, sums.of("followed", "new", channels=channels)),
        "cost_a_form": _ratio(fen, sums.of("submitted", channels=channels)),
        "cost_an_approval": _ratio(fen, _approvals(sums, channels)),
    }


def cost_within(costs: Iterable[Cost], span: Span) -> tuple[float, frozenset[str]]:
    """Return what the days of a span cost, a cost shared evenly by its days, and the channels."""
    fen, channels = 0.0, set()
    for cost in costs:
        first, last = max(cost.since, span.first), min(cost.until, span.last)
        shared = max(0, (last - first).days + 1)
        fen += cost.fen * shared / ((cost.until - cost.since).days + 1)
        channels.add(cost.channel)
    return fen, frozenset(channels)


def _approvals(sums: _Sums, channels: Iterable[str] | None = None) -> int:
    return sum(sums.of(step, "approve", channels=channels) for step in ("decided", "reviewed"))


def _enquiries(sums: _Sums) -> dict[str, float | None]:
    approved, decided = _approvals(sums), sums.of("decided")
    declined = sums.of("decided", "decline") + sums.of("reviewed", "decline")
    return {
        "submitted": sums.of("submitted"),
        "decided": decided,
        "pass_rate": _ratio(approved, approved + declined),
        "refer_rate": _ratio(sums.of("decided", "refer"), decided),
        "average_range": _ratio(sums.of("offered_yuan"), sums.of("tier")),
        "handed_over": sums.of("handover"),
    }


def _messages(sums: _Sums) -> dict[str, float | None]:
    left_after = sums.of("unfollowed") - sums.of("unfollowed", "")
    return {
        "sent": sums.sent("sent", "confirmed"),
        "refused": sums.sent("refused"),
        "unknown": sums.sent("unknown"),
        "untold": sums.sent("untold"),
        "left_after": _ratio(left_after, sums.sent("sent", "confirmed")),
    }


def _service(sums: ServiceSums) -> dict[str, float | None]:
    return {
        "notes_answered": sums.notes,
        "first_answer": sums.median_seconds,
        "notes_in_time": _ratio(sums.notes_in_time, sums.notes),
        "reviews_in_time": _ratio(sums.reviews_in_time, sums.reviews),
        "rating": _ratio(sums.rating_sum, sums.ratings),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _cohort_weeks(today: date) -> tuple[datetime, datetime]:
    monday = today - timedelta(days=today.weekday())
    span = Span(monday - timedelta(weeks=COHORT_WEEKS - 1), today)
    return span.since, span.until


def cohorts_of(active: Iterable[tuple[datetime, datetime, int]], today: date) -> Sequence[Cohort]:
    """Put active people into a row a week in which they were first seen."""
    found: dict[tuple[date, date], int] = {}
    for since, cohort, people in active:
        key = (day_of(cohort), day_of(since))
        found[key] = found.get(key, 0) + people
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=number) for number in range(COHORT_WEEKS - 1, -1, -1)]
    return [
        Cohort(
            week,
            found.get((week, week), 0),
            [found.get((week, later), 0) for later in weeks if later >= week],
        )
        for week in weeks
    ]
