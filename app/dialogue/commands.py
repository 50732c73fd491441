"""What happens when a person asks for something at any moment of the conversation."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.dialogue import consents, edited, options, progress, tags
from app.dialogue.intents import Intent
from app.dialogue.scene import (
    DIGRESSIONS,
    IN_FORM,
    Scene,
    ask,
    digress,
    proceed,
    progress_values,
    staff_values,
    stay,
)
from app.dialogue.types import Asked, Consented, Effect, Position, Rated, Say, Told, Turn
from app.dialogue.words import own_words

_RECORDED = {"correct": "command.correct_recorded"}
_OUTCOMES = frozenset({"pending", "in_review", "approved", "declined"})


def back(scene: Scene) -> Turn:
    """Undo the last answer, the correction under way, or the digression."""
    position = scene.home()
    if scene.position.stage in DIGRESSIONS:
        return stay(scene, Say("command.as_before"))
    if scene.stage == "choosing_edit" or (scene.stage == "asking" and position.editing):
        return proceed(scene, position)
    if scene.stage not in IN_FORM:
        return stay(scene, Say("command.nothing_open"))
    if not position.history:
        return stay(scene, Say("form.first_already"))
    return _undo(scene, position)


def edit(scene: Scene, number: int | None = None) -> Turn:
    """Choose an answer to change, or change the one with this number."""
    position = scene.home()
    if position.submitted and scene.stage == "idle":
        position = proceed(scene, position).position
    elif scene.stage not in IN_FORM:
        return stay(scene, Say("command.nothing_open"))
    here = scene.at(position)
    if not position.answers:
        return stay(here, Say("form.first_already"))
    groups = progress.numbered(here.form, position.answers)
    if number is None:
        return stay(here.at(position.moved(stage="choosing_edit")), Say("form.edit_start"))
    group = groups[number - 1] if 1 <= number <= len(groups) else ()
    if not group or group[0].key not in position.answers:
        return stay(here, Say("form.edit_no_such", {"number": number}))
    key = group[0].key
    asking = position.moved(
        stage="asking", question=key, editing=key, misses=0, pending=(), own_words=False
    )
    return stay(
        here.at(asking), Say("form.edit_begun", {"number": number, "title": group[0].title})
    )


def skip(scene: Scene) -> Turn:
    """Say that a required question cannot be skipped (an optional one is answered as skipped)."""
    return stay(
        scene, Say("form.cannot_skip" if scene.stage == "asking" else "command.nothing_open")
    )


def restart(scene: Scene) -> Turn:
    """Begin anew, after asking whether the answers may go."""
    if scene.known.quota in ("pending", "in_review") and scene.stage == "idle":
        return quota(scene)
    if scene.position.answers and not scene.position.submitted:
        return digress(scene, "restarting")
    return consents.open_check(scene)


def restart_now(scene: Scene) -> Turn:
    """Drop the answers and ask the first question again."""
    effects = progress.dropped(scene.position.answers, ())
    turn = consents.open_check(scene)
    return Turn(turn.position, turn.says, (*effects, *turn.effects))


def leave(scene: Scene) -> Turn:
    """Put the form aside with its answers kept, and say how to go on."""
    if scene.position.stage in DIGRESSIONS:
        return stay(scene, Say("command.as_before"))
    if scene.stage in IN_FORM and scene.position.answers:
        values = progress_values(scene)
        paused = scene.home().moved(stage="idle", pending=(), own_words=False, misses=0, editing="")
        return Turn(paused, (Say("command.quit", values, options.PAUSED),))
    if scene.stage == "idle":
        return stay(scene, Say("command.nothing_open"))
    return Turn(Position(), (Say("command.quit_empty", options=options.BEGIN),))


def show_help(scene: Scene) -> Turn:
    """Say what can be asked for, mid-form shorter."""
    return stay(scene, Say("command.help_midform" if scene.stage in IN_FORM else "command.help"))


def human(scene: Scene) -> Turn:
    """Open a message for the staff."""
    return digress(scene, "human_message")


def leave_message(scene: Scene) -> Turn:
    """Keep the next words as the message for the staff."""
    what = scene.position.message
    say = Say(_RECORDED.get(what, "command.human_recorded"), staff_values(scene))
    return edited.closing(scene, stay(scene, say, (Asked(what, scene.words),)))


def correct(scene: Scene) -> Turn:
    """Change an answer of the open form; outside one, take the words as a request to correct."""
    if scene.stage in IN_FORM:
        return edit(scene)
    moved = scene.position.moved(stage="human_message", back_to=scene.stage, message="correct")
    return ask(scene, moved)


def restrict(scene: Scene) -> Turn:
    """Take a request that the person's data be kept and not used."""
    return stay(scene, Say("command.restrict_recorded"), (Asked("restrict", scene.words),))


