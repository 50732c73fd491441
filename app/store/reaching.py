"""What the right to write depends on, for thousands of people in four statements."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select, union_all
from sqlalchemy.orm import Session, load_only

from app.store.campaigns import (
    Campaign,
    CampaignRecipient,
    ForeignMassJob,
    MassMonth,
    SendingMode,
)
from app.store.conditions import UNDER_WAY, WENT_OUT
from app.store.messages import TESTS, Message
from app.store.people import Person, Suppression

_LOOK_BACK = timedelta(days=31)
_THESE = bindparam("these", type_=ARRAY(Uuid))
_PEOPLE = (
    select(Person)
    .where(Person.id == any_(_THESE))
    .options(
        load_only(
            *(Person.state, Person.follows, Person.is_muted, Person.on_hold, Person.consents),
            *(Person.marketing_stopped, Person.last_message_at, Person.message_left),
            *(Person.message_until, Person.event_left, Person.event_until, Person.openid_index),
        )
    )
)
_MARKED = (
    select(Person.id)
    .join(Suppression, Suppression.openid_index == Person.openid_index)
    .where(Person.id == any_(_THESE), Suppression.kind == "no_marketing")
)
_CONTACTS = union_all(
    select(Message.person_id, Message.finished_at.label("at"), Message.klass).where(
        Message.person_id == any_(_THESE),
        Message.state.in_(WENT_OUT),
        Message.copy_key.not_in(TESTS),
        Message.finished_at > bindparam("since"),
    ),
    select(CampaignRecipient.person_id, CampaignRecipient.sent_at.label("at"), Campaign.klass)
    .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
    .where(
        CampaignRecipient.person_id == any_(_THESE),
        CampaignRecipient.state.in_(UNDER_WAY),
        CampaignRecipient.sent_at > bindparam("since"),
    ),
).order_by("at")
_MASS = select(MassMonth.person_id, MassMonth.count).where(
    MassMonth.month == bindparam("month"), MassMonth.person_id == any_(_THESE)
)


@dataclass(frozen=True, slots=True)
class Reached:
    """One person's row (only what the right to write reads), marker, and what went out lately.

    `mass`: the mass messages of the month, those of the official console aside.
    """

    person: Person
    has_marker: bool
    contacts: Sequence[tuple[datetime, str]]
    mass: int


def load(
    session: Session, people: Sequence[uuid.UUID], now: datetime, month: date
) -> list[Reached]:
    """Return what the right to write depends on, of everybody named."""
    these = {"these": list(people)}
    marked = set(session.scalars(_MARKED, these))
    contacts, mass = list_contacts(session, people, now), mass_counts(session, people, month)
    found = session.scalars(_PEOPLE, these).all()
    for one in found:
        # The next thousands would be kept beside these otherwise.
        session.expunge(one)
    return [
        Reached(one, one.id in marked, contacts.get(one.id, ()), mass.get(one.id, 0))
        for one in found
    ]


def list_contacts(
    session: Session, people: Sequence[uuid.UUID], now: datetime
) -> Mapping[uuid.UUID, Sequence[tuple[datetime, str]]]:
    """Return what went out to each within the longest budget by whichever channel, oldest first."""
    contacts: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    since = {"these": list(people), "since": now - _LOOK_BACK}
    for person_id, at, klass in session.execute(_CONTACTS, since):
        if at is None:
            continue
        contacts.setdefault(person_id, []).append((at, klass))
    return contacts


def mass_counts(
    session: Session, people: Sequence[uuid.UUID], month: date
) -> Mapping[uuid.UUID, int]:
    """Return how many mass messages of ours were counted against each in a month."""
    rows = session.execute(_MASS, {"these": list(people), "month": month})
    return {row["person_id"]: row["count"] for row in rows.mappings()}


def count_foreign(session: Session, month: date) -> int:
    """Return how many mass messages of a month the official console sent: to everybody."""
    statement = select(func.count()).where(
        ForeignMassJob.month == month, ForeignMassJob.settled_at.is_not(None)
    )
    return session.scalar(statement) or 0


def find_mode(session: Session) -> SendingMode | None:
    """Return whether the account is open for sending; None when nobody has said so yet."""
    return session.scalar(select(SendingMode))
