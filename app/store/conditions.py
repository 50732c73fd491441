"""Each condition of a question about people, as SQL over the row that it speaks of.

A condition speaks of the person's own row, or of one other row: where the conversation stands, the
latest enquiry that stands, the latest decision. Conditions on the same row that are joined by and
or by or are asked of it together (app/store/audience.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
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
    tuple_,
)
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import aliased

from app.audience.matching import BUCKETS
from app.audience.tree import (
    Answered,
    Bucket,
    Condition,
    Did,
    Flag,
    Has,
    Is,
    Moment,
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
UNDER_WAY = (*WENT_OUT, "sending")
"""States of somebody in a campaign of whom the contact budgets know."""
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


class Subject(Enum):
    """The row that a condition speaks of."""

    PERSON = auto()
    CONVERSATION = auto()
    ENQUIRY = auto()
    DECISION = auto()


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition as SQL, and the row that it is over."""

    subject: Subject
    sql: ColumnElement[bool]


def compile_condition(one: Condition, view: View) -> Clause:
    """Return one condition over the row that it speaks of."""
    return _COMPILERS[type(one)](one, view)


def of_person(clause: Clause, view: View) -> ColumnElement[bool]:
    """Return a clause over any row as one over the person: such a row exists."""
    if clause.subject is Subject.PERSON:
        return clause.sql
    table, is_this = beside_person(clause.subject, view)
    return _exists(table, is_this, clause.sql)


def _flag(flag: Flag, view: View) -> Clause:
    if flag.name == "has_offer":
        offers = and_(Decision.outcome == "approve", Decision.valid_until > view.now)
        return Clause(Subject.DECISION, func.coalesce(offers, false()))
    return Clause(Subject.PERSON, _FLAGS[flag.name])


_FLAGS: Mapping[str, ColumnElement[bool]] = {
    "follows": and_(Person.follows),
    "muted": and_(Person.is_muted),
    "imported": and_(Person.is_imported),
    "on_hold": Person.on_hold.is_not(None),
    "opted_out": and_(Person.marketing_stopped),
}


def _is(one: Is, _view: View) -> Clause:
    subject, column = _FIELDS[one.field]
    if one.field == "reason":
        codes = literal(list(one.values), ARRAY(Text))
        return Clause(subject, func.coalesce(func.jsonb_exists_any(column, codes), false()))
    return Clause(subject, func.coalesce(column.in_(one.values), false()))


_FIELDS: Mapping[str, tuple[Subject, Any]] = {
    "channel": (Subject.PERSON, Person.latest_channel),
    "first_channel": (Subject.PERSON, Person.first_channel),
    "hold": (Subject.PERSON, Person.on_hold),
    "stage": (Subject.CONVERSATION, Conversation.stage),
    "question": (Subject.CONVERSATION, Conversation.question),
    "form": (Subject.ENQUIRY, Enquiry.form),
    "tier": (Subject.DECISION, Decision.tier),
    "outcome": (Subject.DECISION, Decision.outcome),
    "reason": (Subject.DECISION, Decision.reason_codes),
}


def _has(one: Has, view: View) -> Clause:
    sql = {
        "tag": lambda: _tag(one, view),
        "consent": lambda: literal(one.name) == any_(Person.consents),
        "case": lambda: _open_case(one.name),
        "marker": lambda: _marker(one.name),
        "reach": lambda: _reach(one.name, view),
    }[one.kind]()
    return Clause(Subject.PERSON, sql)


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


def _marker(kind: str) -> ColumnElement[bool]:
    # In: few rows, looked up in a table of hashes wherever the condition stands.
    marked = select(Suppression.openid_index).where(Suppression.kind == kind)
    return and_(Person.openid_index.is_not(None), Person.openid_index.in_(marked))


def _open_case(kind: str) -> ColumnElement[bool]:
    if kind in ("review", "handover"):
        table: Any = Review if kind == "review" else Handover
        return Person.id.in_(select(table.person_id).where(table.state == "open"))
    return Person.id.in_(select(Note.person_id).where(Note.kind == kind, Note.state == "open"))


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


