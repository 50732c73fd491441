"""The webhook's path through PostgreSQL: lock and load, write, commit; three round trips.

It speaks to the driver's own cursor, because every layer between costs a third of the turn
(docs/decisions); everything else in the store goes through SQLAlchemy.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine, exc

from app.core.errors import DatabaseAway
from app.store.session import make_turn_engine
from app.store.writes import Writes

# Lock before reading: two messages of one person can arrive together. Statements sent in one breath
# are still taken one after another, so what is read was committed by whoever held the lock before.
_OPEN = "BEGIN; SELECT pg_try_advisory_xact_lock({lock}); {load}"
# At most three deliveries a person wait; a fourth would only hold a thread from somebody else.
_TAKE_SLOT = (
    "SELECT 1 FROM (VALUES (1), (2), (3)) AS slots (slot)"
    " WHERE pg_try_advisory_xact_lock(%s, slot) LIMIT 1"
)
_SET_PATIENCE = "SELECT set_config('lock_timeout', %s, true)"
_LOCK = "SELECT pg_advisory_xact_lock(%s)"

_PREPARE = """
PREPARE turn_load (bytea, text, bytea) AS
SELECT d.state, d.person_id, d.reply_sealed, d.reply_created,
       p.id, p.master_id, p.wrapped_key, p.state, p.follows, p.followed_at, p.first_channel,
       p.latest_channel, p.last_seen_at, p.last_message_at, p.consents, p.marketing_asked_at,
       p.marketing_stopped, p.is_muted, p.on_hold, p.message_left, p.message_until, p.event_left,
       p.event_until,
       c.position_sealed, t.copy_key,
       e.id, e.state, e.decision_id, e.outcome, e.valid_until, e.review_open, e.handover_open,
       o.id, o.klass, o.copy_key, o.decision_id, o.text_sealed,
       m.kinds, (SELECT max(id) FROM content_releases),
       EXISTS (SELECT FROM review_questions q JOIN messages a ON a.id = q.message_id
               WHERE q.person_id = p.id AND q.state = 'open'
                   AND a.state IN ('sent', 'confirmed', 'repeated'))
FROM (VALUES (1)) AS one (row)
LEFT JOIN deliveries d ON d.key = $1
LEFT JOIN people p ON p.account = $2 AND p.openid_index = $3
LEFT JOIN conversations c ON c.person_id = p.id
LEFT JOIN LATERAL (
    SELECT e.id, e.state, d.id AS decision_id, d.outcome, d.valid_until,
           EXISTS (SELECT FROM reviews r WHERE r.enquiry_id = e.id AND r.state = 'open'
                   AND r.kind IN ('policy', 'asked'))
               AS review_open,
           EXISTS (SELECT FROM handovers h WHERE h.person_id = p.id AND h.state = 'open')
               AS handover_open
    FROM enquiries e
    LEFT JOIN LATERAL (
        SELECT id, outcome, valid_until FROM decisions
        WHERE enquiry_id = e.id ORDER BY decided_at DESC, decided_by = 'auto' LIMIT 1
    ) d ON true
    WHERE e.person_id = p.id ORDER BY e.submitted_at DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT id, klass, copy_key, decision_id, text_sealed FROM messages
    WHERE person_id = p.id AND state IN ('unknown', 'untold')
        AND klass IN ('answer', 'service', 'decision')
    ORDER BY created_at DESC LIMIT 1
) o ON true
LEFT JOIN LATERAL (
    SELECT copy_key FROM messages
    WHERE person_id = p.id AND state IN ('sent', 'confirmed') AND finished_at > c.updated_at
    ORDER BY finished_at DESC LIMIT 1
) t ON true
LEFT JOIN LATERAL (
    SELECT array_agg(kind) AS kinds FROM suppressions WHERE openid_index = $3
) m ON true
"""

_WAITING = (
    "INSERT INTO deliveries (key, kind, state, received_at, words_sealed)"
    " VALUES (%s, %s, 'waiting', %s, %s) ON CONFLICT (key) DO NOTHING"
)
_CLAIM_WAITING = (
    "UPDATE deliveries SET lease_until=%s WHERE key IN (SELECT key FROM deliveries"
    " WHERE state='waiting' AND (lease_until IS NULL OR lease_until < %s)"
    " ORDER BY received_at LIMIT %s FOR UPDATE SKIP LOCKED)"
    " RETURNING received_at, words_sealed"
)
_REPLY_FETCHED = (
    "UPDATE messages SET state='skipped', reason='answered_in_time', finished_at=%s"
    " WHERE delivery_key=%s AND state='queued'"
)


@dataclass(frozen=True, slots=True)
class LoadedPerson:
    """The person's row, as the turn needs it."""

    id: uuid.UUID
    master_id: str
    wrapped_key: bytes
    state: str
    follows: bool
    followed_at: datetime | None
    first_channel: str | None
    latest_channel: str | None
    last_seen_at: datetime
    last_message_at: datetime | None
    consents: Sequence[str]
    marketing_asked_at: datetime | None
    marketing_stopped: bool
    is_muted: bool
    on_hold: str | None
    message_left: int
    message_until: datetime | None
    event_left: int
    event_until: datetime | None


