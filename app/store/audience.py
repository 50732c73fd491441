"""Ask the database a question about people: the tree of `app/audience` as SQLAlchemy Core.

The meaning is that of `app.audience.matching`; a property test holds the two together. Every
condition is true or false, never NULL, so that `not` means what it says. Only active people are
ever meant: who is restricted is kept and not used.
"""

import uuid
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.audience.protections import Exclusion
from app.audience.tree import And, Not, Or, Predicate
from app.store.conditions import (
    Clause,
    Subject,
    View,
    beside_person,
    compile_condition,
    is_there,
    of_person,
)
from app.store.people import Person

People = Select[uuid.UUID]
"""The ids of everyone meant, not asked for yet."""
_FEW = 100
_KEPT = ""
_DRIVER = make_url("postgresql+psycopg://").get_dialect()()
_ROOM = text("SET LOCAL work_mem = '64MB'")
"""So that what is matched against a million people stays in memory."""


def people_of(query: Predicate, view: View) -> People:
    """Return the select of the ids of everyone meant, for counts, campaigns and exports."""
    rows = _Rows(view)
    meant = rows.meaning(query)
    return rows.beside(select(Person.id)).where(Person.state == "active", meant)


def count(session: Session, query: Predicate, view: View) -> int:
    """Count everyone meant."""
    make_room(session)
    return session.scalar(select(func.count()).select_from(people_of(query, view).subquery())) or 0


def make_room(session: Session) -> None:
    """Give the statements of this transaction room for a million people."""
    session.execute(_ROOM)


def count_by_reason(
    session: Session, query: Predicate, exclusions: Sequence[Exclusion], view: View
) -> tuple[int, dict[str, int]]:
    """Count who is kept in, and who is kept out by the first exclusion that means them."""
    make_room(session)
    rows = _Rows(view)
    whens = [(rows.meaning(one.query), one.reason) for one in exclusions]
    meant = rows.meaning(query)
    reason = case(*whens, else_=_KEPT) if whens else literal(_KEPT)
    asked = (
        rows.beside(select(Person.id, reason.label("reason")))
        .where(Person.state == "active", meant)
        .subquery()
    )
    counted = session.execute(select(asked.c.reason, func.count()).group_by(asked.c.reason))
    counts = {str(name): int(number) for name, number in counted}
    kept = counts.pop(_KEPT, 0)
    return kept, {one.reason: counts[one.reason] for one in exclusions if one.reason in counts}


def list_ids(
    session: Session, query: Predicate, view: View, limit: int, after: uuid.UUID | None = None
) -> Sequence[uuid.UUID]:
    """List those meant in the order of their ids, which are random: a sample that stays the same.

    `after` walks on from somebody.
    """
    make_room(session)
    found = people_of(query, view)
    if limit <= _FEW:
        # Looked up one after the other until there are enough.
        here = Person.state == "active"
        found = select(Person.id).where(here, condition(query, view))
    if after is not None:
        found = found.where(Person.id > after)
    return session.scalars(found.order_by(Person.id).limit(limit)).all()


def is_meant(session: Session, query: Predicate, person_id: uuid.UUID, view: View) -> bool:
    """Say whether one person is meant."""
    found = people_of(query, view).where(Person.id == person_id)
    return session.scalar(found) is not None


def asked_of(query: Predicate, person_id: uuid.UUID, view: View) -> tuple[str, dict[str, Any]]:
    """Write `is_meant` as a statement for the driver: a turn has no session."""
    found = people_of(query, view).where(Person.id == person_id)
    written = found.compile(dialect=_DRIVER, compile_kwargs={"render_postcompile": True})
    return str(written), dict(written.params)


def condition(query: Predicate, view: View) -> ColumnElement[bool]:
    """Return the whole question as one expression over `people`, for statements that have a from.

    Conditions over another row become look-ups. A select of everybody is quicker as `people_of`.
    """

    def look_up(clause: Clause) -> ColumnElement[bool]:
        return of_person(clause, view)

    return look_up(_clause(query, view, look_up))


class _Rows:
    """The rows that a question speaks of, joined to everybody once, however often it does so."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._needed: set[Subject] = set()

    def meaning(self, query: Predicate) -> ColumnElement[bool]:
        """Return a question over people and the rows that `beside` joins to them."""
        return self._take(_clause(query, self._view, self._take))

    def beside(self, people: Select[Any]) -> Select[Any]:
        """Return a select of people with those rows beside them, where there are any."""
        joined = people.select_from(Person)
        for subject in sorted(self._needed, key=lambda one: one.value):
            joined = joined.outerjoin(*beside_person(subject, self._view))
        return joined

    def _take(self, clause: Clause) -> ColumnElement[bool]:
        if clause.subject is Subject.PERSON:
            return clause.sql
        self._needed.add(clause.subject)
        return and_(is_there(clause.subject), clause.sql)


Wrap = Callable[[Clause], ColumnElement[bool]]


def _clause(query: Predicate, view: View, wrap: Wrap) -> Clause:
    if isinstance(query, And):
        return _joined(query.parts, and_, view, wrap)
    if isinstance(query, Or):
        return _joined(query.parts, or_, view, wrap)
    if isinstance(query, Not):
        return Clause(Subject.PERSON, not_(wrap(_clause(query.part, view, wrap))))
    return compile_condition(query, view)


def _joined(parts: Sequence[Predicate], join: Callable[..., Any], view: View, wrap: Wrap) -> Clause:
    """Join clauses; those over the same row are asked of it together, in one look-up."""
    clauses = sorted((_clause(part, view, wrap) for part in parts), key=_row)
    together = [
        Clause(subject, join(*(clause.sql for clause in same)))
        for subject, same in groupby(clauses, key=lambda clause: clause.subject)
    ]
    if len(together) == 1:
        return together[0]
    return Clause(Subject.PERSON, join(*(wrap(clause) for clause in together)))


def _row(clause: Clause) -> int:
    return clause.subject.value
