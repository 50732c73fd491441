"""What complaints taught: by month of receipt, by root cause, by category."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.core.access import Actor, Permission
from app.deps import Deps
from app.store.complaints import Complaint

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """What complaints taught: by month of receipt, by root cause, by category."""

    months: tuple[tuple[str, int, int, int], ...]
    """month, received, closed in time, closed late."""
    causes: tuple[tuple[str, int], ...]
    categories: tuple[tuple[str, int], ...]
    reopened: int
    upheld: int
    closed: int


def figures(deps: Deps, actor: Actor) -> Figures:
    """Count the complaints of the last twelve months."""
    actor.require(Permission.LOOK)
    since = deps.clock.now() - timedelta(days=31 * _MONTHS)
    month = func.to_char(func.timezone("Asia/Shanghai", Complaint.received_at), "YYYY-MM")
    is_closed = Complaint.state == "closed"
    in_time = is_closed & (Complaint.closed_at <= Complaint.final_due_at)
    recent = Complaint.received_at >= since
    with deps.sessions.begin() as session:
        months = session.execute(
            select(
                month,
                func.count(),
                func.count().filter(in_time),
                func.count().filter(is_closed & ~in_time),
            )
            .where(recent)
            .group_by(month)
            .order_by(month)
        ).all()
        by_cause, by_category = (
            session.execute(
                select(column, func.count())
                .where(recent, column != "")
                .group_by(column)
                .order_by(func.count().desc(), column)
            ).all()
            for column in (Complaint.cause, Complaint.category)
        )
        reopened, upheld, closed = session.execute(
            select(
                func.count().filter(Complaint.reopened > 0),
                func.count().filter(Complaint.outcome.in_(("upheld", "partly"))),
                func.count().filter(is_closed),
            ).where(recent)
        ).one()
    return Figures(
        tuple((name, received, timely, late) for name, received, timely, late in months),
        tuple((name, many) for name, many in by_cause),
        tuple((name, many) for name, many in by_category),
        reopened,
        upheld,
        closed,
    )