@dataclass(frozen=True, slots=True)
class LoadedReply:
    """The final reply of an earlier delivery of the same; sealed by the person, or by nobody."""

    person_id: uuid.UUID | None
    sealed: bytes | None
    created: int


@dataclass(frozen=True, slots=True)
class LoadedEnquiry:
    """The latest enquiry and how it stands."""

    id: uuid.UUID
    state: str
    decision_id: uuid.UUID | None
    outcome: str | None
    valid_until: datetime | None
    review_open: bool
    handover_open: bool


@dataclass(frozen=True, slots=True)
class LoadedDebt:
    """A message whose outcome is unknown or that no channel could carry: owed to the person."""

    id: uuid.UUID
    klass: str
    copy_key: str
    decision_id: uuid.UUID | None
    text_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything a turn starts from; `told_since`: the copy key of a message sent after it.

    `edition`: the mark of what operators have released, None when they have released nothing.
    `question_open`: a reviewer's question has reached the person and waits for an answer.
    """

    reply: LoadedReply | None
    was_waiting: bool
    person: LoadedPerson | None
    position_sealed: bytes | None
    told_since: str | None
    enquiry: LoadedEnquiry | None
    owed: LoadedDebt | None
    markers: frozenset[str]
    edition: int | None = None
    question_open: bool = False


@dataclass(frozen=True, slots=True)
class TurnKey:
    """What a turn is about: the delivery and the person, as keyed look-ups."""

    account: str
    openid_index: bytes
    delivery: bytes

    @property
    def lock(self) -> int:
        """The person's advisory lock: 64 bits of the look-up."""
        return int.from_bytes(self.openid_index[:8], "big", signed=True)

    @property
    def slots(self) -> int:
        """The person's waiting room: 32 other bits."""
        return int.from_bytes(self.openid_index[8:12], "big", signed=True)


