"""What the right to write to an audience depends on: all who are alike are one row with a number.

A million people differ in few ways that matter, so the one rule is asked once for each way and not
for each person. Times are rounded up to the hour; a sender asks again with the exact ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Interval,
    LargeBinary,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.store.audience import People, make_room
from app.store.campaigns import Campaign, CampaignRecipient, MassMonth
from app.store.conditions import UNDER_WAY, WENT_OUT
from app.store.messages import TESTS, Message
from app.store.people import Person, Suppression

_LOOK_BACK = timedelta(days=31)
_BETWEEN = "@"


@dataclass(frozen=True, slots=True)
class Alike:
    """So many people of whom the same is true; a window is its end while it is open.

    `has_message`, `has_event`: whether any message is left in that window.
    """

    people: int
    follows: bool
    marketing_stopped: bool
    on_hold: str | None
    consents_marketing: bool
    has_marker: bool
    is_outside: bool
    wrote_lately: bool
    has_message: bool
    message_until: datetime | None
    has_event: bool
    event_until: datetime | None
    mass_sends: int
    contacts: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """When it is asked for, since when writing counts as lately, whose month, who is a guest.

    `guests` are the keyed indexes of those inside a trial; None: the account is open.
    """

    now: datetime
    lately: datetime
    month: date
    guests: Sequence[bytes] | None = None


def list_alike(session: Session, people: People, asked: Asked) -> list[Alike]:
    """Return what is true of how many, always in the same order."""
    make_room(session)
    meant = people.subquery("meant")
    contacts = _contacts(asked.now - _LOOK_BACK).subquery("contacts")
    mass = select(MassMonth).where(MassMonth.month == asked.month).subquery("mass")
    marked = select(Suppression).where(Suppression.kind == "no_marketing").subquery("marked")
    told: dict[str, ColumnElement[Any]] = {
        "follows": and_(Person.follows, not_(Person.is_muted)),
        "marketing_stopped": Person.marketing_stopped.expression,
        "on_hold": Person.on_hold.expression,
        "consents_marketing": literal("marketing") == any_(Person.consents),
        "has_marker": marked.c.openid_index.is_not(None),
        "is_outside": _outside(asked.guests),
        "wrote_lately": func.coalesce(Person.last_message_at >= asked.lately, false()),
        "has_message": Person.message_left > 0,
        "message_until": _open_until(Person.message_until, asked.now),
        "has_event": Person.event_left > 0,
        "event_until": _open_until(Person.event_until, asked.now),
        "mass_sends": func.coalesce(mass.c.count, 0),
        "contacts": contacts.c.lately,
    }
    # Named once: the database groups by what it has worked out, not by working it out again.
    facts = (
        select(*(column.label(name) for name, column in told.items()))
        .select_from(meant)
        .join(Person, Person.id == meant.c.id)
        .outerjoin(contacts, contacts.c.person_id == Person.id)
        .outerjoin(mass, mass.c.person_id == Person.id)
        .outerjoin(marked, marked.c.openid_index == Person.openid_index)
        .subquery("facts")
    )
    counted = func.count().label("people")
    rows = session.execute(select(counted, *facts.c).group_by(*facts.c).order_by(*facts.c))
    return [_alike(dict(row)) for row in rows.mappings()]


def _alike(row: Mapping[Any, Any]) -> Alike:
    return Alike(**{**row, "contacts": _read(row["contacts"])})


def _contacts(since: datetime) -> Select[Any]:
    """Return what went out to each person since: single messages, and campaigns."""
    single = select(Message.person_id, Message.klass, Message.finished_at.label("at")).where(
        Message.state.in_(WENT_OUT),
        Message.copy_key.not_in(TESTS),
        Message.finished_at > since,
    )
    many = (
        select(CampaignRecipient.person_id, Campaign.klass, CampaignRecipient.sent_at.label("at"))
        .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .where(CampaignRecipient.state.in_(UNDER_WAY), CampaignRecipient.sent_at > since)
    )
    each = union_all(single, many).subquery("each_contact")
    hour = func.extract("epoch", func.date_trunc("hour", each.c.at))
    told = each.c.klass + _BETWEEN + cast(cast(hour, BigInteger), Text)
    return select(
        each.c.person_id, func.array_agg(aggregate_order_by(told, told)).label("lately")
    ).group_by(each.c.person_id)


def _open_until(until: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[Any]:
    hour = func.date_trunc("hour", until) + cast(literal(timedelta(hours=1)), Interval)
    return case((until > now, hour), else_=null())


def _outside(guests: Sequence[bytes] | None) -> ColumnElement[bool]:
    if guests is None:
        return false()
    inside = Person.openid_index == any_(cast(list(guests), ARRAY(LargeBinary)))
    return not_(func.coalesce(inside, false()))


def _read(lately: Sequence[str] | None) -> tuple[tuple[datetime, str], ...]:
    pairs = (one.split(_BETWEEN) for one in lately or ())
    return tuple(
        (datetime.fromtimestamp(int(hour), UTC) + timedelta(hours=1), klass)
        for klass, hour in pairs
    )
