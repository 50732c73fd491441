"""What the switch holds back: the banner of every page, the switch's own page, the command line."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.deps import Deps
from app.store import stops
from app.store.messages import Message
from app.store.sending import HELD
from app.store.stops import OutboundStop

_LATEST = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """One stop that stands: `klass` is a message class, or all."""

    klass: str
    reason: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """One stop that was lifted."""

    klass: str
    reason: str
    by: str
    since: datetime
    lifted_by: str
    lifted_at: datetime
    lift_reason: str


@dataclass(frozen=True, slots=True)
class Switch:
    """The switch's page: what stands, how much it holds back, what stood before."""

    standing: tuple[Standing, ...]
    held: int
    past: tuple[Past, ...]


def standing(deps: Deps) -> tuple[Standing, ...]:
    """List the stops that stand now, the oldest first; one statement on a tiny index."""
    with deps.sessions() as session:
        return tuple(_standing(one) for one in stops.list_standing(session))


def switch(deps: Deps) -> Switch:
    """Return what the switch's page shows."""
    held = select(func.count()).where(Message.state == "queued", Message.reason == HELD)
    lifted = (
        select(OutboundStop)
        .where(OutboundStop.lifted_at.is_not(None))
        .order_by(OutboundStop.id.desc())
        .limit(_LATEST)
    )
    with deps.sessions() as session:
        return Switch(
            standing=tuple(_standing(one) for one in stops.list_standing(session)),
            held=session.scalar(held) or 0,
            past=tuple(_past(one) for one in session.scalars(lifted)),
        )


def _standing(one: OutboundStop) -> Standing:
    return Standing(one.klass, one.reason, one.set_by, one.set_at)


def _past(one: OutboundStop) -> Past:
    lifted_at = one.lifted_at or one.set_at
    said = (one.lifted_by or "", lifted_at, one.lift_reason or "")
    return Past(one.klass, one.reason, one.set_by, one.set_at, *said)
