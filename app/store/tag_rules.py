"""Set tags by rule, set-wise: who ought to hold which value, against who holds it now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session, aliased

from app.store.conversations import Delivery
from app.store.enquiries import Enquiry
from app.store.events import Event
from app.store.holdings import ALL_MARKETING
from app.store.people import Person
from app.store.tags import TagHolding, TagRefusal

SOURCE = "rule"
_BETWEEN = "|"
"""Stands in no code of any form."""
Wanted = Select[Any]
"""Who ought to hold which value: `person_id` and `value`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a run is about: these people, or the ids from one up to another, or everybody."""

    people: Sequence[uuid.UUID] | None = None
    low: uuid.UUID | None = None
    below: uuid.UUID | None = None

    def of(self, ids: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
        """Return the conditions on a column of ids."""
        wanted: list[ColumnElement[bool]] = []
        if self.people is not None:
            wanted.append(ids.in_(self.people))
        if self.low is not None:
            wanted.append(ids >= self.low)
        if self.below is not None:
            wanted.append(ids < self.below)
        return wanted


EVERYBODY = Scope()


@dataclass(frozen=True, slots=True)
class Target:
    """The tag that a rule sets; `origin` is the rule's version, kept with every holding."""

    tag: str
    for_marketing: bool
    origin: str


Cases = Sequence[tuple[ColumnElement[bool], str]]
"""Conditions over `people` with the value that each sets; the first that is true counts."""


def by_cases(cases: Cases, target: Target, scope: Scope) -> Wanted:
    """Return who ought to hold which value by conditions, one row a person; NULL for none."""
    value = case(*((when, literal(code, String)) for when, code in cases), else_=null())
    return select(Person.id.label("person_id"), value.label("value")).where(
        Person.state == "active", ~_is_refused(target), *scope.of(Person.id)
    )


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """Which answers of one form give which value: the form, its questions, rows of codes."""

    form: str
    questions: Sequence[str]
    rows: Sequence[tuple[tuple[str, ...], str]]


def by_answers(table: AnswerRows, target: Target, scope: Scope) -> Wanted:
    """Return who ought to hold which value by the answers of their latest enquiry.

    The table travels as one JSON object, so that a value is looked up and not joined: no plan can
    compare every enquiry with every row.
    """
    later = aliased(Enquiry)
    codes = func.concat_ws(_BETWEEN, *(Enquiry.answers[one].astext for one in table.questions))
    values = {_BETWEEN.join(row): value for row, value in table.rows}
    return (
        select(Person.id.label("person_id"), literal(values, JSONB)[codes].astext.label("value"))
        .join(Enquiry, Enquiry.person_id == Person.id)
        .where(
            Person.state == "active",
            ~_is_refused(target),
            *scope.of(Person.id),
            Enquiry.state != "withdrawn",
            or_(literal(table.form) == "", Enquiry.form == table.form),
            ~exists().where(
                later.person_id == Person.id,
                later.state != "withdrawn",
                later.submitted_at > Enquiry.submitted_at,
            ),
        )
    )


def _is_refused(target: Target) -> ColumnElement[bool]:
    names = [target.tag, ALL_MARKETING] if target.for_marketing else [target.tag]
    return exists().where(TagRefusal.person_id == Person.id, TagRefusal.tag.in_(names))


@dataclass(frozen=True, slots=True)
class Changed:
    """How many people a run gave a value, and how many values it ended."""

    added: int
    ended: int


