"""Turn what a step of the dialogue decided into rows; a table of one small function an effect."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.options import EVERY_TAG
from app.dialogue.types import (
    Answered,
    Asked,
    Consented,
    Effect,
    Position,
    Rated,
    Reached,
    Stopped,
    Submitted,
    TagDeleted,
    TagKnown,
    Told,
)
from app.steps import staff
from app.steps.account import REMINDER_EXPIRES, TOMORROW
from app.steps.seat import Seat, notice_mark
from app.store import rare_writes, review_writes
from app.store.acts import Happening
from app.store.rare_writes import Clocks, NewRequest
from app.store.turns import Loaded, TurnKey
from app.store.writes import NewMessage, Writes

EXPORT_LINK_LASTS = timedelta(minutes=30)
_UNASKED = ("reminder", "marketing", "education")


@dataclass(slots=True)
class Aftermath:
    """What the effects of one turn change beyond rows of their own."""

    consents: set[str]
    marketing_asked_at: datetime | None
    marketing_stopped: bool
    on_hold: str | None
    erase: str | None = None
    """erase (everything), discard (the answers only); None: nothing."""
    export_token: str = ""
    good_time: str = ""
    enquiry_id: uuid.UUID | None = None
    jobs: set[JobName] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What every effect may look at."""

    deps: Deps
    key: TurnKey
    seat: Seat
    loaded: Loaded
    channel: str
    now: datetime
    writes: Writes
    after: Aftermath
    tags: tuple[TagKnown, ...] = ()


def begin_aftermath(seat: Seat) -> Aftermath:
    """Start from what the person's row says."""
    row = seat.row
    return Aftermath(
        consents=set(row.consents) if row else set(),
        marketing_asked_at=row.marketing_asked_at if row else None,
        marketing_stopped=row.marketing_stopped if row else False,
        on_hold=row.on_hold if row else None,
    )


def apply_effects(context: TurnContext, position: Position, effects: tuple[Effect, ...]) -> None:
    """Add the rows of every effect to the turn's one statement; `position` names their form."""
    for effect in effects:
        _HANDLERS[type(effect)](context, position, effect)
    for job in sorted(context.after.jobs):
        context.writes.bell(job.value)


_CONSENT_ACTS = {"given": "consented", "refused": "refused", "withdrawn": "withdrew"}


def happened(context: TurnContext, kind: str, detail: str = "") -> None:
    """Record an act that belongs to no form."""
    context.writes.happened(context.seat.id, context.channel, Happening(kind, detail))


def stepped(context: TurnContext, position: Position, kind: str, detail: str = "") -> None:
    """Record an act that belongs to the form of a position."""
    act = Happening(kind, detail, position.form, position.version)
    context.writes.happened(context.seat.id, context.channel, act)


def _consented(context: TurnContext, position: Position, effect: Consented) -> None:
    notice = context.deps.notice
    context.writes.consent(
        context.seat.id,
        context.key.delivery,
        {
            "purpose": effect.purpose,
            "act": effect.act,
            "notice_version": notice.version,
            "notice_hash": notice.hash,
            "prompt": effect.prompt,
            "words": effect.words[:64],
            "channel": "chat",
        },
    )
    if effect.act == "given":
        mark = notice_mark(notice.version)
        if mark not in context.after.consents:
            # What was agreed to under an earlier notice is asked for anew (PIPL 14).
            context.after.consents.clear()
        context.after.consents |= {mark, effect.purpose}
    else:
        context.after.consents.discard(effect.purpose)
    if effect.purpose == "marketing":
        context.after.marketing_asked_at = context.now
        context.after.marketing_stopped = effect.act != "given"
        if effect.act == "given":
            # A new, express yes is worth more than an earlier no.
            context.writes.unmark(context.key.openid_index, "no_marketing")
    if effect.act == "withdrawn":
        _request(context, "withdraw", is_done=True, evidence={"purpose": effect.purpose})
    if (effect.purpose, effect.act) == ("answers", "withdrawn"):
        review_writes.withdraw(context.writes, context.seat.id)
        context.writes.cancel_messages(context.seat.id, _UNASKED, "withdrawn")
    stepped(context, position, _CONSENT_ACTS[effect.act], effect.purpose)


def _answered(context: TurnContext, position: Position, effect: Answered) -> None:
    given = effect.answer
    context.writes.answer(
        context.seat.id,
        {
            "form": position.form,
            "form_version": position.version,
            "question": effect.question,
            "value": str(given.value) if given else None,
            "words_sealed": context.seat.sealer.seal_text(given.words)
            if given and given.words
            else None,
            "how": given.how if given else "dropped",
            "corrected": effect.corrected,
        },
    )
    if given is not None:
        step = "corrected" if effect.corrected else "answered"
        stepped(context, position, step, effect.question)


def _reached(context: TurnContext, position: Position, effect: Reached) -> None:
    stepped(context, position, "reached", effect.question)


def _submitted(context: TurnContext, position: Position, effect: Submitted) -> None:
    enquiry_id = uuid.uuid4()
    context.after.enquiry_id = enquiry_id
    context.writes.enquiry(
        enquiry_id,
        context.seat.id,
        (position.form, position.version),
        {key: answer.value for key, answer in position.answers.items()},
        context.channel,
        effect.by_person,
    )
    rare_writes.corrected(context.writes, context.seat.id, enquiry_id, context.now)
    context.after.jobs.add(JobName.SCORE_DUE)
    stepped(context, position, "submitted")


def _stopped(context: TurnContext, position: Position, effect: Stopped) -> None:
    stepped(context, position, "stopped", effect.cause)
    if effect.cause == "forbidden_purpose":
        context.after.erase = "discard"
        return
    context.writes.marker(context.key.openid_index, "stopped")
    context.after.erase = "erase"