def _answered(one: Answered, _view: View) -> Clause:
    value = Enquiry.answers[one.question]
    wanted: list[ColumnElement[bool]] = [value.is_not(None)]
    if one.values:
        wanted.append(value.astext.in_(one.values))
    if one.at_least is not None or one.below is not None:
        # Cast only what is a number: the planner may look at either side first.
        number = case((func.jsonb_typeof(value) == "number", cast(value.astext, BigInteger)))
        wanted += [number >= one.at_least] if one.at_least is not None else []
        wanted += [number < one.below] if one.below is not None else []
    return Clause(Subject.ENQUIRY, func.coalesce(and_(*wanted), false()))


def _did(one: Did, view: View) -> Clause:
    wanted = [Event.kind == one.kind, *_within(Event.at, one.within_days, view.now)]
    if one.detail is not None:
        wanted.append(Event.detail == one.detail)
    return Clause(Subject.PERSON, _at_least(one.at_least, Event, wanted))


def _received(one: Received, view: View) -> Clause:
    wanted = [
        Message.klass == one.message_class,
        Message.state.in_(WENT_OUT),
        *_within(Message.finished_at, one.within_days, view.now),
    ]
    return Clause(Subject.PERSON, _at_least(one.at_least, Message, wanted))


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


def _moment(one: Moment, view: View) -> Clause:
    subject, column = _MOMENTS[one.name]
    wanted = _within(column, one.within_days, view.now)
    if one.older_than_days is not None:
        wanted.append(column <= view.now - timedelta(days=one.older_than_days))
    if one.name == "left_form":
        wanted.append(Conversation.open_since.is_not(None))
    return Clause(subject, func.coalesce(and_(*wanted), false()))


_MOMENTS: Mapping[str, tuple[Subject, Any]] = {
    "followed": (Subject.PERSON, Person.followed_at),
    "seen": (Subject.PERSON, Person.last_seen_at),
    "wrote": (Subject.PERSON, Person.last_message_at),
    "left_form": (Subject.CONVERSATION, Conversation.updated_at),
    "submitted": (Subject.ENQUIRY, Enquiry.submitted_at),
    "decided": (Subject.DECISION, Decision.decided_at),
}


def _bucket(one: Bucket, _view: View) -> Clause:
    digest = func.md5(func.concat(literal(f"{one.seed}:"), cast(Person.id, Text)))
    digits = func.concat("x0", func.substr(digest, 1, _HEX_DIGITS))
    bucket = cast(cast(digits, BIT(32)), Integer) % BUCKETS
    return Clause(Subject.PERSON, and_(bucket >= one.low, bucket < one.high))


def _within(column: Any, days: int | None, now: datetime) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
    since = [column > now - timedelta(days=days)] if days is not None else []
    return [*since, column <= now]


def beside_person(subject: Subject, view: View) -> tuple[Any, ColumnElement[bool]]:
    """Return the one row of a person that a subject stands for, to be joined: table and condition.

    Of enquiries that stand and of decisions it is the last up to then: there is none after it.
    """
    if subject is Subject.CONVERSATION:
        return Conversation, Conversation.person_id == Person.id
    if subject is Subject.ENQUIRY:
        later = aliased(Enquiry)
        return Enquiry, and_(
            Enquiry.person_id == Person.id,
            Enquiry.state != "withdrawn",
            Enquiry.submitted_at <= view.now,
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
    after = aliased(Decision)
    return Decision, and_(
        Decision.person_id == Person.id,
        Decision.decided_at <= view.now,
        not_(
            _exists(
                after,
                after.person_id == Decision.person_id,
                after.decided_at <= view.now,
                tuple_(after.decided_at, after.id) > tuple_(Decision.decided_at, Decision.id),
            )
        ),
    )


def is_there(subject: Subject) -> ColumnElement[bool]:
    """Say of a row that may be joined that there is one."""
    keys: Mapping[Subject, Any] = {
        Subject.CONVERSATION: Conversation.person_id,
        Subject.ENQUIRY: Enquiry.id,
        Subject.DECISION: Decision.id,
    }
    return and_(keys[subject].is_not(None))


def _exists(table: Any, *wanted: ColumnElement[bool]) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped class
    return exists().select_from(table).where(*wanted)


_COMPILERS: Mapping[type, Callable[[Any, View], Clause]] = {
    Flag: _flag,
    Is: _is,
    Has: _has,
    Answered: _answered,
    Did: _did,
    Received: _received,
    Moment: _moment,
    Bucket: _bucket,
}
