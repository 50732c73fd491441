"""Everything one turn writes, gathered and sent as one statement.

A turn's dedupe, position, answers and work for later must commit together, and every round trip
counts: so each write is a common table expression, and `run` sends them all at once. Foreign keys
are checked at the end of the statement, so the order of the parts does not matter.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from psycopg.types.json import Jsonb

from app.core.dated import day_of
from app.store.acts import COUNT, COUNT_LEAVING, Happening, insert_acts

FOLLOWS_A_MESSAGE = timedelta(hours=24)
"""Who leaves within this time of a message is counted as leaving after it."""


class Cursor(Protocol):
    """What a driver's cursor offers that we use."""

    def execute(self, query: str, params: Any = None) -> Any:  # noqa: ANN401 - the driver's own
        """Run one statement."""
        ...

    def fetchone(self) -> Any:  # noqa: ANN401 - the driver's own
        """Return the next row, or None."""
        ...


@dataclass(frozen=True, slots=True)
class PersonState:
    """What a turn leaves in the person's row.

    An allowance is written only when the turn opened it (None: leave it): a message may be going
    out at this moment, and its count must not be lost.
    """

    follows: bool
    followed_at: datetime | None
    latest_channel: str | None
    last_seen_at: datetime
    last_message_at: datetime | None
    consents: tuple[str, ...]
    marketing_asked_at: datetime | None
    marketing_stopped: bool
    on_hold: str | None
    message_left: int | None
    message_until: datetime | None
    event_left: int | None
    event_until: datetime | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to queue; `text_sealed` is set where the words are not made from a copy key."""

    person_id: uuid.UUID
    klass: str
    copy_key: str
    not_before: datetime
    expires_at: datetime
    decision_id: uuid.UUID | None = None
    delivery_key: bytes | None = None
    text_sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person never seen before."""

    id: uuid.UUID
    account: str
    openid_index: bytes
    openid_sealed: bytes
    master_id: str
    wrapped_key: bytes
    first_channel: str | None