def _told(context: TurnContext, _position: Position, effect: Told) -> None:
    if effect.topic == "export":
        token = secrets.token_urlsafe(32)
        context.after.export_token = token
        context.writes.export_link(
            context.deps.keyring.index("export", token),
            context.seat.id,
            context.now + EXPORT_LINK_LASTS,
        )
        _request(context, "copy", is_done=True)
    elif effect.topic == "why":
        _request(context, "explain", is_done=True)


def _rated(context: TurnContext, _position: Position, effect: Rated) -> None:
    rare_writes.rated(context.writes, context.seat.id, effect.score, context.now)


def _request(
    context: TurnContext,
    kind: str,
    *,
    is_done: bool = False,
    words: str = "",
    evidence: dict[str, str] | None = None,
) -> None:
    now = context.now
    clocks = Clocks(now, staff.due_within("right", "right_last", now), staff.due("right_last", now))
    proof = {"kind": "chat", **evidence} if evidence else None
    sealed = context.seat.sealer.seal_text(words) if words else None
    asked = NewRequest(kind, context.key.delivery, is_done, sealed, proof)
    rare_writes.request(context.writes, context.seat.id, asked, clocks)


def _left_request(context: TurnContext, effect: Asked) -> None:
    _request(context, effect.what, words=effect.words)


def _note(context: TurnContext, effect: Asked) -> None:
    context.writes.note(
        context.seat.id,
        effect.what,
        context.seat.sealer.seal_text(effect.words),
        staff.due("note", context.now),
    )


def _complaint(context: TurnContext, effect: Asked) -> None:
    _note(context, effect)
    now = context.now
    clocks = Clocks(
        received_at=now,
        first_due_at=staff.due("complaint_first", now),
        due_at=staff.due_within("complaint", "complaint_last", now),
        last_due_at=staff.due("complaint_last", now),
    )
    rare_writes.complaint(context.writes, context.seat.id, clocks)
    # Nothing that was not asked for goes out while a complaint is open (C-03).
    context.after.on_hold = context.after.on_hold or "complaint"
    context.writes.cancel_messages(context.seat.id, _UNASKED, "complaint")


def _distress(context: TurnContext, effect: Asked) -> None:
    _note(context, effect)
    context.after.on_hold = "distress"
    context.writes.cancel_messages(context.seat.id, _UNASKED, "in_distress")


def _review(context: TurnContext, _effect: Asked) -> None:
    enquiry = context.loaded.enquiry
    if enquiry is not None and enquiry.decision_id is not None:
        due_at = staff.due("review", context.now)
        review_writes.ask_for_review(context.writes, context.seat.id, enquiry.id, due_at)
        context.after.jobs.add(JobName.ASSIGN_CASES)


def _reply(context: TurnContext, effect: Asked) -> None:
    sealed = context.seat.sealer.seal_text(effect.words)
    review_writes.reply(context.writes, context.seat.id, sealed)


def _handover(context: TurnContext, effect: Asked) -> None:
    enquiry = context.loaded.enquiry
    if enquiry is not None and enquiry.decision_id is not None:
        context.after.good_time = effect.words[:64]
        due_at = staff.due("handover", context.now)
        context.writes.handover(context.seat.id, enquiry.decision_id, effect.words[:64], due_at)
        stepped(context, context.seat.position, "handover")


def _remind_tomorrow(context: TurnContext, _effect: Asked) -> None:
    at = context.now + TOMORROW
    # Once, however often it was asked for.
    context.writes.cancel_messages(context.seat.id, ("reminder",), "asked_again")
    enquiry = context.loaded.enquiry
    context.writes.message(
        NewMessage(
            person_id=context.seat.id,
            klass="reminder",
            copy_key="reminder.tomorrow",
            not_before=at,
            expires_at=at + REMINDER_EXPIRES,
            decision_id=enquiry.decision_id if enquiry else None,
        )
    )


def _stop_marketing(context: TurnContext, _effect: Asked) -> None:
    context.after.marketing_stopped = True
    context.after.marketing_asked_at = context.now
    context.after.consents.discard("marketing")
    context.writes.marker(context.key.openid_index, "no_marketing")
    context.writes.cancel_messages(context.seat.id, _UNASKED, "marketing_stopped")
    happened(context, "opted_out")


def _erase(context: TurnContext, effect: Asked) -> None:
    if effect.what == "erase":
        # Open until it has happened: the erasure itself closes it, now or after an open case.
        _request(context, "delete")
    context.after.erase = effect.what


def _tag_deleted(context: TurnContext, _position: Position, effect: TagDeleted) -> None:
    deleted = [tag.key for tag in context.tags if effect.tag in (tag.key, EVERY_TAG)]
    context.writes.refuse_tag(context.seat.id, effect.tag, deleted)


_ASKED: dict[str, Callable[[TurnContext, Asked], None]] = {
    "human": _note,
    "complaint": _complaint,
    "correct": _left_request,
    "restrict": _left_request,
    "unmatched": _note,
    "distress": _distress,
    "reply": _reply,
    "review": _review,
    "handover": _handover,
    "remind_tomorrow": _remind_tomorrow,
    "stop_marketing": _stop_marketing,
    "erase": _erase,
    "discard": _erase,
}


def _asked(context: TurnContext, _position: Position, effect: Asked) -> None:
    _ASKED[effect.what](context, effect)


_HANDLERS: dict[type, Callable[[TurnContext, Position, Any], None]] = {
    Consented: _consented,
    Answered: _answered,
    Reached: _reached,
    Submitted: _submitted,
    Stopped: _stopped,
    Told: _told,
    Rated: _rated,
    Asked: _asked,
    TagDeleted: _tag_deleted,
}
