"""Freeze a campaign's recipients in one statement, count them, and close what never leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    LargeBinary,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.orm import Session

from app.store.audience import People, make_room
from app.store.campaigns import Campaign, CampaignRecipient


@dataclass(frozen=True, slots=True)
class Places:
    """How people are divided: shares of the arms, who is left out, who tries them at once."""

    arms: Sequence[tuple[str, float]]
    hold_out: float
    sample: float


CLOSED_AT_ONCE = 10_000
"""A million rows in one transaction would hold everybody up who asks for one of them."""
HELD_OUT = "held_out"
"""Why somebody gets nothing whom an experiment leaves out on purpose."""
_BYTES = 7
_STEPS = float(1 << 53)
_THREE = 8
"""Three bits too many for a float: shifted out by dividing."""


def freeze(
    session: Session, campaign_id: int, people: People, *, places: Places | None, most: int | None
) -> int:
    """Write one row for everybody who is meant, with their variant; return how many there are.

    Their place is that of `app/broadcast/assignment.py`, worked out by the database; a test holds
    the two together. Whoever has a row keeps it: the key lets nobody in twice.
    """
    make_room(session)
    meant = (
        people.order_by("id").limit(most).subquery("meant") if most else people.subquery("meant")
    )
    person = meant.c.id
    rows = select(
        literal(campaign_id, BigInteger),
        person,
        *(_placed(campaign_id, person, places) if places else _all_alike()),
    ).order_by(person)  # so that every index grows at one end
    names = ["campaign_id", "person_id", "variant", "state", "reason"]
    session.execute(insert(CampaignRecipient).from_select(names, rows).on_conflict_do_nothing())
    # Else the first batches are planned by what the table was before, at half the speed.
    session.execute(text("ANALYZE (SKIP_LOCKED) campaign_recipients"))
    return count_recipients(session, campaign_id)


def _all_alike() -> tuple[ColumnElement[Any], ...]:
    return literal("", String), literal("queued", String), null()


def _placed(
    campaign_id: int, person: ColumnElement[Any], places: Places
) -> tuple[ColumnElement[Any], ...]:
    key = _key(campaign_id, person)
    group_at, variant_at = _unit(key, 1), _unit(key, 1 + _BYTES)
    is_out = group_at < places.hold_out
    reach = _reach(places)
    reached, whens = 0.0, []
    for name, share in places.arms[:-1]:
        reached += share
        whens.append((variant_at < reached, literal(name, String)))
    last = literal(places.arms[-1][0], String)
    chosen = case(*whens, else_=last) if whens else last
    waits = [(group_at >= reach, null())] if places.sample < 1 else []
    return (
        case((is_out, null()), *waits, else_=chosen),
        case((is_out, "skipped"), else_="queued"),
        case((is_out, HELD_OUT), else_=null()),
    )


def tries(
    campaign_id: int, person: SQLColumnExpression[Any], places: Places
) -> ColumnElement[bool]:
    """Say whether somebody tries the variants at once: neither left out nor waiting for a winner.

    Of the hash alone, so that it holds whatever became of them since.
    """
    group_at = _unit(_key(campaign_id, person), 1)
    is_in = group_at >= places.hold_out
    return and_(is_in, group_at < _reach(places)) if places.sample < 1 else is_in


def _reach(places: Places) -> float:
    return places.hold_out + (1 - places.hold_out) * places.sample


def _key(campaign_id: int, person: SQLColumnExpression[Any]) -> ColumnElement[bytes]:
    return func.sha256(
        func.int8send(literal(campaign_id, BigInteger)).op("||")(func.uuid_send(person)),
        type_=LargeBinary,
    )


def _unit(key: ColumnElement[bytes], start: int) -> ColumnElement[float]:
    digits = func.encode(func.substring(key, start, _BYTES), "hex")
    bits = cast(cast(literal("x", String).op("||")(digits), BIT(8 * _BYTES)), BigInteger)
    # Whole steps, as dividing integers leaves them.
    return cast(bits.op("/")(_THREE), Float(53)) / _STEPS


def count_recipients(session: Session, campaign_id: int) -> int:
    """Count everybody in a campaign."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CampaignRecipient)
            .where(CampaignRecipient.campaign_id == campaign_id)
        )
        or 0
    )


def count_by_outcome(session: Session, campaign_id: int) -> list[tuple[str, str, str, int]]:
    """Count recipients by variant, state and reason."""
    columns = (
        func.coalesce(CampaignRecipient.variant, ""),
        CampaignRecipient.state,
        func.coalesce(CampaignRecipient.reason, ""),
    )
    rows = session.execute(
        select(*columns, func.count())
        .where(CampaignRecipient.campaign_id == campaign_id)
        .group_by(*columns)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def close_queued(session: Session, campaign_id: int, reason: str) -> int:
    """Skip some of those who are still queued, and say why; return how many."""
    queued = (CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.state == "queued")
    some = (
        select(CampaignRecipient.person_id)
        .where(*queued)
        .limit(CLOSED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    closed = session.execute(
        update(CampaignRecipient)
        .where(*queued, CampaignRecipient.person_id == func.any(func.array(some.scalar_subquery())))
        .values(state="skipped", reason=reason, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(closed, "rowcount", 0))


def has_open(session: Session, campaign_id: int) -> bool:
    """Say whether anybody is still queued or being sent to."""
    return (
        session.scalar(
            select(CampaignRecipient.campaign_id)
            .where(
                CampaignRecipient.campaign_id == campaign_id,
                CampaignRecipient.state.in_(("queued", "sending")),
            )
            .limit(1)
        )
        is not None
    )


def list_due(session: Session, now: datetime) -> Sequence[int]:
    """List campaigns whose time to be launched has come."""
    return session.scalars(
        select(Campaign.id)
        .where(Campaign.next_at <= now, Campaign.state == "scheduled")
        .order_by(Campaign.next_at)
    ).all()


def list_left_open(session: Session) -> Sequence[int]:
    """List campaigns that were cancelled and whose queued people nobody has closed yet."""
    left = select(CampaignRecipient.campaign_id).where(
        CampaignRecipient.campaign_id == Campaign.id, CampaignRecipient.state == "queued"
    )
    return session.scalars(
        select(Campaign.id).where(Campaign.state == "cancelled", left.exists())
    ).all()


def list_near(session: Session, since: datetime, until: datetime, limit: int) -> list[Campaign]:
    """List what is sent or planned within some days, the latest made first."""
    near = or_(
        Campaign.launched_at.between(since, until),
        and_(Campaign.state == "scheduled", Campaign.next_at.between(since, until)),
    )
    return list(
        session.scalars(
            select(Campaign)
            .where(near, Campaign.state != "cancelled")
            .order_by(Campaign.id.desc())
            .limit(limit)
        )
    )


def count_shared(session: Session, people: People, campaign_id: int) -> int:
    """Count whom a launched campaign has in common with an audience."""
    meant = people.subquery("meant")
    shared = (
        select(func.count())
        .select_from(CampaignRecipient)
        .join(meant, meant.c.id == CampaignRecipient.person_id)
        .where(CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.state != "skipped")
    )
    return session.scalar(shared) or 0


def count_both(session: Session, people: People, others: People) -> int:
    """Count who is in two audiences."""
    one, other = people.subquery("one"), others.subquery("other")
    both = select(func.count()).select_from(one).join(other, other.c.id == one.c.id)
    return session.scalar(both) or 0
