"""Everything that happened with one person, in one list by time: acts, answers, messages, staff."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.deps import Deps
from app.store import people
from app.store.audit import AuditRow
from app.store.conversations import AnswerRow, Consent, Delivery
from app.store.enquiries import Decision, Enquiry, Handover, Review
from app.store.messages import Message, Note
from app.store.session import Transaction

PAGE = 100
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: `kind` names the line's words, `detail` and `more` fill them."""

    at: datetime
    kind: str
    detail: str = ""
    more: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a timeline, the latest first; `before` leads to what was earlier."""

    moments: tuple[Moment, ...]
    before: datetime | None


def timeline_of(
    deps: Deps, actor: Actor, person_id: uuid.UUID, *, before: datetime | None = None
) -> Timeline:
    """Return the latest stretch of everything, or the one before a moment."""
    actor.require(Permission.LOOK)
    until = before or deps.clock.now() + _A_MOMENT
    with deps.sessions.begin() as session:
        people.find(session, person_id)
        every = [
            moment for source in _SOURCES for moment in source(session, person_id, until, PAGE + 1)
        ]
    titles = {q.key: q.title for form in deps.forms.newest for q in form.questions}
    every = [replace(one, detail=titles.get(one.detail, one.detail)) for one in every]
    told = {one.at for one in every if one.kind != "delivery"}
    # That somebody wrote is said already by what the words led to.
    every = [one for one in every if one.detail != "Text" or one.at not in told]
    every.sort(key=lambda moment: moment.at, reverse=True)
    kept = every[:PAGE]
    # What happened in one moment stays together.
    while len(kept) < len(every) and every[len(kept)].at == kept[-1].at:
        kept.append(every[len(kept)])
    return Timeline(tuple(kept), kept[-1].at if len(kept) < len(every) else None)


Source = Callable[[Transaction, uuid.UUID, datetime, int], Iterator[Moment]]


def _deliveries(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.execute(
        select(Delivery.received_at, Delivery.kind)
        .where(Delivery.person_id == person, Delivery.received_at < until)
        .order_by(Delivery.received_at.desc())
        .limit(limit)
    )
    return (Moment(at, "delivery", kind) for at, kind in rows)


def _consents(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.execute(
        select(Consent.at, Consent.purpose, Consent.act)
        .where(Consent.person_id == person, Consent.at < until)
        .order_by(Consent.at.desc())
        .limit(limit)
    )
    return (Moment(at, "consent", purpose, act) for at, purpose, act in rows)


def _answers(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.execute(
        select(AnswerRow.answered_at, AnswerRow.question, AnswerRow.corrected)
        .where(AnswerRow.person_id == person, AnswerRow.answered_at < until)
        .order_by(AnswerRow.answered_at.desc())
        .limit(limit)
    )
    return (Moment(at, "corrected" if again else "answered", key) for at, key, again in rows)


def _enquiries(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.execute(
        select(Enquiry.submitted_at, Enquiry.form)
        .where(Enquiry.person_id == person, Enquiry.submitted_at < until)
        .limit(limit)
    )
    return (Moment(at, "submitted", form) for at, form in rows)


def _decisions(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.execute(
        select(Decision.decided_at, Decision.outcome, Decision.decided_by, Decision.id)
        .where(Decision.person_id == person, Decision.decided_at < until)
        .limit(limit)
    )
    return (Moment(at, "decided", outcome, by, str(ref)) for at, outcome, by, ref in rows)


def _cases(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    reviews = session.execute(
        select(Review.opened_at, Review.kind)
        .where(Review.person_id == person, Review.opened_at < until)
        .limit(limit)
    )
    handovers = session.execute(
        select(Handover.asked_at)
        .where(Handover.person_id == person, Handover.asked_at < until)
        .limit(limit)
    )
    yield from (Moment(at, "review", kind) for at, kind in reviews)
    yield from (Moment(at, "handover") for (at,) in handovers)


def _messages(
    session: Transaction, person: uuid.UUID, until: datetime, limit: int
) -> Iterator[Moment]:
    rows = session.scalars(
        select(Message)
        .where(Message.person_id == person, Message.created_at < until)
        .order_by(Message.created_at.desc())
        .limit(limit)
    )
    return (Moment(row.created_at, "message", row.copy_key, row.state) for row in rows)


def _left(session: Transaction, person: uuid.UUID, until: datetime, limit: int) -> Iterator[Moment]:
    rows = session.execute(
        select(Note.left_at, Note.kind)
        .where(Note.person_id == person, Note.left_at < until)
        .limit(limit)
    )
    return (Moment(at, "left", kind) for at, kind in rows)


def _acts(session: Transaction, person: uuid.UUID, until: datetime, limit: int) -> Iterator[Moment]:
    rows = session.execute(
        select(AuditRow.at, AuditRow.act, AuditRow.actor)
        .where(AuditRow.person_id == person, AuditRow.at < until)
        .order_by(AuditRow.at.desc())
        .limit(limit)
    )
    return (Moment(at, "act", act, by) for at, act, by in rows)


_SOURCES: tuple[Source, ...] = (
    *(_deliveries, _consents, _answers, _enquiries, _decisions),
    *(_cases, _messages, _left, _acts),
)
