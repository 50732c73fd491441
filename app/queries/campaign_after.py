"""What a campaign caused afterwards: what those whom it reached did within a week of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Interval, func, literal, select

from app.broadcast.outcomes import Outcome
from app.core.access import Actor, Permission
from app.deps import Deps
from app.store import campaigns as store
from app.store.campaigns import CampaignRecipient
from app.store.complaints import Complaint
from app.store.events import Event
from app.store.people import Person

DAYS = 7
"""How long after the message an act counts as after it; the page states it."""
KINDS = ("messaged", "menu", "consented", "submitted", "decided", "opted_out")
_REACHED = (Outcome.SENT.value, Outcome.CONFIRMED.value)


@dataclass(frozen=True, slots=True)
class After:
    """How many people it reached, and how many of them did each thing within `days` of it."""

    people: int
    counts: Mapping[str, int]
    days: int
    is_running: bool


def after(deps: Deps, actor: Actor, campaign_id: int) -> After:
    """Count what followed; each person once for each thing. Raise `NotFound`."""
    actor.require(Permission.LOOK)
    now, window = deps.clock.now(), literal(timedelta(days=DAYS), Interval())
    reached = (
        select(CampaignRecipient.person_id, CampaignRecipient.sent_at)
        .where(CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.state.in_(_REACHED))
        .subquery()
    )
    acts = (
        select(Event.kind, func.count(Event.person_id.distinct()))
        .join(reached, reached.c.person_id == Event.person_id)
        .where(
            Event.kind.in_(KINDS),
            Event.at >= reached.c.sent_at,
            Event.at < reached.c.sent_at + window,
        )
        .group_by(Event.kind)
    )
    complained = (
        select(func.count(Complaint.person_id.distinct()))
        .join(reached, reached.c.person_id == Complaint.person_id)
        .where(
            Complaint.received_at >= reached.c.sent_at,
            Complaint.received_at < reached.c.sent_at + window,
        )
        .scalar_subquery()
    )
    left = (
        select(func.count())
        .select_from(reached)
        .join(Person, Person.id == reached.c.person_id)
        .where(Person.follows.is_(False))
        .scalar_subquery()
    )
    whole = select(
        select(func.count()).select_from(reached).scalar_subquery(),
        select(func.max(reached.c.sent_at)).scalar_subquery(),
        complained,
        left,
    )
    with deps.sessions() as session:
        store.get(session, campaign_id)
        people, last_at, complaints, gone = session.execute(whole).one()
        counted = {kind: number for kind, number in session.execute(acts)}  # noqa: C416 - rows
    counts = {kind: counted.get(kind, 0) for kind in KINDS}
    counts |= {"complained": complaints, "left": gone}
    return After(people, counts, DAYS, is_running=_is_running(last_at, now))


def _is_running(last_at: datetime | None, now: datetime) -> bool:
    return last_at is not None and now < last_at + timedelta(days=DAYS)