def apply(session: Session, wanted: Wanted, target: Target, scope: Scope, now: datetime) -> Changed:
    """Bring what people hold by rule to what they ought to hold; one statement.

    What was set by hand or by an import stands until it is ended there. The new rows wait for the
    old to be ended: an open row of the same tag would refuse them.
    """
    ought = wanted.cte("ought")
    ended = (
        update(TagHolding)
        .where(
            *_open_by_rule(target, scope),
            ~exists().where(
                ought.c.person_id == TagHolding.person_id, ought.c.value == TagHolding.value
            ),
        )
        .values(until=now, ended_by=f"{SOURCE}:{target.origin}"[:80])
        .returning(TagHolding.id)
        .execution_options(synchronize_session=False)
        .cte("ended")
    )
    count_ended = select(func.count()).select_from(ended).scalar_subquery()
    fresh = select(
        ought.c.person_id,
        literal(target.tag),
        ought.c.value,
        literal(SOURCE),
        literal(target.origin),
        literal(now, TagHolding.since.type),
        literal("system"),
    ).where(ought.c.value.is_not(None), ~_stands(ought, target), count_ended >= 0)
    columns = ["person_id", "tag", "value", "source", "source_id", "since", "set_by"]
    added = (
        pg_insert(TagHolding)
        .from_select(columns, fresh)
        .on_conflict_do_nothing()
        .returning(TagHolding.id)
        .cte("added")
    )
    count_added = select(func.count()).select_from(added).scalar_subquery()
    row = session.execute(select(count_added, count_ended)).one()
    return Changed(row[0], row[1])


def _open_by_rule(target: Target, scope: Scope) -> list[ColumnElement[bool]]:
    return [
        TagHolding.tag == target.tag,
        TagHolding.until.is_(None),
        TagHolding.source == SOURCE,
        *scope.of(TagHolding.person_id),
    ]


def _stands(ought: CTE, target: Target) -> ColumnElement[bool]:
    """Say that the person holds this already, or something that a rule does not touch."""
    held = aliased(TagHolding)
    return exists().where(
        held.person_id == ought.c.person_id,
        held.tag == target.tag,
        held.until.is_(None),
        or_(held.source != SOURCE, held.value == ought.c.value),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """How many people a rule would move from one value to another; None: not held."""

    before: str | None
    after: str | None
    people: int


def preview(session: Session, wanted: Wanted, target: Target) -> list[Move]:
    """Count whom a rule would change, and nobody is changed."""
    moved = _difference(wanted, target)
    rows = session.execute(
        select(moved.c.before, moved.c.after, func.count())
        .group_by(moved.c.before, moved.c.after)
        .order_by(func.count().desc())
    )
    return [Move(*row) for row in rows]


def sample(
    session: Session, wanted: Wanted, target: Target, limit: int
) -> list[tuple[Person, str | None, str | None]]:
    """Return some of those whom a rule would change, with the value before and after."""
    moved = _difference(wanted, target)
    rows = session.execute(
        select(Person, moved.c.before, moved.c.after)
        .join(moved, moved.c.person_id == Person.id)
        .order_by(Person.last_seen_at.desc())
        .limit(limit)
    )
    return [(person, before, after) for person, before, after in rows]


def _difference(wanted: Wanted, target: Target) -> CTE:
    ought = wanted.cte("ought")
    held = (
        select(TagHolding.person_id, TagHolding.value, TagHolding.source)
        .where(TagHolding.tag == target.tag, TagHolding.until.is_(None))
        .cte("held")
    )
    joined = ought.join(held, held.c.person_id == ought.c.person_id, full=True)
    return (
        select(
            func.coalesce(ought.c.person_id, held.c.person_id).label("person_id"),
            held.c.value.label("before"),
            ought.c.value.label("after"),
        )
        .select_from(joined)
        .where(
            held.c.value.is_distinct_from(ought.c.value),
            or_(held.c.source.is_(None), held.c.source == SOURCE),
        )
        .cte("moved")
    )


def touched(session: Session, since: datetime, until: datetime) -> list[uuid.UUID]:
    """Return everybody of whom anything happened in this time, whichever way it came."""
    acts = select(Event.person_id).where(Event.at >= since, Event.at <= until)
    turns = select(Delivery.person_id).where(
        Delivery.received_at >= since,
        Delivery.received_at <= until,
        Delivery.person_id.is_not(None),
    )
    return list(session.scalars(select(union(acts, turns).subquery().c.person_id)))


def take(session: Session, tag: str) -> bool:
    """Take a tag for this transaction; False when another worker is setting it."""
    key = func.hashtextextended(f"tag:{tag}", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


def count_people(session: Session) -> int:
    """Return about how many people there are, as the planner keeps it: to cut a run into parts."""
    found = session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'people'::regclass"))
    return max(0, int(found or 0))
