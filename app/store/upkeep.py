"""What has been kept long enough, and whom to remind; each person under the lock of their turns."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Interval,
    case,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.store import erasure
from app.store.campaigns import CampaignRecipient, MassMonth
from app.store.complaints import ENDED, Complaint
from app.store.conversations import AnswerRow, Consent, Conversation, Delivery
from app.store.counts import folded_until
from app.store.enquiries import Enquiry, Review
from app.store.errands import Errand
from app.store.messages import Export, Message
from app.store.people import Person, Suppression
from app.store.rights import SubjectRequest
from app.store.turns import TurnKey

Why = ColumnElement[bool]
"""A claim about the person of a row of `people`."""


def claim_reminders(
    session: Session, now: datetime, idle: timedelta, limit: int
) -> tuple[list[uuid.UUID], int]:
    """Take forms left idle so long; return whose people to remind, and how many were looked at.

    Somebody on hold, restricted or no longer following is taken and not reminded.
    """
    due = (
        select(Conversation.person_id)
        .where(Conversation.remind_at <= now)
        .order_by(Conversation.remind_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    is_idle = Conversation.updated_at <= now - idle
    looked_at = session.execute(
        update(Conversation)
        .where(Conversation.person_id.in_(due.scalar_subquery()))
        .values(
            # Somebody who went on meanwhile is looked at again when they may have stopped.
            remind_at=case(
                (is_idle | Conversation.reminded, None),
                else_=Conversation.updated_at + literal(idle, Interval),
            ),
            reminded=Conversation.reminded | is_idle,
        )
        .returning(Conversation.person_id, Conversation.remind_at)
        .execution_options(synchronize_session=False)
    ).all()
    taken = [person for person, again_at in looked_at if again_at is None]
    reminded = session.scalars(
        select(Person.id).where(
            Person.id.in_(taken),
            Person.state == "active",
            Person.follows,
            Person.on_hold.is_(None),
        )
    ).all()
    return list(reminded), len(looked_at)


def left_unfinished(before: datetime) -> Why:
    """Claim that the person began a form, never handed it in, and has not touched it since."""
    handed_in = exists().where(
        Enquiry.person_id == AnswerRow.person_id, Enquiry.submitted_at >= AnswerRow.answered_at
    )
    began = exists().where(AnswerRow.person_id == Person.id, not_(handed_in))
    return exists().where(
        Conversation.person_id == Person.id,
        Conversation.updated_at < before,
        or_(Conversation.open_since.is_not(None), began),
    )


def last_heard_of(before: datetime) -> Why:
    """Claim that the person is a lead who was last in contact before then.

    Somebody imported who never said a word is no lead: nothing of theirs is kept but that they
    follow.
    """
    is_silent = Person.is_imported & Person.last_message_at.is_(None)
    return (Person.state == "active") & (Person.last_seen_at < before) & ~is_silent


def restricted_without_case(before: datetime) -> Why:
    """Claim that the person is kept only for a case, and that the case is closed.

    Whoever asked to be restricted stays so until they lift it, or like any lead until `before`.
    """
    is_asked_for = exists().where(
        SubjectRequest.person_id == Person.id,
        SubjectRequest.kind == "restrict",
        SubjectRequest.state == "done",
        SubjectRequest.lifted_at.is_(None),
    )
    is_kept = is_asked_for & (Person.last_seen_at >= before) & ~_asked_to_be_erased()
    return (Person.state == "restricted") & ~_has_open_case() & ~is_kept


def erased_and_unproven(before: datetime) -> Why:
    """Claim that the person was erased and that nothing need be proved about them any more."""
    return (Person.state == "erased") & (Person.last_seen_at < before)


def not_erased() -> Why:
    """Claim that there is somebody behind the row."""
    return Person.state != "erased"


def is_known(session: Session, person_id: uuid.UUID) -> bool:
    """Say whether there is somebody behind an id."""
    return session.scalar(select(Person.id).where(Person.id == person_id, not_erased())) is not None


def list_people(session: Session, why: Why, limit: int) -> Sequence[uuid.UUID]:
    """List people of whom this is true, the longest unheard of first."""
    return session.scalars(
        select(Person.id).where(why).order_by(Person.last_seen_at).limit(limit)
    ).all()


def take_person(session: Session, person_id: uuid.UUID, why: Why) -> bool:
    """Lock the person as a turn does; False if a turn runs or it is true no longer."""
    index = session.scalar(select(Person.openid_index).where(Person.id == person_id))
    if index is not None:
        lock = TurnKey("", bytes(index), b"").lock
        if not session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
            return False
    # Look again: they may have come back since they were listed.
    return session.scalar(select(Person.id).where(Person.id == person_id, why)) is not None


def discard_answers(session: Session, person_id: uuid.UUID) -> None:
    """Delete what the person answered and where the conversation stood."""
    erasure.discard_answers(_Statements(session), person_id)


def erase_person(session: Session, person_id: uuid.UUID, now: datetime) -> bool:
    """Erase a person; False when an open case lets it only be restricted for now."""
    return erasure.erase(_Statements(session), person_id, now)


def forget_proofs(session: Session, person_id: uuid.UUID) -> None:
    """Delete the last that was kept of an erased person: consents given, contacts made."""
    session.execute(delete(SubjectRequest).where(SubjectRequest.person_id == person_id))
    session.execute(delete(Consent).where(Consent.person_id == person_id))
    session.execute(delete(Message).where(Message.person_id == person_id))
    session.execute(delete(CampaignRecipient).where(CampaignRecipient.person_id == person_id))
    session.execute(delete(MassMonth).where(MassMonth.person_id == person_id))
    session.execute(delete(Person).where(Person.id == person_id))


def purge_proofs(session: Session, *, consents: datetime, contacts: datetime) -> None:
    """Delete what was kept of erased people, each kind as soon as its own time is over."""
    proofs = (
        *((Consent, consents), (SubjectRequest, consents)),
        *((Message, contacts), (CampaignRecipient, contacts), (MassMonth, contacts)),
    )
    for kept, before in proofs:
        gone = select(Person.id).where(Person.state == "erased", Person.last_seen_at < before)
        session.execute(
            delete(kept)
            .where(kept.person_id.in_(gone))
            .execution_options(synchronize_session=False)
        )


def purge_markers(session: Session, before: datetime) -> None:
    """Delete unnamed markers whose time is over."""
    session.execute(delete(Suppression).where(Suppression.set_at < before))


def purge_deliveries(session: Session, before: datetime) -> int:
    """Delete old deliveries that belong to nobody, of days that have been counted."""
    counted = folded_until(session)
    if counted is None:
        return 0
    gone = session.execute(
        delete(Delivery)
        .where(Delivery.person_id.is_(None), Delivery.received_at < min(before, counted))
        .returning(Delivery.key)
    )
    return len(gone.all())


def purge_exports(session: Session, now: datetime) -> None:
    """Delete links that lead nowhere any more."""
    session.execute(delete(Export).where(Export.expires_at < now))


def _has_open_case() -> Why:
    """Say that something of the person's waits for an answer that the law asks for.

    A closed complaint whose letter nobody carried yet is such a case, told or not being undecided.
    """
    untold = select(Message.id).where(
        Message.person_id == Person.id,
        Message.copy_key == "complaint.letter",
        Message.state.in_(("queued", "sending", "unknown", "untold")),
    )
    carried = exists().where(Errand.letter_id == Message.id, Errand.state != "open")
    return or_(
        exists().where(Review.person_id == Person.id, Review.state == "open"),
        exists().where(Complaint.person_id == Person.id, Complaint.state.not_in(ENDED)),
        untold.where(~carried).exists(),
    )


def _asked_to_be_erased() -> Why:
    return exists().where(
        SubjectRequest.person_id == Person.id,
        SubjectRequest.kind.in_(("delete", "close")),
        SubjectRequest.state == "open",
    )


class _Statements:
    """The session's own transaction, for statements written for a driver's cursor."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    def execute(self, sql: str, params: Mapping[str, Any]) -> object:
        """Run one statement."""
        return self._connection.exec_driver_sql(sql, dict(params))

    def fetch_one(self, sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row
        """Run one statement and return its first row."""
        return self._connection.exec_driver_sql(sql, dict(params)).first()
