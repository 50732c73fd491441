"""How often people decide otherwise than the policy: by reviewer, by kind, by month.

A count under the desk's limit is not shown: it could point to one case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select

from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.deps import Deps
from app.steps import case_lock
from app.store.enquiries import Review
from app.store.session import Transaction

RULINGS = ("confirm", "tighten", "decline", "loosen")
MONTHS = 6


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Decided cases of one name; None where the count is too small to be shown."""

    name: str
    total: int | None
    counts: Mapping[str, int | None]
    override_percent: float | None


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """One month's figures, and the rate of the last months, the oldest first."""

    month: date
    by_reviewer: tuple[FigureRow, ...]
    by_kind: tuple[FigureRow, ...]
    whole: FigureRow
    months: tuple[date, ...]
    rates: tuple[float | None, ...]
    shown_from: int


def figures(deps: Deps, actor: Actor, month: date | None = None) -> FiguresPage:
    """Return the figures of a month, this one by default."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    least = case_lock.rules_of(now).shown_from
    this = day_of(now).replace(day=1)
    chosen = min((month or this).replace(day=1), this)
    months = [_back(this, n) for n in range(MONTHS - 1, -1, -1)]
    with deps.sessions.begin() as session:
        rows = _decided(session, chosen)
        rates = [_figure("", _decided(session, one), least).override_percent for one in months]
    return FiguresPage(
        month=chosen,
        by_reviewer=_grouped(rows, 0, least),
        by_kind=_grouped(rows, 1, least),
        whole=_figure("", rows, least),
        months=tuple(months),
        rates=tuple(rates),
        shown_from=least,
    )


_Row = tuple[str, str, str, int]


def _decided(session: Transaction, month: date) -> list[_Row]:
    """Count the cases decided in a month by reviewer, kind and ruling."""
    rows = session.execute(
        select(Review.decided_by, Review.kind, Review.ruling, func.count())
        .where(
            Review.state == "decided",
            Review.ruling.is_not(None),
            Review.decided_at >= _start(month),
            Review.decided_at < _start(_back(month, -1)),
        )
        .group_by(Review.decided_by, Review.kind, Review.ruling)
    )
    return [(by or "", kind, ruling or "", count) for by, kind, ruling, count in rows]


def _grouped(rows: Iterable[_Row], place: int, least: int) -> tuple[FigureRow, ...]:
    names: dict[str, list[_Row]] = {}
    for row in rows:
        names.setdefault(str(row[place]), []).append(row)
    return tuple(_figure(name, of, least) for name, of in sorted(names.items()))


def _figure(name: str, rows: Iterable[_Row], least: int) -> FigureRow:
    counts = dict.fromkeys(RULINGS, 0)
    for _by, _kind, ruling, count in rows:
        counts[ruling] += count
    total = sum(counts.values())
    others = total - counts["confirm"]
    hidden = _hidden(counts, least)
    is_told = total >= least and not any(0 < part < least for part in (counts["confirm"], others))
    return FigureRow(
        name=name,
        total=None if 0 < total < least or len(hidden) == 1 else total,
        counts={one: None if one in hidden else n for one, n in counts.items()},
        override_percent=round(100 * others / total, 1) if is_told else None,
    )


def _hidden(counts: Mapping[str, int], least: int) -> set[str]:
    """Name what is not shown: small counts, and where it is one, a second: no sum tells it."""
    hidden = {one for one, n in counts.items() if 0 < n < least}
    larger = sorted((n, one) for one, n in counts.items() if n >= least)
    return hidden | {larger[0][1]} if len(hidden) == 1 and larger else hidden


def _start(month: date) -> datetime:
    return datetime.combine(month, time.min, tzinfo=SHANGHAI)


def _back(month: date, count: int) -> date:
    year, zero_based = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, zero_based + 1, 1)
