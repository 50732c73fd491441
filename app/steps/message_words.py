"""Find the words of a message that is about to leave: today's facts, not those of its queueing."""

from datetime import datetime

from app.core.crypto import Sealer
from app.deps import Deps
from app.dialogue import options
from app.dialogue.positions import position_from_json
from app.dialogue.scene import Scene, progress_values
from app.dialogue.types import Known, Option, Position, QuotaState, Say
from app.steps import staff
from app.steps.outcome_words import case_words
from app.store.errands import READY
from app.store.replies import RATED
from app.store.sending import Story

_STATES: dict[str, QuotaState] = {
    "approve": "approved",
    "decline": "declined",
    "refer": "in_review",
}
REMINDED_TOMORROW = (
    Option("c.handover", "了解怎么办理"),
    Option("c.quota", "我的额度"),
    Option("c.stop_marketing", "不再推送"),
)

_ASKED_UNDER = {
    RATED: Say("inbox.rate", options=options.RATING),
    "rights.correct": Say("rights.correct_tap", options=options.TO_CORRECT),
}
"""What is asked under words that the staff wrote, by the copy key of their message."""


def words_of(
    deps: Deps, copy_key: str, story: Story, sealer: Sealer, *, may_promise_tomorrow: bool
) -> str:
    """Return the text of a message; sealed words go out as they are."""
    if story.text_sealed is not None:
        text = sealer.open_text(story.text_sealed)
        asked = _ASKED_UNDER.get(copy_key)
        # Not sealed with the text: repeated in a reply, its numbers would mean something else.
        return f"{text}\n\n{deps.copybook.render(asked)}" if asked else text
    known = Known(
        quota=_STATES.get(story.outcome, "none"), may_promise_tomorrow=may_promise_tomorrow
    )
    if copy_key == "reminder.unfinished":
        position = position_from_json(sealer.open(story.position_sealed))
        values = progress_values(Scene("", position, known, deps.forms))
    else:
        values = _outcome_values(deps, story)
    return deps.copybook.render(Say(copy_key, values, options_under(copy_key, known)))


def rating_words(deps: Deps) -> str:
    """Return the question under an answer of the staff: how they liked it."""
    return deps.copybook.render(_ASKED_UNDER[RATED])


def template_fields(deps: Deps, copy_key: str, at: datetime) -> dict[str, str]:
    """Return the fields of the progress template: no amount, no outcome, nothing personal."""
    key = "template.letter" if copy_key == READY else "template.progress"
    return deps.copybook.fields(key, at=at)


def options_under(copy_key: str, known: Known) -> tuple[Option, ...]:
    """Return the options that a message of this key shows, so that a typed number means them."""
    if copy_key == "reminder.unfinished":
        return options.PAUSED
    if copy_key in _ASKED_UNDER:
        return _ASKED_UNDER[copy_key].options
    if copy_key == "reminder.tomorrow":
        return REMINDED_TOMORROW
    return options.after_outcome(known) if copy_key.startswith(("quota.", "review.")) else ()


def seen_last(position: Position, told_since: str | None, known: Known) -> Position:
    """Return the position with the options that the person saw last, under a message sent since."""
    if told_since is None:
        return position
    offered = tuple(option.id for option in options_under(told_since, known))
    return position.moved(offered=offered) if offered else position


def _outcome_values(deps: Deps, story: Story) -> dict[str, object]:
    case = story.case
    opened = (case.decided_at if case else None) or deps.clock.now()
    due = (case.review_due_at if case else None) or staff.due("review", opened)
    told: dict[str, object] = {"due_on": due, "will_be_told": True, "main_reasons": []}
    return told | (case_words(deps, case) if case else {})
