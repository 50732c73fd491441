"""Answer what a person sends: one turn, one transaction, one answer to every delivery of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.core.clock import monotonic
from app.core.errors import DatabaseAway
from app.core.jobs import JobName
from app.core.log import get_logger
from app.core.types import (
    Attachment,
    ErasureOrdered,
    Followed,
    Inbound,
    JobFinished,
    MenuClicked,
    OtherEvent,
    Place,
    Scanned,
    Text,
    Unfollowed,
)
from app.deps import Deps
from app.dialogue.engine import step
from app.dialogue.tags import asks_for_tags
from app.dialogue.types import Arrived, Pointed, Said, Showed, Typed
from app.steps import late, words
from app.steps.arrivals import record_arrival
from app.steps.edition import Hearing, edition_of
from app.steps.effects import TurnContext, apply_effects, begin_aftermath
from app.steps.keep import Arrival, keep
from app.steps.message_words import seen_last
from app.steps.replying import may_answer
from app.steps.seat import channel_of, known_of, take_seat
from app.steps.taxonomy import tags_about
from app.store import erasure, rare_writes
from app.store.acts import Happening
from app.store.turns import Loaded, TurnKey, TurnTransaction
from app.store.writes import Writes

__all__ = ["Arrival", "Reply", "receive", "run_late", "try_later"]

_WITHOUT_ANSWER = (Unfollowed, ErasureOrdered, JobFinished, OtherEvent)
_LATE_BATCH = 50
_LATE_LEASE = timedelta(seconds=60)
_LATE_SECONDS = 50.0
"""Before the lease ends; whatever is left is claimed anew."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Reply:
    """The words that answer a delivery, and the CreateTime that every copy of them carries."""

    words: str
    created: int


def receive(deps: Deps, inbound: Inbound, arrival: Arrival) -> Reply | None:
    """Run the turn of a delivery, or return the answer that an earlier delivery of it got.

    None: there is nothing to say now. Raise `DatabaseAway` when nothing could be stored; running
    the same delivery again is safe.
    """
    key = _key_of(deps, inbound)
    with deps.turns.begin() as turn:
        patience = deps.settings.turn_wait_seconds - (monotonic() - arrival.at)
        loaded = turn.own(key, patience_seconds=patience)
        if loaded is not None:
            return _take_turn(deps, turn, key, inbound, loaded, arrival)
    with deps.turns.begin() as turn:
        now = deps.clock.now()
        sealed = deps.keyring.seal(late.to_bytes(inbound))
        turn.leave_waiting(key, type(inbound).__name__, now, sealed)
        writes = Writes(now, arrival.trail)
        writes.bell(JobName.LATE_TURNS.value)
        turn.write(writes)
    return None


def try_later(deps: Deps, inbound: Inbound) -> Reply | None:
    """Return the words for a person whom no turn could be run for, and none will be."""
    now = deps.clock.now()
    if not _is_answered(inbound) or not may_answer(deps, now):
        return None
    return Reply(words.try_again(deps), int(now.timestamp()))


def run_late(deps: Deps, trail: str) -> int:
    """Run the turns of deliveries that gave up waiting; return how many were claimed."""
    now = deps.clock.now()
    with deps.turns.begin() as turn:
        waiting = turn.claim_waiting(now, now + _LATE_LEASE, limit=_LATE_BATCH)
    deadline = monotonic() + _LATE_SECONDS
    for sealed in waiting:
        if monotonic() > deadline:
            break
        try:
            inbound = late.from_bytes(deps.keyring.open(sealed))
            receive(deps, inbound, Arrival(monotonic(), trail, is_late=True))
        except DatabaseAway:
            raise
        except Exception as error:
            # A turn that our own code cannot run must not hold up the others.
            log.error("late_turn_failed", error=type(error).__name__)  # noqa: TRY400 - its text may be personal
    return len(waiting)


def _key_of(deps: Deps, inbound: Inbound) -> TurnKey:
    account, openid = inbound.account, inbound.openid.value
    index = deps.keyring.index
    return TurnKey(
        account=account,
        openid_index=index("openid", f"{account}\0{openid}"),
        delivery=index("delivery", f"{account}\0{openid}\0{inbound.delivery_id}"),
    )


def _take_turn(
    deps: Deps,
    turn: TurnTransaction,
    key: TurnKey,
    inbound: Inbound,
    loaded: Loaded,
    arrival: Arrival,
) -> Reply | None:
    now = deps.clock.now()
    if loaded.reply is not None:
        if not arrival.is_late:
            turn.reply_fetched(key, now)
        return _earlier_reply(deps, loaded)
    writes = Writes(now, arrival.trail)
    if not _is_answered(inbound) or _came_before_erasure(inbound, loaded, arrival):
        _take_note(turn, writes, key, inbound, loaded)
        return None
    return _speak(turn, _context(deps, writes, key, inbound, loaded), inbound, arrival)


