"""The conversation of one person as bubbles: what was said, what was answered, what was pushed.

Every word is masked on the server before it leaves; sensitive answers are seen by those who decide
or audit.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen, Sealer
from app.core.masking import mask_words
from app.deps import Deps
from app.steps.person_key import sealer_of
from app.steps.sensitive import DOTS, Veil, may_see_sensitive, veil_of
from app.store import people
from app.store.conversations import AnswerRow, Delivery
from app.store.enquiries import ReviewQuestion
from app.store.messages import Message
from app.store.session import Transaction

PAGE = 40
# A link is seen as its words; what opens a person's own copy is not for anybody else.
_LINK = re.compile(r"</?a\b[^>]*>")
_OWN_COPY = re.compile(r"\S*/export/\S+")

Side = Literal["person", "house", "event"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One bubble, or one line between bubbles (`side` event: followed, menu, scan).

    `kind`: of an event the kind of delivery, of a message its class, else empty. `state`,
    `channel`, `reason` and `copy_key` are those of a pushed message. `shows` names what 显示 opens
    (`delivery` or `message`) and `ref` which; both are empty where there is nothing more to see.
    """

    side: Side
    at: datetime
    words: str = ""
    kind: str = ""
    is_hidden: bool = False
    state: str = ""
    channel: str = ""
    reason: str = ""
    copy_key: str = ""
    shows: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """A stretch of a conversation, the oldest first; `before` leads to what was said earlier.

    `mark` changes when anything in the conversation does: a page that shows this mark is current.
    """

    person_id: uuid.UUID
    bubbles: tuple[Bubble, ...]
    before: datetime | None
    mark: str


def conversation_of(
    deps: Deps,
    actor: Actor,
    person_id: uuid.UUID,
    *,
    before: datetime | None = None,
    limit: int = PAGE,
) -> ConversationPage:
    """Return the latest stretch of a conversation, or the one before a moment."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        person = people.find(session, person_id)
        mark = mark_of(session, person_id)
        deliveries = _deliveries(session, person_id, before, limit)
        messages = _messages(session, person_id, before, limit)
        answered = _sensitive_moments(session, deps, person_id, deliveries)
    try:
        sealer = sealer_of(deps, person)
    except CannotOpen:
        return ConversationPage(person_id, (), None, mark)
    writer = _Writer(sealer, veil_of(deps.forms), may_see_sensitive(actor), answered)
    entries = [*writer.exchanges(deliveries), *((at(m), [writer.message(m)]) for m in messages)]
    entries.sort(key=lambda entry: entry[0])
    kept = _cut(entries, limit)
    return ConversationPage(
        person_id,
        tuple(bubble for _, bubbles in kept for bubble in bubbles),
        kept[0][0] if len(kept) < len(entries) else None,
        mark,
    )


def current_mark(deps: Deps, actor: Actor, person_id: uuid.UUID) -> str:
    """Return the mark of a conversation as it is now: cheap enough to ask every second."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        return mark_of(session, person_id)


