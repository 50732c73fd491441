"""Messages on their way out: claim, reserve the allowance, record what became of each."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from app.store.cases import Case, FetchOne, fetch_case
from app.store.conversations import Conversation
from app.store.enquiries import Decision, Enquiry
from app.store.errands import LETTERS, READY
from app.store.messages import TESTS, Message
from app.store.people import Person, Suppression

OWED = ("answer", "service", "decision")
"""Classes of messages that a person waits for: what does not arrive opens the next reply."""
HELD = "stopped"
"""Why a message waits whose class the operators have stopped; as `app/contact` names it."""
_MARKED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed message with its person and the decision it tells; `has_marker`: no marketing.

    `form` and version are those that were decided about.
    """

    message: Message
    person: Person
    decision: Decision | None
    has_marker: bool
    form: tuple[str, int] = ("", 0)


def mark_held(session: Session, now: datetime, classes: Collection[str]) -> None:
    """Write on messages that are due why they wait: their class is stopped; some at a time."""
    held = (
        select(Message.id)
        .where(
            Message.state == "queued",
            Message.not_before <= now,
            Message.klass.in_(classes),
            Message.reason.is_distinct_from(HELD),
            or_(Message.lease_until.is_(None), Message.lease_until < now),
        )
        .limit(_MARKED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Message)
        .where(Message.id.in_(held.scalar_subquery()))
        .values(reason=HELD)
        .execution_options(synchronize_session=False)
    )


