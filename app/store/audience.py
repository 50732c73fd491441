"""Ask the database a question about people: the tree of `app/audience` as SQLAlchemy Core.

The meaning is that of `app.audience.matching`; a property test holds the two together. Every
condition is true or false, never NULL, so that `not` means what it says. Only active people are
ever meant: who is restricted is kept and not used.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Session, aliased

from app.audience.matching import BUCKETS
from app.audience.tree import (
    And,
    Answered,
    Bucket,
    Did,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Or,
    Predicate,
    Received,
)
from app.store.conversations import Conversation
from app.store.enquiries import Decision, Enquiry, Handover, Review
from app.store.events import Event
from app.store.messages import Message, Note
from app.store.people import Person, Suppression
from app.store.tags import TagHolding

WENT_OUT = ("sent", "confirmed", "unknown")
"""States of a message that may have reached the person."""
_HEX_DIGITS = 7


@dataclass(frozen=True, slots=True)
class View:
    """From when one looks, and the channels that the account may use then.

    `is_past`: tags are those of that moment; otherwise those held now, which is quicker to find.
    Tags, events, messages, enquiries and decisions are those up to `now`; what a person's own row
    says (follows, consents, channel) has no history and is always today's.
    """

    now: datetime
    channels: frozenset[str] = frozenset()
    is_past: bool = False


def people_of(query: Predicate, view: View) -> Select[uuid.UUID]:
    """Return the select of the ids of everyone meant, for counts, campaigns and exports."""
    return select(Person.id).where(Person.state == "active", condition(query, view))


def count(session: Session, query: Predicate, view: View) -> int:
    """Count everyone meant."""
    return session.scalar(select(func.count()).select_from(people_of(query, view).subquery())) or 0


def is_meant(session: Session, query: Predicate, person_id: uuid.UUID, view: View) -> bool:
    """Say whether one person is meant."""
    found = people_of(query, view).where(Person.id == person_id)
    return session.scalar(found) is not None


def condition(query: Predicate, view: View) -> ColumnElement[bool]:
    """Return the whole question as one expression over `people`."""
    if isinstance(query, And):
        return and_(*(condition(part, view) for part in query.parts))
    if isinstance(query, Or):
        return or_(*(condition(part, view) for part in query.parts))
    if isinstance(query, Not):
        return not_(condition(query.part, view))
    return _COMPILERS[type(query)](query, view)


def _flag(flag: Flag, view: View) -> ColumnElement[bool]:
    if flag.name == "has_offer":
        return _latest_decision(
            view, and_(Decision.outcome == "approve", Decision.valid_until > view.now)
        )
    return _FLAGS[flag.name]


_FLAGS: Mapping[str, ColumnElement[bool]] = {
    "follows": and_(Person.follows),
    "muted": and_(Person.is_muted),
    "imported": and_(Person.is_imported),
    "on_hold": Person.on_hold.is_not(None),
    "opted_out": and_(Person.marketing_stopped),
}


def _is(one: Is, view: View) -> ColumnElement[bool]:
    return _FIELDS[one.field](one.values, view)


def _own(column: Any) -> Callable[[tuple[str, ...], View], ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
    return lambda values, _view: func.coalesce(column.in_(values), false())


_FIELDS: Mapping[str, Callable[[tuple[str, ...], View], ColumnElement[bool]]] = {
    "channel": _own(Person.latest_channel),
    "first_channel": _own(Person.first_channel),
    "hold": _own(Person.on_hold),
    "stage": lambda values, _view: _conversation(Conversation.stage.in_(values)),
    "question": lambda values, _view: _conversation(Conversation.question.in_(values)),
    "form": lambda values, view: _latest_enquiry(view, Enquiry.form.in_(values)),
    "tier": lambda values, view: _latest_decision(view, Decision.tier.in_(values)),
    "outcome": lambda values, view: _latest_decision(view, Decision.outcome.in_(values)),
    "reason": lambda values, view: _latest_decision(
        view, func.jsonb_exists_any(Decision.reason_codes, literal(list(values), ARRAY(Text)))
    ),
}


def _has(one: Has, view: View) -> ColumnElement[bool]:
    return {
        "tag": lambda: _tag(one, view),
        "consent": lambda: literal(one.name) == any_(Person.consents),
        "case": lambda: _open_case(one.name),
        "marker": lambda: _exists(
            Suppression,
            Suppression.openid_index == Person.openid_index,
            Suppression.kind == one.name,
        ),
        "reach": lambda: _reach(one.name, view),
    }[one.kind]()


def _tag(one: Has, view: View) -> ColumnElement[bool]:
    """Compile a tag against who holds it at that moment."""
    held: ColumnElement[bool] = TagHolding.until.is_(None)
    if view.is_past:
        held = and_(
            TagHolding.since <= view.now,
            or_(TagHolding.until.is_(None), TagHolding.until > view.now),
        )
    if one.values:
        named = and_(TagHolding.tag == one.name, TagHolding.value.in_(one.values))
    else:
        below = TagHolding.tag.startswith(f"{one.name}.", autoescape=True)
        named = or_(TagHolding.tag == one.name, below)
    return _exists(TagHolding, TagHolding.person_id == Person.id, held, named)


def _open_case(kind: str) -> ColumnElement[bool]:
    if kind in ("review", "handover"):
        table: Any = Review if kind == "review" else Handover
        return _exists(table, table.person_id == Person.id, table.state == "open")
    return _exists(Note, Note.person_id == Person.id, Note.kind == kind, Note.state == "open")


def _reach(channel: str, view: View) -> ColumnElement[bool]:
    """Compile a channel as the ledger holds it (app/contact/ledger.py), whoever may use it."""
    if channel not in view.channels:
        return false()
    can_hear = and_(Person.follows, not_(Person.is_muted))
    if channel != "custom":
        return can_hear
    windows = [
        and_(left > 0, func.coalesce(until > view.now, false()))
        for left, until in (
            (Person.message_left, Person.message_until),
            (Person.event_left, Person.event_until),
        )
    ]
    return and_(can_hear, or_(*windows))


def _answered(one: Answered, view: View) -> ColumnElement[bool]:
    value = Enquiry.answers[one.question]
    wanted: list[ColumnElement[bool]] = [value.is_not(None)]
    if one.values:
        wanted.append(value.astext.in_(one.values))
    if one.at_least is not None or one.below is not None:
        # Cast only what is a number: the planner may look at either side first.
        number = case((func.jsonb_typeof(value) == "number", cast(value.astext, BigInteger)))
        wanted += [number >= one.at_least] if one.at_least is not None else []
        wanted += [number < one.below] if one.below is not None else []
    return _latest_enquiry(view, and_(*wanted))


def _did(one: Did, view: View) -> ColumnElement[bool]:
    wanted = [Event.kind == one.kind, *_within(Event.at, one.within_days, view.now)]
    if one.detail is not None:
        wanted.append(Event.detail == one.detail)
    return _at_least(one.at_least, Event, wanted)


def _received(one: Received, view: View) -> ColumnElement[bool]:
    wanted = [
        Message.klass == one.message_class,
        Message.state.in_(WENT_OUT),
        Message.finished_at.is_not(None),
        *_within(Message.finished_at, one.within_days, view.now),
    ]
    return _at_least(one.at_least, Message, wanted)


def _at_least(times: int, table: Any, wanted: list[ColumnElement[bool]]) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped class
    if times == 1:
        return _exists(table, table.person_id == Person.id, *wanted)
    often = (
        select(table.person_id)
        .where(*wanted)
        .group_by(table.person_id)
        .having(func.count() >= times)
    )
    return Person.id.in_(often)


def _moment(one: Moment, view: View) -> ColumnElement[bool]:
    def lies_right(column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
        wanted = [column.is_not(None), *_within(column, one.within_days, view.now)]
        if one.older_than_days is not None:
            wanted.append(column <= view.now - timedelta(days=one.older_than_days))
        return func.coalesce(and_(*wanted), false())

    return {
        "followed": lambda: lies_right(Person.followed_at),
        "seen": lambda: lies_right(Person.last_seen_at),
        "wrote": lambda: lies_right(Person.last_message_at),
        "left_form": lambda: _conversation(
            and_(Conversation.open_since.is_not(None), lies_right(Conversation.updated_at))
        ),
        "submitted": lambda: _latest_enquiry(view, lies_right(Enquiry.submitted_at)),
        "decided": lambda: _latest_decision(view, lies_right(Decision.decided_at)),
    }[one.name]()


def _bucket(one: Bucket, _view: View) -> ColumnElement[bool]:
    digest = func.md5(func.concat(literal(f"{one.seed}:"), cast(Person.id, Text)))
    digits = func.concat("x0", func.substr(digest, 1, _HEX_DIGITS))
    bucket = cast(cast(digits, BIT(32)), Integer) % BUCKETS
    return and_(bucket >= one.low, bucket < one.high)


def _within(column: Any, days: int | None, now: datetime) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
    since = [column > now - timedelta(days=days)] if days is not None else []
    return [*since, column <= now]


def _conversation(wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return _exists(Conversation, Conversation.person_id == Person.id, wanted)


def _latest_enquiry(view: View, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Compile a condition on the last enquiry that stands: there is one, and none after it."""
    later = aliased(Enquiry)
    return _exists(
        Enquiry,
        Enquiry.person_id == Person.id,
        Enquiry.state != "withdrawn",
        Enquiry.submitted_at <= view.now,
        wanted,
        not_(
            _exists(
                later,
                later.person_id == Enquiry.person_id,
                later.state != "withdrawn",
                later.submitted_at <= view.now,
                tuple_(later.submitted_at, later.id) > tuple_(Enquiry.submitted_at, Enquiry.id),
            )
        ),
    )


def _latest_decision(view: View, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Compile a condition on the last decision: there is one, and none after it."""
    later = aliased(Decision)
    return _exists(
        Decision,
        Decision.person_id == Person.id,
        Decision.decided_at <= view.now,
        wanted,
        not_(
            _exists(
                later,
                later.person_id == Decision.person_id,
                later.decided_at <= view.now,
                tuple_(later.decided_at, later.id) > tuple_(Decision.decided_at, Decision.id),
            )
        ),
    )


def _exists(table: Any, *wanted: ColumnElement[bool]) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped class
    return exists().select_from(table).where(*(wanted or (true(),)))


_COMPILERS: Mapping[type, Callable[[Any, View], ColumnElement[bool]]] = {
    Flag: _flag,
    Is: _is,
    Has: _has,
    Answered: _answered,
    Did: _did,
    Received: _received,
    Moment: _moment,
    Bucket: _bucket,
}
