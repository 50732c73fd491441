"""What people did within a time after a campaign: those it reached, and those it left out."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    Select,
    SQLColumnExpression,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session

from app.store.campaign_launch import HELD_OUT, Places, tries
from app.store.campaigns import CampaignRecipient
from app.store.complaints import Complaint
from app.store.events import Event
from app.store.people import Person

_ACTS: Mapping[str, tuple[str, ...]] = {
    "started": ("messaged", "menu"),
    "consented": ("consented",),
    "submitted": ("submitted",),
    "decided": ("decided",),
    "opted_out": ("opted_out",),
}
EFFECTS = (*_ACTS, "left", "complained")
"""What is counted, each person once for each."""
_REACHED = ("sent", "confirmed")
_IS_REACHED = (CampaignRecipient.state.in_(_REACHED), CampaignRecipient.sent_at.is_not(None))
_IS_HELD_OUT = CampaignRecipient.reason == HELD_OUT

Since = Select[uuid.UUID, Any]
"""People, and from when on each of them counts."""


def span(session: Session, campaign_id: int) -> tuple[datetime, datetime] | None:
    """Return when the first and the last message of a campaign left; None before the first."""
    first, last = session.execute(
        select(func.min(CampaignRecipient.sent_at), func.max(CampaignRecipient.sent_at)).where(
            CampaignRecipient.campaign_id == campaign_id, *_IS_REACHED
        )
    ).one()
    return (first, last) if first is not None and last is not None else None


def reached(campaign_id: int) -> Since:
    """Choose those whom it reached, each from their own message on."""
    return select(CampaignRecipient.person_id, CampaignRecipient.sent_at.label("since")).where(
        CampaignRecipient.campaign_id == campaign_id, *_IS_REACHED
    )


def held_out(campaign_id: int, since: datetime) -> Since:
    """Choose those who were left out, from one moment on."""
    return _from(campaign_id, since).where(_IS_HELD_OUT)


def tried(campaign_id: int, since: datetime, places: Places) -> Since:
    """Choose those beside whom the held out stand: meant to get a variant at once, got or not."""
    return _from(campaign_id, since).where(
        CampaignRecipient.reason.is_distinct_from(HELD_OUT),
        tries(campaign_id, CampaignRecipient.person_id, places),
    )


def count_effects(
    session: Session, people: Since, window: timedelta
) -> tuple[int, Mapping[str, int]]:
    """Count people, and how many of them did each thing within the window; one statement."""
    them = people.subquery("them")
    until = them.c.since + literal(window, Interval())

    def within(at: SQLColumnExpression[datetime | None]) -> tuple[ColumnElement[bool], ...]:
        return at >= them.c.since, at < until

    every = [kind for kinds in _ACTS.values() for kind in kinds]
    did = (
        select(*(func.bool_or(Event.kind.in_(kinds)).label(it) for it, kinds in _ACTS.items()))
        .where(Event.person_id == them.c.person_id, Event.kind.in_(every), *within(Event.at))
        .lateral("did")
    )
    left = exists().where(Person.id == them.c.person_id, *within(Person.left_at))
    complained = exists().where(
        Complaint.person_id == them.c.person_id, *within(Complaint.received_at)
    )
    counts = [func.count().filter(one) for one in (*(did.c[it] for it in _ACTS), left, complained)]
    row = session.execute(select(func.count(), *counts).select_from(them).join(did, true())).one()
    return row[0], dict(zip(EFFECTS, row[1:], strict=True))


def _from(campaign_id: int, since: datetime) -> Since:
    return select(
        CampaignRecipient.person_id, literal(since, DateTime(timezone=True)).label("since")
    ).where(CampaignRecipient.campaign_id == campaign_id)
