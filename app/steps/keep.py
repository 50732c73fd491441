"""Keep what a turn leaves: the person, the position, the answer that every delivery will get."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.clock import monotonic
from app.core.jobs import JobName
from app.core.types import Followed, Inbound, Text
from app.dialogue.positions import position_to_json
from app.dialogue.types import Position, Say
from app.steps.effects import TurnContext
from app.steps.seat import channel_of, sent_at
from app.store import erasure
from app.store.turns import TurnTransaction
from app.store.writes import NewMessage, PersonState

REMIND_AFTER = timedelta(minutes=20)
"""A form left idle so long is reminded of, once."""
_OPEN_STAGES = frozenset({"asking", "sensitive", "confirming", "choosing_edit"})
_LATE_AFTER_SECONDS = 4.5
"""The platform hangs up at five seconds; words that come later than this may never be seen."""
_LAST_DELIVERY = timedelta(seconds=12)
"""By then the platform has delivered for the third and last time."""
_LATE_WORDS_LAST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Arrival:
    """When this delivery arrived (monotonic seconds), the trail it leaves, and who runs its turn.

    `is_late`: a job runs it, and the words must find their own way to the person.
    """

    at: float
    trail: str
    is_late: bool = False

    @property
    def may_be_too_late(self) -> bool:
        """Say whether the platform may have hung up before the words are ready."""
        return self.is_late or monotonic() - self.at > _LATE_AFTER_SECONDS


def keep(
    turn: TurnTransaction,
    context: TurnContext,
    inbound: Inbound,
    position: Position,
    spoken: str,
    arrival: Arrival,
) -> None:
    """Write everything of the turn; the caller's transaction commits it."""
    _keep_person(context, inbound)
    if context.after.erase == "erase":
        _keep_after_erasure(turn, context, inbound, spoken)
        return
    if context.after.erase == "discard":
        turn.write(context.writes)
        erasure.discard_answers(turn, context.seat.id)
        context.writes.clear()
    _keep_position(context, position)
    _keep_reply(context, inbound, spoken)
    if arrival.may_be_too_late:
        _send_after(context, spoken, arrival)
    turn.write(context.writes)


def _keep_after_erasure(
    turn: TurnTransaction, context: TurnContext, inbound: Inbound, spoken: str
) -> None:
    turn.write(context.writes)
    context.writes.clear()
    erasure.erase(turn, context.seat.id, context.now)
    # The answer must outlive the person's key: the platform may ask for it twice more.
    sealed = context.deps.keyring.seal(spoken.encode())
    created, kind = int(context.now.timestamp()), type(inbound).__name__
    context.writes.answered(context.key.delivery, None, kind, (None, sealed), created)
    turn.write(context.writes)


def _keep_position(context: TurnContext, position: Position) -> None:
    is_open = position.stage in _OPEN_STAGES
    context.writes.conversation(
        context.seat.id,
        context.seat.sealer.seal(position_to_json(position)),
        position.stage,
        position.question,
        REMIND_AFTER if is_open else None,
    )


def _keep_reply(context: TurnContext, inbound: Inbound, spoken: str) -> None:
    seal = context.seat.sealer.seal_text
    context.writes.answered(
        context.key.delivery,
        context.seat.id,
        type(inbound).__name__,
        (seal(inbound.words.value) if isinstance(inbound, Text) else None, seal(spoken)),
        int(context.now.timestamp()),
    )


def _send_after(context: TurnContext, spoken: str, arrival: Arrival) -> None:
    not_before = context.now if arrival.is_late else context.now + _LAST_DELIVERY
    preface = context.deps.copybook.render(Say("late.reply"))
    context.writes.message(
        NewMessage(
            person_id=context.seat.id,
            klass="answer",
            copy_key="late.reply",
            not_before=not_before,
            expires_at=context.now + _LATE_WORDS_LAST,
            delivery_key=context.key.delivery,
            text_sealed=context.seat.sealer.seal_text(f"{preface}\n{spoken}"),
        )
    )
    context.writes.bell(JobName.DELIVER_DUE.value, not_before)


def _keep_person(context: TurnContext, inbound: Inbound) -> None:
    seat, after, now = context.seat, context.after, context.now
    row, is_follow = seat.row, isinstance(inbound, Followed)
    message, event = seat.opened.message, seat.opened.event
    state = PersonState(
        # Only who follows can write, press or scan, whatever the platform said of them before.
        follows=True,
        # The platform's own time: a leave that it delivers late is told from a later one.
        followed_at=sent_at(inbound, now) if is_follow else (row.followed_at if row else None),
        latest_channel=channel_of(inbound) or (row.latest_channel if row else None),
        last_seen_at=now,
        # A late turn may run at night; what is an answer counts from when the person spoke.
        last_message_at=sent_at(inbound, now),
        consents=tuple(sorted(after.consents)),
        marketing_asked_at=after.marketing_asked_at,
        marketing_stopped=after.marketing_stopped,
        on_hold=after.on_hold,
        message_left=message.left if message else None,
        message_until=message.until if message else None,
        event_left=event.left if event else None,
        event_until=event.until if event else None,
    )
    if seat.newcomer is not None:
        context.writes.new_person(seat.newcomer, state)
    else:
        context.writes.person(seat.id, state)