def _is_answered(inbound: Inbound) -> bool:
    """Say whether an answer is expected: a pressed link of the menu opens a page, not us."""
    if isinstance(inbound, MenuClicked):
        return inbound.opens_window
    return not isinstance(inbound, _WITHOUT_ANSWER)


def _came_before_erasure(inbound: Inbound, loaded: Loaded, arrival: Arrival) -> bool:
    """Say whether this waited while its person was erased: it must not bring the person back."""
    is_gone = loaded.person is None and "erased" in loaded.markers
    return arrival.is_late and is_gone and not isinstance(inbound, Followed)


def _earlier_reply(deps: Deps, loaded: Loaded) -> Reply | None:
    reply = loaded.reply
    if reply is None or reply.sealed is None:
        return None
    return Reply(words.open_reply(deps, loaded), reply.created)


def _take_note(
    turn: TurnTransaction, writes: Writes, key: TurnKey, inbound: Inbound, loaded: Loaded
) -> None:
    """Do what an event without an answer asks for: erase on leaving (W-21, W-22), settle a job."""
    person = loaded.person
    if person is not None and _leaves(inbound, person.followed_at):
        if person.marketing_stopped:
            writes.marker(key.openid_index, "no_marketing")
        # Before the erasure: afterwards nobody knows whose messages they were.
        writes.left(person.id, person.latest_channel or "direct")
        turn.write(writes)
        writes.clear()
        erasure.erase(turn, person.id, writes.now)
        # Whoever is kept for a case is gone all the same, and is not written to.
        writes.gone(person.id, unfollowed=isinstance(inbound, Unfollowed))
    elif person is not None and isinstance(inbound, MenuClicked):
        act = Happening("menu", inbound.key)
        writes.happened(person.id, person.latest_channel or "direct", act)
    if isinstance(inbound, JobFinished) and inbound.job == "mass":
        writes.mass_finished(inbound.message_id, inbound.status, inbound.counts)
        writes.bell(JobName.RECONCILE_MASS.value)
    elif isinstance(inbound, JobFinished):
        to = person.id if person is not None else None
        rare_writes.template_ended(writes, to, inbound.message_id, inbound.status)
    writes.answered(key.delivery, None, type(inbound).__name__, (None, None), inbound.created_at)
    turn.write(writes)


def _leaves(inbound: Inbound, followed_at: datetime | None) -> bool:
    """Say whether the person is to be erased; a leave that comes after a return means nothing."""
    if isinstance(inbound, Unfollowed):
        return followed_at is None or inbound.created_at >= followed_at.timestamp()
    return isinstance(inbound, ErasureOrdered)


def _context(
    deps: Deps, writes: Writes, key: TurnKey, inbound: Inbound, loaded: Loaded
) -> TurnContext:
    seat = take_seat(deps, inbound, loaded, key.openid_index)
    channel = channel_of(inbound) or (seat.row.latest_channel if seat.row else None) or "direct"
    return TurnContext(
        deps=deps,
        key=key,
        seat=seat,
        loaded=loaded,
        channel=channel,
        now=deps.clock.now(),
        writes=writes,
        after=begin_aftermath(seat),
    )


def _speak(
    turn: TurnTransaction, context: TurnContext, inbound: Inbound, arrival: Arrival
) -> Reply:
    deps, seat = context.deps, context.seat
    said = _said(inbound)
    if asks_for_tags(said, seat.position):
        context = replace(context, tags=tags_about(turn, seat.id))
    known = known_of(deps, seat, context.loaded, context.now, context.tags)
    words_said = said.words if isinstance(said, Typed) else ""
    hearing = Hearing(turn, context.loaded, seat, words_said)
    edition = edition_of(deps, hearing, context.now)
    known = replace(known, edition=edition)
    position = seen_last(seat.position, context.loaded.told_since, known)
    result = step(said, position, known, deps.forms)
    # The last step may have closed the form: its effects belong to the form they came from.
    pinned = result.position if result.position.form else seat.position
    record_arrival(context, inbound)
    apply_effects(context, pinned, result.effects)
    if result.position.stage == "marketing":
        # Asked once: no answer is a no, and is not asked for again (P-06, P-07).
        context.after.marketing_asked_at = context.now
    spoken = words.speak(turn, context, result)
    keep(turn, context, inbound, result.position, spoken, arrival)
    return Reply(spoken, int(context.now.timestamp()))


def _said(inbound: Inbound) -> Said:
    if isinstance(inbound, Text):
        return Typed(inbound.words.value, inbound.option_id)
    if isinstance(inbound, Place):
        return Pointed(inbound.label.value)
    if isinstance(inbound, Attachment):
        return Showed(inbound.kind)
    if isinstance(inbound, MenuClicked):
        return Arrived("menu", inbound.key)
    return Arrived("scan" if isinstance(inbound, Scanned) else "follow")