def mark_of(session: Transaction, person_id: uuid.UUID) -> str:
    """Name the state of a conversation by its last delivery and what became of its messages."""
    said = (
        select(Delivery.received_at)
        .where(Delivery.person_id == person_id)
        .order_by(Delivery.received_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    pushed = select(
        func.count(), func.max(Message.created_at), func.max(Message.finished_at)
    ).where(Message.person_id == person_id)
    many, created, finished = session.execute(pushed).one()
    last = session.scalar(select(said))
    stamps = (stamp.timestamp() if stamp else 0 for stamp in (last, created, finished))
    return "-".join((str(many), *(f"{stamp:.6f}" for stamp in stamps)))


def at(message: Message) -> datetime:
    """Return where a message stands in the conversation: when it was settled, else made."""
    return message.finished_at or message.created_at


Entry = tuple[datetime, list[Bubble]]


def _cut(entries: Sequence[Entry], limit: int) -> Sequence[Entry]:
    """Keep the latest; what happened in one moment is never torn in two."""
    start = max(0, len(entries) - limit)
    while 0 < start < len(entries) - 1 and entries[start - 1][0] == entries[start][0]:
        start += 1
    return entries[start:]


def _deliveries(
    session: Transaction, person_id: uuid.UUID, before: datetime | None, limit: int
) -> Sequence[Delivery]:
    statement = select(Delivery).where(Delivery.person_id == person_id)
    if before is not None:
        statement = statement.where(Delivery.received_at < before)
    # One more than is shown: what was asked before the first says how to read it.
    return session.scalars(statement.order_by(Delivery.received_at.desc()).limit(limit + 1)).all()[
        ::-1
    ]


def _messages(
    session: Transaction, person_id: uuid.UUID, before: datetime | None, limit: int
) -> Sequence[Message]:
    placed = func.coalesce(Message.finished_at, Message.created_at)
    statement = select(Message).where(Message.person_id == person_id)
    if before is not None:
        statement = statement.where(placed < before)
    return session.scalars(statement.order_by(placed.desc()).limit(limit + 1)).all()


def _sensitive_moments(
    session: Transaction, deps: Deps, person_id: uuid.UUID, deliveries: Sequence[Delivery]
) -> frozenset[datetime]:
    """Return when sensitive answers were given: a turn stamps its answers and delivery alike."""
    if not deliveries:
        return frozenset()
    keys = {question.key for question in veil_of(deps.forms).questions}
    found = session.scalars(
        select(AnswerRow.answered_at).where(
            AnswerRow.person_id == person_id,
            AnswerRow.question.in_(keys),
            AnswerRow.answered_at >= deliveries[0].received_at,
        )
    )
    # What a reviewer asked may be sensitive too, and nobody can tell from the words.
    replied = session.scalars(
        select(ReviewQuestion.answered_at).where(
            ReviewQuestion.person_id == person_id,
            ReviewQuestion.answered_at >= deliveries[0].received_at,
        )
    )
    return frozenset(found) | frozenset(at for at in replied if at is not None)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Opens what one person's key seals, and covers what this reader may not see."""

    sealer: Sealer
    veil: Veil
    sees_sensitive: bool
    answered: frozenset[datetime]

    def exchanges(self, deliveries: Sequence[Delivery]) -> list[Entry]:
        """Return each delivery with its reply, in order."""
        entries, was_asking = [], False
        for row in deliveries:
            said, replied = self._open(row.words_sealed), self._open(row.reply_sealed)
            is_sensitive = was_asking or row.received_at in self.answered
            is_hidden = is_sensitive and not self.sees_sensitive
            entries.append((row.received_at, self._exchange(row, said, replied, is_hidden)))
            if replied is not None:
                was_asking = self.veil.is_asking(replied)
        return entries

    def message(self, row: Message) -> Bubble:
        """Return a message that we pushed, or meant to."""
        words = self._open(row.text_sealed)
        bubble = Bubble(
            "house",
            at(row),
            kind=row.klass,
            state=row.state,
            channel=row.channel or "",
            reason=row.reason or "",
            copy_key=row.copy_key,
        )
        if words is None:
            return bubble
        covered = self._shown(words)
        if covered == words:
            return replace(bubble, words=covered)
        return replace(bubble, words=covered, shows="message", ref=str(row.id))

    def _exchange(
        self, row: Delivery, said: str | None, replied: str | None, is_hidden: bool
    ) -> list[Bubble]:
        bubbles = [Bubble("event", row.received_at, kind=row.kind)]
        if said is not None:
            words = DOTS if is_hidden else mask_words(said)
            bubble = Bubble("person", row.received_at, words, is_hidden=is_hidden)
            if words != said:
                bubble = replace(bubble, shows="delivery", ref=bytes(row.key).hex())
            bubbles = [bubble]
        if replied:
            bubbles.append(Bubble("house", row.received_at, self._shown(replied)))
        return bubbles

    def _shown(self, words: str) -> str:
        plain = mask_words(_OWN_COPY.sub(DOTS, _LINK.sub("", words)))
        return plain if self.sees_sensitive else self.veil.cover(plain)

    def _open(self, sealed: bytes | None) -> str | None:
        return self.sealer.open_text(bytes(sealed)) if sealed is not None else None
