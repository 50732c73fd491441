"""Find the words of a turn: what only the store knows is filled in where there is a gap."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.contact.decision import decide
from app.contact.types import MessageClass, MessageFacts, No
from app.copybook import TEXT_LIMIT_BYTES, TextTooLong
from app.core.crypto import CannotOpen, WrappedKey
from app.deps import Deps
from app.dialogue.types import Say, Turn
from app.steps import staff
from app.steps.effects import EXPORT_LINK_LASTS, TurnContext, happened, stepped
from app.steps.outcome_words import case_words
from app.steps.replying import may_reply
from app.steps.seat import contact_facts, quota_state
from app.store.cases import Case, fetch_case
from app.store.turns import Loaded, TurnTransaction

Values = Mapping[str, object]


def speak(turn: TurnTransaction, context: TurnContext, result: Turn) -> str:
    """Return the reply to a turn, after whatever is owed to the person in front of it.

    What is owed goes only where it fits; 我的额度 shows an outcome at any time. Nothing is said,
    not even an answer, that the contact rules let no reply carry.
    """
    deps, seat, now = context.deps, context.seat, context.now
    if not may_reply(deps, seat, MessageClass.ANSWER.value, now):
        return ""
    says = [_filled(turn, context, say) for say in result.says]
    reply = _fitting(deps, says)
    debt = context.loaded.owed
    if debt is None or not may_reply(deps, seat, debt.klass, now):
        return reply
    owed = _owed(turn, context)
    if not owed:
        # Told by something newer, or true no longer; it must not hide what else is owed.
        context.writes.superseded(debt.id)
        return reply
    together = f"{owed}\n\n{reply}"
    if len(together.encode()) > TEXT_LIMIT_BYTES:
        return reply
    context.writes.repeated(debt.id)
    happened(context, "received", debt.klass)
    if debt.decision_id is not None and context.loaded.enquiry is not None:
        position, outcome = context.seat.position, context.loaded.enquiry.outcome or ""
        stepped(context, position, "told", outcome)
    return together


def open_reply(deps: Deps, loaded: Loaded) -> str:
    """Open the reply that an earlier delivery got."""
    reply, person = loaded.reply, loaded.person
    sealed = bytes(reply.sealed or b"") if reply else b""
    if reply is None or reply.person_id is None or person is None:
        return deps.keyring.open(sealed).decode()
    key = WrappedKey(person.master_id, bytes(person.wrapped_key))
    return deps.keyring.unwrap(key).open_text(sealed)


def try_again(deps: Deps) -> str:
    """Return the words that need no database."""
    return deps.copybook.render(Say("system.try_again"))


def _fitting(deps: Deps, says: list[Say]) -> str:
    """Render as many of the last pieces as fit; the question at the end is never lost."""
    while True:
        try:
            return deps.copybook.render(*says)
        except TextTooLong:
            if len(says) <= 1:
                raise
            says = says[1:]


@dataclass(frozen=True, slots=True)
class _Fill:
    """Where a placeholder of the dialogue finds its words and values."""

    key: str
    values: Callable[[TurnContext, Case | None], Values]


def _filled(turn: TurnTransaction, context: TurnContext, say: Say) -> Say:
    fill = _FILLS.get(say.key)
    if fill is None:
        return say
    enquiry = context.loaded.enquiry
    case = fetch_case(turn.fetch_one, enquiry.id) if enquiry else None
    return Say(fill.key, {**say.values, **fill.values(context, case)}, say.options)


def _outcome(context: TurnContext, case: Case | None) -> Values:
    return case_words(context.deps, case) if case else {}


def _quota(context: TurnContext, case: Case | None) -> Values:
    state = quota_state(context.loaded.enquiry, context.now)
    return {
        "state": state,
        "will_be_told": _will_be_told(context),
        "due_on": _review_due(context, case),
        "main_reasons": [],
        **_outcome(context, case),
    }


def _export(context: TurnContext, _case: Case | None) -> Values:
    return {
        "url": f"{context.deps.settings.base_url}/export/{context.after.export_token}",
        "minutes": int(EXPORT_LINK_LASTS.total_seconds() // 60),
    }


def _review(context: TurnContext, case: Case | None) -> Values:
    opened = case.review_opened_at if case else None
    return {
        "opened_on": opened or context.now,
        "due_on": _review_due(context, case),
        "will_be_told": _will_be_told(context),
    }


def _handover(context: TurnContext, case: Case | None) -> Values:
    asked = case.handover_asked_at if case else None
    due = case.handover_due_at if case else None
    return {
        **_outcome(context, case),
        "asked_on": asked or context.now,
        "good_time": context.after.good_time or (case.good_time if case else ""),
        "due_on": due or staff.due("handover", context.now),
    }


def _right(context: TurnContext, _case: Case | None) -> Values:
    return {"due_on": staff.due("right", context.now)}


def _pending(context: TurnContext, _case: Case | None) -> Values:
    return {"will_be_told": _will_be_told(context)}


_FILLS: dict[str, _Fill] = {
    "quota": _Fill("quota.mine", _quota),
    "why": _Fill("quota.why", _outcome),
    "export": _Fill("privacy.export", _export),
    "review_status": _Fill("review.status", _review),
    "handover_status": _Fill("handover.status", _handover),
    "command.review_recorded": _Fill("review.opened", _review),
    "command.reply_recorded": _Fill("review.answered", _review),
    "command.handover_recorded": _Fill("handover.opened", _handover),
    "command.correct_recorded": _Fill("rights.correct_recorded", _right),
    "command.restrict_recorded": _Fill("rights.restrict_recorded", _right),
    "form.submitted": _Fill("quota.pending", _pending),
}


def _review_due(context: TurnContext, case: Case | None) -> object:
    due = case.review_due_at if case else None
    return due or staff.due("review", context.now)


def _will_be_told(context: TurnContext) -> bool:
    """Say whether the ledger holds a channel for an outcome: no text promises more than that."""
    message = MessageFacts(
        MessageClass.DECISION,
        template="progress" if context.deps.settings.progress_template_id else None,
        expires_at=context.now + timedelta(days=1),
    )
    rules = context.deps.contact_book.contact_rules(context.now)
    facts = contact_facts(context.deps, context.seat, context.now)
    return not isinstance(decide(facts, message, rules, context.now), No)


def _owed(turn: TurnTransaction, context: TurnContext) -> str:
    """Return the words whose outcome is unknown, or that no channel could carry."""
    debt, enquiry, deps = context.loaded.owed, context.loaded.enquiry, context.deps
    if debt is None:
        return ""
    if debt.text_sealed is not None:
        try:
            return context.seat.sealer.open_text(bytes(debt.text_sealed))
        except CannotOpen:
            return ""
    is_in_force = enquiry is not None and debt.decision_id == enquiry.decision_id
    if enquiry is None or not is_in_force or quota_state(enquiry, context.now) == "expired":
        return ""
    case = fetch_case(turn.fetch_one, enquiry.id)
    values = {
        "due_on": _review_due(context, case),
        "will_be_told": False,
        **_outcome(context, case),
    }
    return deps.copybook.render(Say("late.outcome"), Say(debt.copy_key, values))