class TurnTransaction:
    """One open transaction of one turn."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self.cursor = cursor

    def open(self) -> None:
        """Begin without taking anybody's turn."""
        self.cursor.execute("BEGIN")

    def own(self, key: TurnKey, *, patience_seconds: float) -> Loaded | None:
        """Begin, take the person's turn, and read everything that it starts from.

        A running turn is waited for; None if that takes too long or the waiting room is full.
        """
        load = _load(key)
        self._begin(_OPEN.format(lock=key.lock, load=load).encode())
        self.cursor.nextset()
        (is_ours,) = self.cursor.fetchone() or (False,)
        if is_ours:
            self.cursor.nextset()
            return _loaded(self.cursor.fetchone())
        if patience_seconds <= 0 or not self._one(_TAKE_SLOT, (key.slots,)):
            return None
        self._one(_SET_PATIENCE, (f"{int(patience_seconds * 1000)}ms",))
        try:
            self.cursor.execute(_LOCK, (key.lock,))
        except psycopg.errors.LockNotAvailable:
            return None
        self.cursor.execute(load.encode(), prepare=False)
        return _loaded(self.cursor.fetchone())

    def _begin(self, statements: bytes) -> None:
        try:
            self.cursor.execute(statements, prepare=False)
        except psycopg.errors.InvalidSqlStatementName:
            # A new connection, or one on which the driver has let go of every statement, as it
            # does after a rollback.
            self.cursor.connection.rollback()
            self.cursor.execute(_PREPARE, prepare=False)
            self.cursor.execute(statements, prepare=False)

    def write(self, writes: Writes) -> None:
        """Send what the turn leaves behind."""
        writes.run(self.cursor)

    def execute(self, sql: str, params: Mapping[str, Any]) -> None:
        """Run one more statement of a rare turn, such as an erasure."""
        self.cursor.execute(sql, params)

    def fetch_one(self, sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row
        """Return the first row of one more statement of a rare turn, such as 我的额度."""
        self.cursor.execute(sql, params)
        return self.cursor.fetchone()

    def reply_fetched(self, key: TurnKey, now: datetime) -> None:
        """Skip the message that was to carry the words: a later delivery fetched them."""
        self.cursor.execute(_REPLY_FETCHED, (now, key.delivery))

    def leave_waiting(self, key: TurnKey, kind: str, now: datetime, sealed: bytes) -> None:
        """Keep a delivery that could not have its turn, for a job to run."""
        self.open()
        self._one(_SET_PATIENCE, ("300ms",))
        self.cursor.execute(_WAITING, (key.delivery, kind, now, sealed))

    def claim_waiting(self, now: datetime, lease_until: datetime, limit: int) -> list[bytes]:
        """Claim deliveries whose turn nobody has run; return them sealed, as they came."""
        self.open()
        self.cursor.execute(_CLAIM_WAITING, (lease_until, now, limit))
        # An UPDATE returns its rows in any order.
        return [bytes(sealed) for _, sealed in sorted(self.cursor.fetchall())]

    def _one(self, sql: str, params: tuple[Any, ...]) -> bool:
        self.cursor.execute(sql, params)
        row = self.cursor.fetchone()
        return bool(row and row[0])


class Turns:
    """Opens the transactions of turns on a pool of connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def begin(self) -> Iterator[TurnTransaction]:
        """Lend a connection; commit at the end what was begun, roll back on any exception.

        A lost or refused connection becomes `DatabaseAway`, and is not given to anybody else; so
        does a row that an import has added since: another run sees it.
        """
        try:
            connection = self.engine.raw_connection()
        except (psycopg.Error, exc.DBAPIError, exc.TimeoutError):
            raise DatabaseAway from None
        try:
            yield TurnTransaction(cast(psycopg.Connection[Any], connection).cursor())
            connection.commit()
        except (psycopg.OperationalError, psycopg.errors.UniqueViolation):
            connection.invalidate()
            raise DatabaseAway from None
        finally:
            connection.close()


def make_turns(url: str, *, connections: int, statement_seconds: float) -> Turns:
    """Return the turns of a database, with a pool of their own."""
    engine = make_turn_engine(url, connections=connections, statement_seconds=statement_seconds)
    return Turns(engine)


def _load(key: TurnKey) -> str:
    """Write the call of the prepared statement: our own digests, and a quoted name."""
    delivery, person = key.delivery.hex(), key.openid_index.hex()
    return f"EXECUTE turn_load ('\\x{delivery}', {_quoted(key.account)}, '\\x{person}')"


@lru_cache(maxsize=64)
def _quoted(account: str) -> str:
    return sql.quote(account)


def _loaded(row: Any) -> Loaded:  # noqa: ANN401 - the driver's tuple
    delivery, person, rest = row[:4], row[4:23], row[23:]
    answered = delivery[0] == "answered"
    return Loaded(
        reply=LoadedReply(*delivery[1:4]) if answered else None,
        was_waiting=delivery[0] == "waiting",
        person=_person(person) if person[0] is not None else None,
        position_sealed=rest[0],
        told_since=rest[1],
        enquiry=LoadedEnquiry(*rest[2:9]) if rest[2] is not None else None,
        owed=LoadedDebt(*rest[9:14]) if rest[9] is not None else None,
        markers=frozenset(rest[14] or ()),
        edition=rest[15],
        question_open=rest[16],
    )


def _person(row: Any) -> LoadedPerson:  # noqa: ANN401 - the driver's tuple
    return LoadedPerson(*row)
