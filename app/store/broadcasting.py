"""Campaigns on their way out: claim people, charge the month, record what became of each.

Every change names the states that it may start from (`app/broadcast/outcomes.py`): nobody's state
ever goes backwards, whoever comes late. `sent_at` is written before the call, so that the contact
budget knows of it from then on.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    DateTime,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, load_only

from app.store.campaigns import (
    Campaign,
    CampaignRecipient,
    MassMonth,
)
from app.store.people import Person

_PEOPLE = bindparam("people", type_=ARRAY(Uuid))
_QUEUED = "queued"
_LANE = 0x5EED
"""The first half of the lock's name; the second is the lane."""
_UNTIL = cast(Campaign.definition["schedule"]["until"].astext, DateTime(timezone=True))
_WAITS = CampaignRecipient.state == _QUEUED


def list_under_way(session: Session, now: datetime) -> Sequence[int]:
    """List the campaigns that may send now, and those whose time is over, however they wait."""
    may_go = or_(Campaign.pace_at.is_(None), Campaign.pace_at <= now)
    return session.scalars(
        select(Campaign.id)
        .where(
            or_(
                and_(Campaign.state == "sending", or_(may_go, now >= _UNTIL)),
                and_(Campaign.state == "paused", now >= _UNTIL),
            )
        )
        .order_by(Campaign.id)
    ).all()


def take_lane(session: Session, lanes: int) -> bool:
    """Take one of so many lanes until the transaction ends; False when all are taken."""
    return any(
        session.scalar(select(func.pg_try_advisory_xact_lock(_LANE, lane))) for lane in range(lanes)
    )


def hold_sending(session: Session, campaign_id: int) -> Campaign | None:
    """Return a campaign that is sending, and keep whoever would pause it waiting for this batch."""
    return session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == "sending")
        .with_for_update(read=True)
    )