def rate(scene: Scene, score: int) -> Turn:
    """Take how the staff's last answer was; after a bad one, say what else can be done."""
    if score == 1:
        say = Say("command.rated_bad", options=options.AFTER_BAD_RATING)
        return stay(scene, say, (Rated(score),))
    return stay(scene, Say("command.rated"), (Rated(score),))


def reply_to_staff(scene: Scene) -> Turn:
    """Keep the words as the answer to what a reviewer asked."""
    return stay(scene, Say("command.reply_recorded"), (Asked("reply", scene.words),))


def cancel(scene: Scene) -> Turn:
    """Leave a digression."""
    return stay(scene, Say("command.as_before"))


def why(scene: Scene) -> Turn:
    """Say why the current question is asked; outside a form, why the decision was as it was."""
    question = scene.question
    if scene.stage == "asking" and question:
        values = {
            "why": question.why,
            "optional": question.optional,
            "sensitive": question.sensitive,
        }
        return stay(scene, Say("form.why", values))
    if scene.stage == "sensitive":
        return stay(scene, Say("consent.sensitive_why"))
    if scene.stage == "idle" and scene.known.quota in ("approved", "declined"):
        return consents.ask_marketing(scene, _told(scene, Told("why")))
    if scene.stage == "idle" and scene.known.quota != "none":
        return _told(scene, Told("quota"))
    return stay(scene, Say("command.why_none"))


def quota(scene: Scene) -> Turn:
    """Show the outcome, or say that there is none yet."""
    if scene.known.quota == "none":
        return stay(scene, Say("command.quota_none", _whether_mid_form(scene)))
    turn = _told(scene, Told("quota"))
    return consents.ask_marketing(scene, turn) if scene.known.quota == "approved" else turn


def erase(scene: Scene) -> Turn:
    """Ask whether everything is to be deleted."""
    return digress(scene, "erasing")


def erase_now(scene: Scene) -> Turn:
    """Delete everything."""
    return Turn(Position(), (Say("command.erased"),), (Asked("erase", scene.words),))


def export(scene: Scene) -> Turn:
    """Hand out a copy of the person's data."""
    return _told(scene, Told("export"))


def stop_marketing(scene: Scene) -> Turn:
    """End marketing at once and for good."""
    effects: tuple[Effect, ...] = (
        Consented("marketing", "withdrawn", "command.stop_marketing", scene.words),
        Asked("stop_marketing", scene.words),
    )
    return stay(scene, Say("command.stop_marketing"), effects)


def complaint(scene: Scene) -> Turn:
    """Open a complaint, tell phone and page, and take the next words with it."""
    position = scene.position.moved(stage="human_message", back_to=scene.stage, message="complaint")
    say = Say("command.complaint", options=options.NO_MESSAGE)
    return Turn(position, (say,), (Asked("complaint", scene.words),))


def privacy(scene: Scene) -> Turn:
    """Show what is kept and why."""
    return (
        consents.read_notice(scene)
        if scene.stage == "consent"
        else stay(scene, Say("command.privacy"))
    )


def resume(scene: Scene) -> Turn:
    """Go on where the form was left."""
    if scene.position.stage in DIGRESSIONS:
        return stay(scene, Say("command.as_before"))
    if options.is_paused(scene.home()):
        turn = proceed(scene, scene.home())
        recap = Say("form.recap", progress_values(scene.at(turn.position)))
        return Turn(turn.position, (recap, *turn.says), turn.effects)
    if scene.stage == "idle":
        return stay(scene, Say("command.nothing_open"))
    return stay(scene, Say("form.here_we_are"))