def claim_due(
    session: Session, now: datetime, lease_until: datetime, limit: int, held: Collection[str] = ()
) -> list[Due]:
    """Lease queued messages that are due; another worker skips them.

    Those of a class that is held are left alone until their own time is over, so that they do not
    stand in the others' way.
    """
    ids = (
        select(Message.id)
        .where(
            Message.state == "queued",
            Message.not_before <= now,
            or_(Message.lease_until.is_(None), Message.lease_until < now),
            or_(Message.klass.not_in(held), Message.expires_at <= now),
        )
        .order_by(Message.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = session.scalars(
        update(Message)
        .where(Message.id.in_(ids.scalar_subquery()))
        .values(lease_until=lease_until)
        .returning(Message)
        .execution_options(synchronize_session=False)
    ).all()
    marked = select(Suppression.kind).where(
        Suppression.openid_index == Person.openid_index, Suppression.kind == "no_marketing"
    )
    rows = session.execute(
        select(Message.id, Person, Decision, Enquiry.form, Enquiry.form_version, marked.exists())
        .join(Person, Person.id == Message.person_id)
        .outerjoin(Decision, Decision.id == Message.decision_id)
        .outerjoin(Enquiry, Enquiry.id == Decision.enquiry_id)
        .where(Message.id.in_([message.id for message in claimed]))
        .order_by(Message.not_before)
    ).all()
    by_id = {message.id: message for message in claimed}
    return [Due(by_id[row[0]], row[1], row[2], row[5], (row[3] or "", row[4] or 0)) for row in rows]


@dataclass(frozen=True, slots=True)
class Story:
    """What a message's words are made of: the case as it stands, or where the form was left."""

    outcome: str
    text_sealed: bytes | None
    position_sealed: bytes
    case: Case | None


def tell_story(session: Session, due: Due) -> Story | None:
    """Load what the words of a message are made of, as it is now; None: nobody needs it any more.

    A reminder is for a form that is still open, and untouched since the reminder was queued.
    """
    message = due.message
    case: Case | None = None
    position: bytes | None = None
    if due.decision is not None:
        case = fetch_case(fetcher(session), due.decision.enquiry_id)
        if case is None or case.decision_id != due.decision.id:
            # A later decision about the same enquiry is told by a message of its own.
            return None
    if message.copy_key == READY and not _has_untold_letter(session, message):
        return None
    if message.copy_key == "reminder.unfinished":
        position = session.scalar(
            select(Conversation.position_sealed).where(
                Conversation.person_id == due.person.id,
                Conversation.open_since.is_not(None),
                Conversation.updated_at <= message.created_at,
            )
        )
        if position is None:
            return None
    return Story(
        outcome=due.decision.outcome if due.decision else "",
        text_sealed=bytes(message.text_sealed) if message.text_sealed is not None else None,
        position_sealed=bytes(position or b""),
        case=case,
    )


def _has_untold_letter(session: Session, notice: Message) -> bool:
    """Say whether a letter still waits: who has written meanwhile has read it in the reply."""
    waiting = exists().where(
        Message.person_id == notice.person_id,
        Message.copy_key.in_(LETTERS),
        Message.state.in_(("unknown", "untold")),
    )
    return bool(session.scalar(select(waiting)))


def fetcher(session: Session) -> FetchOne:
    """Return a way to read one row of a statement written for a driver's cursor."""

    def fetch_one(sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row
        return session.connection().exec_driver_sql(sql, dict(params)).first()

    return fetch_one


def list_of_decision(session: Session, decision_id: uuid.UUID) -> list[dict[str, str | None]]:
    """List the messages that told a decision, with what became of each."""
    rows = session.scalars(
        select(Message).where(Message.decision_id == decision_id).order_by(Message.created_at)
    )
    return [
        {
            "copy": row.copy_key,
            "state": row.state,
            "channel": row.channel,
            "reason": row.reason,
            "at": row.finished_at.isoformat() if row.finished_at else None,
            "hash": bytes(row.text_hash).hex() if row.text_hash else None,
            "wording_pack": row.wording_pack,
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Charge:
    """The windows that a message was charged to, by their ends; None: that one was not."""

    message_until: datetime | None = None
    event_until: datetime | None = None


# One statement, written once: building it for each message took longer than running it. The person
# is locked before the message, as turns and erasures do.
_START = text("""
WITH person AS (
    SELECT id, message_until, event_until,
           coalesce(message_left > 0 AND message_until > :now, false) AS is_message_open,
           coalesce(event_left > 0 AND event_until > :now, false) AS is_event_open
    FROM people WHERE id = :person FOR UPDATE
), started AS (
    UPDATE messages SET state = 'sending', channel = :channel, lease_until = :lease_until,
                        attempts = attempts + 1, wording_pack = coalesce(wording_pack, :pack)
    FROM person WHERE messages.id = :message AND state = 'queued'
        AND (:channel <> 'custom' OR is_message_open OR is_event_open)
    RETURNING messages.id
), charged AS (
    UPDATE people SET message_left = message_left - is_message_open::int,
                      event_left = event_left - is_event_open::int
    FROM person, started WHERE people.id = person.id AND :channel = 'custom'
    RETURNING people.id
)
SELECT CASE WHEN is_message_open AND charged.id IS NOT NULL THEN message_until END,
       CASE WHEN is_event_open AND charged.id IS NOT NULL THEN event_until END
FROM started, person LEFT JOIN charged ON true
""")


def start_sending(
    session: Session, due: Due, channel: str, lease_until: datetime, now: datetime, pack: str
) -> Charge | None:
    """Mark a message as leaving now and charge every window that is open (app/contact/ledger.py).

    None if it is no longer ours, or if another message took the last of the allowance: it stays
    queued and is decided again. Commits before the call: after a crash the row says that the words
    may have gone out.
    """
    started = session.execute(
        _START,
        {
            "now": now,
            "person": due.person.id,
            "message": due.message.id,
            "channel": channel,
            "lease_until": lease_until,
            "pack": pack,
        },
    ).first()
    return Charge(*started) if started is not None else None


def give_back(session: Session, person_id: uuid.UUID, charge: Charge) -> None:
    """Undo a charge for what the platform did not take; a window opened since was never charged."""
    # As values: `== None` would be written IS NULL, and be true of a window never opened.
    was_message = func.coalesce(Person.message_until == literal(charge.message_until), false())
    was_event = func.coalesce(Person.event_until == literal(charge.event_until), false())
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(
            message_left=Person.message_left + cast(was_message, Integer),
            event_left=Person.event_left + cast(was_event, Integer),
        )
    )


def finish(
    session: Session, message_id: uuid.UUID, only_from: tuple[str, ...], **values: object
) -> bool:
    """Record what became of a message; False if somebody else has settled it meanwhile."""
    finished = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.state.in_(only_from))
        .values(lease_until=None, **values)
        .returning(Message.id)
    )
    return finished.first() is not None


def close_windows(session: Session, person_id: uuid.UUID) -> None:
    """Empty both allowances: the platform said that time or count is over."""
    session.execute(
        update(Person).where(Person.id == person_id).values(message_left=0, event_left=0)
    )


def mark_person(session: Session, person_id: uuid.UUID, **values: object) -> None:
    """Write what the platform told about the person: not following, muted."""
    session.execute(update(Person).where(Person.id == person_id).values(**values))


def is_owed(message: Message) -> bool:
    """Say whether the person waits for it: where nothing carries it, it opens the next reply."""
    return message.klass in OWED and not message.is_test


def give_up_stalled(session: Session, now: datetime) -> int:
    """Call unknown what was being sent when its worker died; it is never sent again."""
    stalled = session.execute(
        update(Message)
        .where(Message.state == "sending", Message.lease_until < now)
        .values(
            state=case((Message.copy_key.in_(TESTS), "refused"), else_="unknown"),
            reason="worker_died",
            finished_at=now,
            lease_until=None,
        )
        .returning(Message.id)
    ).all()
    return len(stalled)


def queue(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Queue messages in one go."""
    if rows:
        session.execute(insert(Message), list(rows))


def give_up(session: Session, message_id: uuid.UUID, now: datetime) -> None:
    """Set aside a message that our own code could not deliver, so that the others go on."""
    session.execute(
        update(Message)
        .where(Message.id == message_id, Message.state.in_(("queued", "sending")))
        .values(
            state=case(
                (Message.copy_key.in_(TESTS), "skipped"),
                (Message.state == "sending", "unknown"),
                (Message.klass.in_(OWED), "untold"),
                else_="skipped",
            ),
            reason="our_mistake",
            finished_at=now,
            lease_until=None,
        )
    )


def list_owed(session: Session) -> Sequence[Message]:
    """List messages whose outcome is unknown or that no channel could carry, the oldest first."""
    return session.scalars(
        select(Message)
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.state.in_(("unknown", "untold")),
            Message.klass.in_(OWED),
            Person.state != "erased",
        )
        .order_by(Message.created_at)
    ).all()
