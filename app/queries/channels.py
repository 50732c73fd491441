"""What the pages of channels show: who came, what became of them, and what each of them cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import func, select, text

from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.deps import Deps
from app.store import channels
from app.store.channels import Channel, ChannelCost
from app.store.conversations import FunnelEvent
from app.store.people import Person
from app.store.session import Transaction

DAYS = 30
_NOT_ERASED = text("state <> 'erased'")


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in Shanghai, both included."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.since, time.min, SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.until + timedelta(days=1), time.min, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a channel brought in a period. Costs are None where nothing can be divided."""

    followed: int = 0
    submitted: int = 0
    approved: int = 0
    cost_fen: int | None = None

    @property
    def per_follow(self) -> int | None:
        """What one new follower cost, in fen."""
        return self._each(self.followed)

    @property
    def per_form(self) -> int | None:
        """What one finished form cost, in fen."""
        return self._each(self.submitted)

    @property
    def per_approval(self) -> int | None:
        """What one approval cost, in fen."""
        return self._each(self.approved)

    def _each(self, count: int) -> int | None:
        if self.cost_fen is None or not count:
            return None
        return round(Fraction(self.cost_fen, count))


@dataclass(frozen=True, slots=True)
class Row:
    """One channel on the list."""

    channel: Channel
    figures: Figures


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """One channel: its figures, its people as they are now, its costs.

    `first` and `latest`: people whose first, and whose latest, channel this is.
    """

    channel: Channel
    period: Period
    figures: Figures
    first: int
    latest: int
    costs: Sequence[ChannelCost]
    has_run_out: bool


def period_of(deps: Deps, since: date | None, until: date | None) -> Period:
    """Return the days asked for, else the last thirty."""
    last = until or day_of(deps.clock.now())
    first = since or last - timedelta(days=DAYS - 1)
    return Period(min(first, last), last)


def list_page(deps: Deps, actor: Actor, period: Period, *, archived: bool = False) -> Sequence[Row]:
    """List the channels, the newest first, with what each brought in the period."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        found = session.scalars(
            select(Channel).where(Channel.is_archived.is_(archived)).order_by(Channel.id.desc())
        ).all()
        figures = _figures(session, found, period)
        return [Row(channel, figures[channel.id]) for channel in found]


def channel_page(deps: Deps, actor: Actor, channel_id: int, period: Period) -> ChannelPage:
    """Return one channel."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        channel = channels.get(session, channel_id)
        return ChannelPage(
            channel=channel,
            period=period,
            figures=_figures(session, [channel], period)[channel.id],
            # ix_people_first_channel and ix_people_latest_channel
            first=_count(session, Person.first_channel == channel.scene),
            latest=_count(session, Person.latest_channel == channel.scene),
            costs=channels.list_costs(session, [channel.id]),
            has_run_out=channel.code_until is not None and channel.code_until <= now,
        )


def spent(costs: Sequence[ChannelCost], period: Period) -> int | None:
    """Return what fell into a period: each cost by its days, rounded to the fen at the end.

    None when no cost touches the period: what nobody entered is not nothing.
    """
    parts = [
        Fraction(cost.fen * days, (cost.until - cost.since).days + 1)
        for cost in costs
        if (days := _common_days(cost, period)) > 0
    ]
    return round(sum(parts)) if parts else None


def _common_days(cost: ChannelCost, period: Period) -> int:
    return (min(cost.until, period.until) - max(cost.since, period.since)).days + 1


def _figures(
    session: Transaction, found: Sequence[Channel], period: Period
) -> Mapping[int, Figures]:
    counted = _counted(session, [channel.scene for channel in found], period)
    costs: dict[int, list[ChannelCost]] = {channel.id: [] for channel in found}
    for cost in channels.list_costs(session, list(costs)):
        costs[cost.channel_id].append(cost)
    return {
        channel.id: Figures(
            followed=counted.get((channel.scene, "followed", "new"), 0),
            submitted=counted.get((channel.scene, "submitted", ""), 0),
            approved=counted.get((channel.scene, "decided", "approve"), 0)
            + counted.get((channel.scene, "reviewed", "approve"), 0),
            cost_fen=spent(costs[channel.id], period),
        )
        for channel in found
    }


def _counted(
    session: Transaction, scenes: Sequence[str], period: Period
) -> Mapping[tuple[str, str, str], int]:
    """Count anonymous steps by channel: they survive every erasure."""
    rows = session.execute(
        select(
            FunnelEvent.channel,
            FunnelEvent.step,
            FunnelEvent.question,
            func.sum(FunnelEvent.count),
        )
        .where(
            FunnelEvent.day >= period.begins,
            FunnelEvent.day < period.ends,
            FunnelEvent.channel.in_(scenes),
            FunnelEvent.step.in_(("followed", "submitted", "decided", "reviewed")),
        )
        .group_by(FunnelEvent.channel, FunnelEvent.step, FunnelEvent.question)
    )
    return {(row[0], row[1], row[2]): int(row[3]) for row in rows}


def _count(session: Transaction, where: object) -> int:
    statement = select(func.count()).select_from(Person).where(where, _NOT_ERASED)  # type: ignore[arg-type]  # a clause
    return session.scalar(statement) or 0