def claim(
    session: Session, campaign_id: int, variant: str, now: datetime, limit: int
) -> list[uuid.UUID]:
    """Lock people whose turn it is until the transaction ends; another worker skips them."""
    ids = session.scalars(
        select(CampaignRecipient.person_id)
        .where(
            CampaignRecipient.campaign_id == campaign_id,
            CampaignRecipient.variant == variant,
            _WAITS,
            or_(CampaignRecipient.lease_until.is_(None), CampaignRecipient.lease_until < now),
            or_(CampaignRecipient.not_before.is_(None), CampaignRecipient.not_before <= now),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(ids)


def lock_queued(
    session: Session, campaign_id: int, people: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Lock those of these people who still wait; return them."""
    found = session.scalars(
        select(CampaignRecipient.person_id)
        .where(
            CampaignRecipient.campaign_id == campaign_id,
            CampaignRecipient.person_id == func.any(_PEOPLE),
            _WAITS,
        )
        .with_for_update(),
        {"people": list(people)},
    )
    return set(found)


def list_addresses(session: Session, people: Collection[uuid.UUID]) -> Sequence[Person]:
    """Return the sealed addresses of people, and nothing else of their rows."""
    found = session.scalars(
        select(Person)
        .where(Person.id == func.any(_PEOPLE))
        .order_by(Person.id)
        .options(load_only(Person.openid_sealed, Person.master_id, Person.wrapped_key)),
        {"people": list(people)},
    ).all()
    for one in found:
        # The next thousands would be kept beside these otherwise.
        session.expunge(one)
    return found


def lease(
    session: Session, campaign_id: int, people: Collection[uuid.UUID], lease_until: datetime | None
) -> None:
    """Keep claimed people from other workers for a while; None lets go of them."""
    change(session, campaign_id, people, (_QUEUED,), lease_until=lease_until)


def postpone(
    session: Session, campaign_id: int, people: Collection[uuid.UUID], at: datetime, reason: str
) -> None:
    """Leave people queued for later, and say what they wait for."""
    only = (_QUEUED,)
    change(session, campaign_id, people, only, not_before=at, reason=reason, lease_until=None)


def change(
    session: Session,
    campaign_id: int,
    people: Collection[uuid.UUID],
    only_from: tuple[str, ...],
    **values: object,
) -> int:
    """Change the people who are in one of these states; return how many were."""
    if not people:
        return 0
    changed = session.execute(
        update(CampaignRecipient)
        .where(
            CampaignRecipient.campaign_id == campaign_id,
            CampaignRecipient.person_id == func.any(_PEOPLE),
            CampaignRecipient.state.in_(only_from),
        )
        .values(**values)
        .execution_options(synchronize_session=False),
        {"people": list(people)},
    )
    return int(changed.rowcount)  # type: ignore[attr-defined] # an update's result has it


def count_try(session: Session, campaign_id: int, person_id: uuid.UUID) -> int:
    """Count that the platform was too busy for somebody; return how often it was."""
    row = (CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.person_id == person_id)
    return session.scalars(
        update(CampaignRecipient)
        .where(*row)
        .values(tries=CampaignRecipient.tries + 1)
        .returning(CampaignRecipient.tries)
    ).one()


def has_open(session: Session, campaign_id: int) -> bool:
    """Say whether anybody is still queued or being sent to."""
    is_open = exists().where(
        CampaignRecipient.campaign_id == campaign_id,
        CampaignRecipient.state.in_(("queued", "sending")),
    )
    return bool(session.scalar(select(is_open)))


def has_waiting(session: Session, campaign_id: int, variant: str, but: uuid.UUID) -> bool:
    """Say whether anybody else waits for the same words: company for a list of one."""
    waits = exists().where(
        CampaignRecipient.campaign_id == campaign_id,
        CampaignRecipient.variant == variant,
        CampaignRecipient.person_id != but,
        _WAITS,
    )
    return bool(session.scalar(select(waits)))


def give_up_stalled(session: Session, now: datetime) -> int:
    """Call unknown who was being written to when a worker died; nobody is written to again."""
    changed = session.execute(
        update(CampaignRecipient)
        .where(
            CampaignRecipient.state == "sending",
            CampaignRecipient.lease_until < now,
            CampaignRecipient.batch_id.is_(None),
        )
        .values(state="unknown", reason="worker_died", lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined] # an update's result has it


_CHARGE = text("""
INSERT INTO mass_months (month, person_id, count)
SELECT :month, person, 1 FROM unnest(CAST(:people AS uuid[])) AS person ORDER BY person
ON CONFLICT (month, person_id) DO UPDATE SET count = mass_months.count + 1
WHERE mass_months.count < :most
RETURNING person_id
""")


def charge_month(
    session: Session, month: date, people: Collection[uuid.UUID], most: int
) -> set[uuid.UUID]:
    """Count one mass send for each who has fewer than `most`; return those who had room."""
    if most < 1 or not people:
        return set()
    given = {"month": month, "people": list(people), "most": most}
    return set(session.scalars(_CHARGE, given))


def give_month_back(session: Session, month: date, people: Collection[uuid.UUID]) -> None:
    """Undo a charge for what the platform did not take."""
    session.execute(
        update(MassMonth)
        .where(
            MassMonth.month == month, MassMonth.person_id == func.any(_PEOPLE), MassMonth.count > 0
        )
        .values(count=MassMonth.count - 1)
        .execution_options(synchronize_session=False),
        {"people": list(people)},
    )


def pace(session: Session, campaign_ids: Collection[int], until: datetime) -> None:
    """Let no batch of these campaigns leave before."""
    session.execute(
        update(Campaign)
        .where(Campaign.id.in_(campaign_ids), Campaign.state == "sending")
        .values(pace_at=until)
        .execution_options(synchronize_session=False)
    )


def list_by_channel(session: Session, channel: str) -> Sequence[int]:
    """List the campaigns that are sending by a channel."""
    return session.scalars(
        select(Campaign.id).where(Campaign.state == "sending", Campaign.channel == channel)
    ).all()
