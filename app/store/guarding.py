"""What a campaign that is sending has done so far, for the governor."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import ColumnElement, Interval, SQLColumnExpression, func, literal, select
from sqlalchemy.orm import Session

from app.store.campaigns import Campaign, CampaignEvent, CampaignRecipient
from app.store.complaints import Complaint
from app.store.people import Person

_REACHED = ("sent", "confirmed")


class Seen(TypedDict):
    """Counts of people."""

    sent: int
    errors: int
    unfollows: int
    complaints: int


def list_sending(session: Session) -> Sequence[int]:
    """List the campaigns that are sending."""
    return session.scalars(select(Campaign.id).where(Campaign.state == "sending")).all()


def resumed_at(session: Session, campaign_id: int) -> datetime | None:
    """Return when somebody last let a campaign go on: what was before, they have looked at."""
    return session.scalar(
        select(func.max(CampaignEvent.at)).where(
            CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == "resume"
        )
    )


def watch(
    session: Session, campaign_id: int, window: timedelta, since: datetime | None = None
) -> Seen:
    """Count who was reached, what failed, and who left or complained within a time after it.

    `since`: only of those who were sent to from then on. Unknown is neither: whoever the platform
    says later that it failed for counts from then on.
    """
    meant = [CampaignRecipient.campaign_id == campaign_id]
    if since is not None:
        meant.append(CampaignRecipient.sent_at >= since)
    rows = session.execute(
        select(CampaignRecipient.state, func.count())
        .where(
            *meant,
            CampaignRecipient.state.in_((*_REACHED, "failed")),
        )
        .group_by(CampaignRecipient.state)
    )
    states = {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to mypy
    ours = (
        *meant,
        CampaignRecipient.state.in_((*_REACHED, "unknown")),
    )
    left = session.scalar(
        select(func.count())
        .select_from(CampaignRecipient)
        .join(Person, Person.id == CampaignRecipient.person_id)
        .where(*ours, *_within(Person.left_at, window))
    )
    complained = session.scalar(
        select(func.count(func.distinct(Complaint.person_id)))
        .join(CampaignRecipient, CampaignRecipient.person_id == Complaint.person_id)
        .where(*ours, *_within(Complaint.received_at, window))
    )
    return Seen(
        sent=sum(states.get(state, 0) for state in _REACHED),
        errors=states.get("failed", 0),
        unfollows=int(left or 0),
        complaints=int(complained or 0),
    )


def _within(
    at: SQLColumnExpression[datetime | None], window: timedelta
) -> tuple[ColumnElement[bool], ...]:
    """Say whether something happened so soon after the message that it is put down to it."""
    sent_at = CampaignRecipient.sent_at
    return at >= sent_at, at < sent_at + literal(window, Interval())