class Writes:
    """The statement of one turn, in the making."""

    def __init__(self, now: datetime, trail: str) -> None:
        self._now = now
        self._trail = trail
        self._parts: list[str] = []
        self._params: list[Any] = []
        self._who: tuple[uuid.UUID, str] | None = None
        self._happenings: list[Happening] = []

    def run(self, cursor: Cursor) -> None:
        """Send everything gathered as one statement."""
        self._add_happenings()
        if self._parts:
            names = ", ".join(f"w{n} AS ({part})" for n, part in enumerate(self._parts))
            cursor.execute(f"WITH {names} SELECT 1", self._params)

    def clear(self) -> None:
        """Forget what has been sent, to gather another statement."""
        self._parts.clear()
        self._params.clear()
        self._forget_happenings()

    def _add(self, sql: str, *params: Any) -> None:  # noqa: ANN401 - whatever the column holds
        self._parts.append(sql)
        self._params += params

    @property
    def now(self) -> datetime:
        """The moment of the turn."""
        return self._now

    def add(self, sql: str, *params: Any) -> str:  # noqa: ANN401 - whatever the column holds
        """Add what only a rare turn writes; return the part's name, for one that builds on it."""
        self._add(sql, *params)
        return f"w{len(self._parts) - 1}"

    def new_person(self, person: NewPerson, state: PersonState) -> None:
        """Insert a person."""
        self._add(
            "INSERT INTO people (id, account, openid_index, openid_sealed, master_id, wrapped_key,"
            " first_channel, first_seen_at, follows, followed_at, latest_channel, last_seen_at,"
            " last_message_at, consents, marketing_asked_at, marketing_stopped, on_hold,"
            " message_left, message_until, event_left, event_until)"
            " VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,"
            "coalesce(%s, 0),%s,coalesce(%s, 0),%s)",
            *(person.id, person.account, person.openid_index, person.openid_sealed),
            *(person.master_id, person.wrapped_key, person.first_channel, self._now),
            *_in_order(state),
        )

    def person(self, person_id: uuid.UUID, state: PersonState) -> None:
        """Update a person."""
        self._add(
            "UPDATE people SET follows=%s, followed_at=%s, latest_channel=%s, last_seen_at=%s,"
            " last_message_at=%s, consents=%s, marketing_asked_at=%s, marketing_stopped=%s,"
            " on_hold=%s, message_left=coalesce(%s, message_left),"
            " message_until=coalesce(%s, message_until), event_left=coalesce(%s, event_left),"
            " event_until=coalesce(%s, event_until), is_muted=false,"
            " state=CASE WHEN 'answers' = ANY(%s) THEN 'active' ELSE state END WHERE id=%s",
            *_in_order(state),
            list(state.consents),
            person_id,
        )

    def conversation(
        self,
        person_id: uuid.UUID,
        sealed: bytes,
        stage: str,
        question: str,
        remind_after: timedelta | None,
    ) -> None:
        """Save where the conversation stands; `remind_after`: None when nothing is open."""
        open_since = self._now if remind_after is not None else None
        remind_at = self._now + remind_after if remind_after is not None else None
        self._add(
            "INSERT INTO conversations AS c (person_id, position_sealed, stage, question,"
            " open_since, updated_at, remind_at) VALUES (%s,%s,%s,%s,%s,%s,%s)"
            " ON CONFLICT (person_id) DO UPDATE SET position_sealed=excluded.position_sealed,"
            " stage=excluded.stage, question=excluded.question, updated_at=excluded.updated_at,"
            " open_since=CASE WHEN excluded.open_since IS NULL THEN NULL"
            " ELSE coalesce(c.open_since, excluded.open_since) END,"
            " reminded=c.reminded AND excluded.open_since IS NOT NULL,"
            # Left alone while the form is open: the clock moves it on when it comes due, so that
            # a turn changes no indexed column and the row is updated in place.
            " remind_at=CASE WHEN excluded.open_since IS NULL THEN NULL"
            " WHEN c.open_since IS NOT NULL THEN c.remind_at ELSE excluded.remind_at END",
            *(person_id, sealed, stage, question, open_since, self._now, remind_at),
        )

    def answered(
        self,
        key: bytes,
        person_id: uuid.UUID | None,
        kind: str,
        sealed: tuple[bytes | None, bytes | None],
        reply_created: int,
    ) -> None:
        """Record a delivery with its final reply; `sealed` is (the person's words, the reply).

        A waiting row, left by a delivery that gave up, becomes this one.
        """
        self._add(
            "INSERT INTO deliveries (key, person_id, kind, state, received_at, words_sealed,"
            " reply_sealed, reply_created) VALUES (%s,%s,%s,'answered',%s,%s,%s,%s)"
            " ON CONFLICT (key) DO UPDATE SET state='answered', person_id=excluded.person_id,"
            " words_sealed=excluded.words_sealed, reply_sealed=excluded.reply_sealed,"
            " reply_created=excluded.reply_created",
            *(key, person_id, kind, self._now, *sealed, reply_created),
        )

    def answer(self, person_id: uuid.UUID, answer: Mapping[str, Any]) -> None:
        """Append one answer: form, form_version, question, value, words_sealed, how, corrected."""
        self._add(
            "INSERT INTO answers (person_id, form, form_version, question, value, words_sealed,"
            " how, corrected, answered_at) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            *(person_id, answer["form"], answer["form_version"], answer["question"]),
            *(answer["value"], answer["words_sealed"], answer["how"], answer["corrected"]),
            self._now,
        )

    def consent(self, person_id: uuid.UUID, key: bytes, proof: Mapping[str, str]) -> None:
        """Append one proof: purpose, act, notice_version, notice_hash, prompt, words, channel."""
        self._add(
            "INSERT INTO consents (person_id, delivery_key, purpose, act, notice_version,"
            " notice_hash, prompt, words, channel, at) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            *(person_id, key, proof["purpose"], proof["act"], proof["notice_version"]),
            *(proof["notice_hash"], proof["prompt"], proof["words"], proof["channel"], self._now),
        )

    def happened(self, person_id: uuid.UUID, channel: str, happening: Happening) -> None:
        """Append one act of the person, and the same as an anonymous count."""
        self._who = (person_id, channel)
        self._happenings.append(happening)

    def _add_happenings(self) -> None:
        """Write what happened in two parts, however much it was: the count is made of the act."""
        if self._who is not None:
            name = f"w{len(self._parts)}"
            sql, params = insert_acts(*self._who, self._now, self._happenings)
            self._add(sql, *params)
            self._add(COUNT.format(name))
            self._forget_happenings()

    def _forget_happenings(self) -> None:
        self._who = None
        self._happenings.clear()

    def left(self, person_id: uuid.UUID, channel: str) -> None:
        """Count somebody who leaves, with the class of what reached them in the last day.

        Only a count: the person is erased in this very transaction.
        """
        since = self._now - FOLLOWS_A_MESSAGE
        self._add(COUNT_LEAVING, self._now, channel, person_id, since)

    def enquiry(
        self,
        enquiry_id: uuid.UUID,
        person_id: uuid.UUID,
        form: tuple[str, int],
        answers: Mapping[str, str | int],
        channel: str | None,
        by_person: bool,
    ) -> None:
        """Insert a submitted enquiry."""
        self._add(
            "INSERT INTO enquiries (id, person_id, form, form_version, answers, by_person, channel,"
            " state, submitted_at, trail) VALUES (%s,%s,%s,%s,%s,%s,%s,'submitted',%s,%s)",
            *(enquiry_id, person_id, *form, Jsonb(dict(answers)), by_person, channel),
            *(self._now, self._trail),
        )

    def message(self, message: NewMessage) -> None:
        """Queue a message to the person."""
        self._add(
            "INSERT INTO messages (id, person_id, klass, copy_key, not_before, expires_at,"
            " decision_id, delivery_key, text_sealed, state, created_at, trail)"
            " VALUES (gen_random_uuid(),%s,%s,%s,%s,%s,%s,%s,%s,'queued',%s,%s)",
            *(message.person_id, message.klass, message.copy_key, message.not_before),
            *(message.expires_at, message.decision_id, message.delivery_key, message.text_sealed),
            *(self._now, self._trail),
        )

    def cancel_messages(self, person_id: uuid.UUID, klasses: tuple[str, ...], reason: str) -> None:
        """Skip whatever of these classes is still queued for the person."""
        self._add(
            "UPDATE messages SET state='skipped', reason=%s, finished_at=%s"
            " WHERE person_id=%s AND state='queued' AND klass = ANY(%s)",
            *(reason, self._now, person_id, list(klasses)),
        )

    def repeated(self, message_id: uuid.UUID) -> None:
        """Record that an owed message was repeated inside a reply."""
        self._add(
            "UPDATE messages SET state='repeated', finished_at=%s WHERE id=%s",
            *(self._now, message_id),
        )

    def superseded(self, message_id: uuid.UUID) -> None:
        """Record that an owed message need not be told any more."""
        self._add(
            "UPDATE messages SET state='skipped', reason='superseded', finished_at=%s WHERE id=%s",
            *(self._now, message_id),
        )

    def note(self, person_id: uuid.UUID, kind: str, sealed: bytes, due_at: datetime) -> None:
        """Leave a note for the staff."""
        self._add(
            "INSERT INTO notes (person_id, kind, words_sealed, state, left_at, due_at)"
            " VALUES (%s,%s,%s,'open',%s,%s)",
            *(person_id, kind, sealed, self._now, due_at),
        )

    def handover(
        self, person_id: uuid.UUID, decision_id: uuid.UUID, good_time: str, due_at: datetime
    ) -> None:
        """Ask the lender to continue with this person, once; a new time replaces the old."""
        self._add(
            "INSERT INTO handovers (person_id, decision_id, good_time, state, asked_at, due_at)"
            " VALUES (%s,%s,%s,'open',%s,%s) ON CONFLICT (person_id) WHERE state='open'"
            " DO UPDATE SET good_time=excluded.good_time, decision_id=excluded.decision_id",
            *(person_id, decision_id, good_time, self._now, due_at),
        )

    def export_link(self, token_index: bytes, person_id: uuid.UUID, expires_at: datetime) -> None:
        """Remember a short-lived link to a copy of the person's data."""
        self._add(
            "INSERT INTO exports (token_index, person_id, expires_at) VALUES (%s,%s,%s)",
            *(token_index, person_id, expires_at),
        )

    def gone(self, person_id: uuid.UUID, *, unfollowed: bool) -> None:
        """Record that the person is gone, and every window with them; and when, if they left."""
        self._add(
            "UPDATE people SET follows=false, message_left=0, event_left=0,"
            " left_at=coalesce(%s, left_at) WHERE id=%s",
            *(self._now if unfollowed else None, person_id),
        )

    def marker(self, openid_index: bytes, kind: str) -> None:
        """Set an unnamed marker that outlives an erasure."""
        self._add(
            "INSERT INTO suppressions (openid_index, kind, set_at) VALUES (%s,%s,%s)"
            " ON CONFLICT DO NOTHING",
            *(openid_index, kind, self._now),
        )

    def mass_finished(self, job_id: str, status: str, counts: Mapping[str, int]) -> None:
        """Keep what the platform tells of a mass send; a job finds whose it was."""
        month = day_of(self._now).replace(day=1)
        self._add(
            "INSERT INTO foreign_mass_jobs (msg_id, month, seen_at, status, counts)"
            " VALUES (%s,%s,%s,%s,%s) ON CONFLICT DO NOTHING",
            *(job_id, month, self._now, status[:48], Jsonb(dict(counts))),
        )

    def unmark(self, openid_index: bytes, kind: str) -> None:
        """Take an unnamed marker away again."""
        self._add("DELETE FROM suppressions WHERE openid_index=%s AND kind=%s", openid_index, kind)

    def refuse_tag(self, person_id: uuid.UUID, refused: str, deleted: Sequence[str]) -> None:
        """End these tags at once, and remember that the person wants none of it again."""
        self._add(
            "UPDATE tag_holdings SET until=%s, ended_by='person'"
            " WHERE person_id=%s AND tag = ANY(%s) AND until IS NULL",
            *(self._now, person_id, list(deleted)),
        )
        self._add(
            "INSERT INTO tag_refusals (person_id, tag, at) VALUES (%s,%s,%s)"
            " ON CONFLICT DO NOTHING",
            *(person_id, refused, self._now),
        )

    def bell(self, job: str, not_before: datetime | None = None) -> None:
        """Leave work for later in the outbox and wake the relay at commit."""
        self._add(
            "INSERT INTO outbox (job, trail, created_at, not_before) VALUES (%s,%s,%s,%s)"
            " RETURNING pg_notify('outbox', '')",
            *(job, self._trail, self._now, not_before or self._now),
        )


def _in_order(state: PersonState) -> tuple[Any, ...]:
    return (
        *(state.follows, state.followed_at, state.latest_channel, state.last_seen_at),
        *(state.last_message_at, list(state.consents), state.marketing_asked_at),
        *(state.marketing_stopped, state.on_hold, state.message_left, state.message_until),
        *(state.event_left, state.event_until),
    )