def check(scene: Scene) -> Turn:
    """Open the check, go on with it, or show the outcome that already exists."""
    if scene.stage == "consent":
        return consents.open_check(scene)
    if scene.stage != "idle" or options.is_paused(scene.home()):
        return resume(scene)
    return quota(scene) if scene.known.quota in _OUTCOMES else consents.open_check(scene)


def handover(scene: Scene) -> Turn:
    """Ask for a good time to continue with the staff, once there is a quota to continue with."""
    if scene.known.has_open_handover:
        return _told(scene, Told("handover_status"))
    if scene.stage == "idle" and scene.known.quota == "approved":
        return digress(scene, "handover_time")
    if scene.stage == "idle" and scene.known.quota != "none":
        return quota(scene)
    return stay(scene, Say("command.handover_first", _whether_mid_form(scene)))


def handover_at(scene: Scene, time: str = "") -> Turn:
    """Keep the good time, chosen or in the person's own words, if there is still a quota."""
    if scene.known.quota != "approved":
        return quota(scene)
    asked = (Asked("handover", time or own_words(scene.words)),)
    return consents.ask_marketing(scene, stay(scene, Say("command.handover_recorded"), asked))


def review(scene: Scene) -> Turn:
    """Ask for a person to look at the decision again."""
    if scene.known.has_open_review:
        return _told(scene, Told("review_status"))
    if scene.stage in IN_FORM:
        return stay(scene, Say("command.review_midform"))
    if scene.known.quota == "none":
        return stay(scene, Say("command.review_none"))
    if scene.known.quota == "pending":
        return quota(scene)
    return stay(scene, Say("command.review_recorded"), (Asked("review", scene.words),))


def remind(scene: Scene) -> Turn:
    """Promise one reminder for tomorrow, only if it can be kept."""
    if scene.known.quota != "approved" or not scene.known.may_promise_tomorrow:
        return stay(scene, Say("command.remind_impossible"))
    asked = (Asked("remind_tomorrow", scene.words),)
    next_steps = options.after_outcome(replace(scene.known, may_promise_tomorrow=False))
    say = Say("command.remind_recorded", options=next_steps)
    return consents.ask_marketing(scene, stay(scene, say, asked))


def hello(scene: Scene) -> Turn:
    """Greet back."""
    return stay(scene, Say("command.hello"))


def thanks(scene: Scene) -> Turn:
    """Answer thanks."""
    return stay(scene, Say("command.thanks"))


COMMANDS: Mapping[Intent, Callable[[Scene], Turn]] = {
    "back": back, "edit": edit, "skip": skip, "restart": restart, "quit": leave, "help": show_help,
    "human": human, "why": why, "quota": quota, "erase": erase, "export": export,
    "stop_marketing": stop_marketing, "complaint": complaint, "privacy": privacy, "resume": resume,
    "check": check, "handover": handover, "review": review, "remind": remind,
    "withdraw": consents.withdraw, "tags": tags.show, "correct": correct, "restrict": restrict,
    "hello": hello, "thanks": thanks,
}  # fmt: skip


def _undo(scene: Scene, position: Position) -> Turn:
    """Take back the last answers and ask for them again."""
    *kept, last = position.history
    undone = last.split("+")
    answers = {key: answer for key, answer in position.answers.items() if key not in undone}
    effects = progress.dropped(position.answers, answers)
    earlier = position.moved(answers=answers, history=tuple(kept))
    turn = proceed(scene, earlier, effects, agreed=True)
    return Turn(turn.position, (Say("form.went_back"), *turn.says), turn.effects)


def _whether_mid_form(scene: Scene) -> dict[str, object]:
    """Return whether a form is open, for words that point to what comes next."""
    return {"mid_form": scene.stage in IN_FORM}


def _told(scene: Scene, told: Told) -> Turn:
    """Say what only the store knows; its words carry the topic as their key."""
    return stay(scene, Say(told.topic, options=options.after_outcome(scene.known)), (told,))
