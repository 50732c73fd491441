"""One step of the conversation: what was said and where it stood become what happens next."""

from collections.abc import Callable, Mapping

from app.dialogue import (
    answering,
    commands,
    confirming,
    consents,
    edited,
    options,
    progress,
    tags,
    taps,
    topics,
)
from app.dialogue.intents import Intent, edit_number, find_intent, named
from app.dialogue.readers.choices import option_number
from app.dialogue.scene import (
    IN_FORM,
    Scene,
    ask,
    proceed,
    progress_values,
    prompt,
    staff_values,
    stay,
)
from app.dialogue.schema import Forms
from app.dialogue.types import (
    Arrived,
    Asked,
    Known,
    Pointed,
    Position,
    Said,
    Say,
    Showed,
    Stage,
    Turn,
    Typed,
)
from app.dialogue.words import squash

ABSENCE_SECONDS = 30 * 60
"""After this long a return to a form begins with a recap."""

_LONGEST_MESSAGE = 2_000
_NO_COMMAND: tuple[Intent | None, ...] = (None, "hello", "thanks")
"""After a question, 好的 or 嗯 is an answer."""
_SAID_BY_A_RECAP = ("form.unreadable", "command.hello", "form.here_we_are")


def step(said: Said, position: Position, known: Known, forms: Forms) -> Turn:
    """Answer one message, event or tap; total and pure."""
    scene = Scene("", _sound(position, known, forms), known, forms)
    turn = _with_recap(_take(said, scene), scene)
    offered = tuple(option.id for say in turn.says for option in say.options)
    return Turn(turn.position.moved(offered=offered), turn.says, turn.effects)


def _sound(position: Position, known: Known, forms: Forms) -> Position:
    """Return the position, or a safe one when its form is gone or it contradicts itself."""
    scene = Scene("", position, known, forms)
    if scene.stage not in IN_FORM and scene.stage != "consent" and not position.answers:
        return position
    form = progress.form_for(forms, position)
    if form is None:
        return Position()
    answers = progress.settled(form, position.answers)
    sound = position.moved(answers=answers, form=form.name)
    if scene.stage in ("asking", "sensitive") and not _is_asked(scene.at(sound)):
        return proceed(scene, sound).position
    return sound


def _is_asked(scene: Scene) -> bool:
    """Tell whether the position's question is one that can be waited for."""
    visible = progress.visible(scene.form, scene.position.answers)
    return any(question.key == scene.position.question for question in visible)


def _take(said: Said, scene: Scene) -> Turn:
    """Hand what was said to whoever understands it."""
    if isinstance(said, Typed):
        words = said.words[:_LONGEST_MESSAGE]
        how = "tapped" if said.option_id else "typed"
        heard = Scene(words, scene.position, scene.known, scene.forms, how)
        return _typed(heard, said.option_id or "")
    if isinstance(said, Pointed):
        return _pointed(said, scene)
    if isinstance(said, Showed):
        return stay(scene, Say("command.not_words", {"kind": said.kind}))
    return _arrived(said, scene)


def _arrived(said: Arrived, scene: Scene) -> Turn:
    """Open the check for who follows, scans or presses its button; other buttons are commands."""
    intent = named(said.key) if said.by == "menu" else None
    return commands.COMMANDS[intent or "check"](scene)


def _pointed(said: Pointed, scene: Scene) -> Turn:
    """Take a location as the answer to the region question."""
    question = scene.question
    if scene.stage == "asking" and question and question.reader == "region":
        placed = Scene(said.label, scene.position, scene.known, scene.forms, how="place")
        turn = answering.try_answer(placed, question)
        return turn or answering.unreadable(placed, question)
    return stay(scene, Say("command.not_words", {"kind": "location"}))


def _typed(scene: Scene, tap: str) -> Turn:
    """Understand a tap, a number, distress, the stage's own words, a command, or free words."""
    turn = taps.take(scene, tap) if tap else None
    if turn is None and not tap and not scene.known.was_just_asked:
        turn = _numbered(scene) or _rated(scene)
    distress = topics.find_distress(scene.words) if turn is None else None
    if distress:
        turn = _care(scene, distress)
    return turn or _asked_by_staff(scene) or _in_stage(scene) or _command(scene) or _spoken(scene)


def _asked_by_staff(scene: Scene) -> Turn | None:
    """Take whatever follows a reviewer's question at once as its answer, except a command."""
    if not scene.known.was_just_asked or not scene.words.strip():
        return None
    is_command = edit_number(scene.words) is not None or find_intent(scene.words) not in _NO_COMMAND
    return None if is_command else commands.reply_to_staff(scene)


def _numbered(scene: Scene) -> Turn | None:
    """Take a typed number as the option that was seen under it."""
    place = option_number(scene.words)
    if place is None or scene.position.own_words:
        return None
    if scene.position.stage == "choosing_edit":
        return commands.edit(scene, place)
    offered = scene.position.offered
    if not offered and scene.position.stage in ("idle", "marketing"):
        offered = tuple(o.id for o in options.when_idle(scene.position, scene.known))
    return taps.take(scene, offered[place - 1]) if 1 <= place <= len(offered) else None


def _rated(scene: Scene) -> Turn | None:
    """Take the label of a rating, typed, while the ratings are what was seen last."""
    if options.RATING[0].id not in scene.position.offered:
        return None
    typed = squash(scene.words)
    rating = next((option for option in options.RATING if option.label == typed), None)
    return taps.take(scene, rating.id) if rating else None


def _in_stage(scene: Scene) -> Turn | None:
    """Read the words that only this stage understands."""
    reader = _STAGE_READERS.get(scene.position.stage)
    return reader(scene) if reader else None


def _command(scene: Scene) -> Turn | None:
    """Do what was asked for, if the whole message asks for something."""
    number = edit_number(scene.words)
    if number is not None and (scene.stage in IN_FORM or scene.position.submitted):
        return commands.edit(scene, number)
    intent = find_intent(scene.words)
    if intent is None:
        return None
    question = scene.question if scene.position.stage == "asking" else None
    if intent == "skip" and question and question.optional:
        return answering.tapped(scene, question, "skipped")
    return commands.COMMANDS[intent](scene)


def _spoken(scene: Scene) -> Turn:
    """Read a message for the staff, a known question, an answer, a keyword, or none of these."""
    stage = scene.position.stage
    if stage == "human_message":
        return commands.leave_message(scene) if scene.words.strip() else commands.human(scene)
    topic = topics.find_topic(scene.words)
    if topic:
        return stay(scene, edited.stock(scene.known, topic))
    question = scene.question if stage == "asking" else None
    if question:
        # What answers the question is an answer, whatever operators have made a keyword.
        answer = answering.try_answer(scene, question) or edited.keyword(scene)
        return answer or _late_reply(scene) or answering.unreadable(scene, question)
    if topics.is_complaint(scene.words):
        say = Say("command.complaint_recorded", staff_values(scene))
        return stay(scene, say, (Asked("complaint", scene.words),))
    return edited.keyword(scene) or _late_reply(scene) or _unmatched(scene)


def _late_reply(scene: Scene) -> Turn | None:
    """Take words that nothing else was waiting for as the answer to a reviewer's open question."""
    is_open = scene.known.has_staff_question and bool(scene.words.strip())
    return commands.reply_to_staff(scene) if is_open else None


def _unmatched(scene: Scene) -> Turn:
    """Admit that the words were not understood; outside a form the staff will see them."""
    if prompt(scene):
        return ask(scene, scene.position, before=(Say("command.please_choose"),))
    if topics.wants_to_borrow(scene.words):
        return commands.check(scene)
    asked = (Asked("unmatched", scene.words),) if scene.words.strip() else ()
    say = Say("command.unmatched", staff_values(scene))
    return edited.closing(scene, stay(scene, say, asked))


def _care(scene: Scene, kind: topics.Distress) -> Turn:
    """Answer distress with care and people; an open form waits, unpressed."""
    home = scene.home()
    if scene.stage in IN_FORM:
        home = home.moved(stage="idle", pending=(), own_words=False, misses=0, editing="")
    elif scene.stage == "consent":
        home = Position()
    can_go_on = options.is_paused(home)
    offered = (options.PAUSED[0], options.BEGIN[-1]) if can_go_on else (options.BEGIN[-1],)
    values = {"kind": kind, "paused": can_go_on, **staff_values(scene)}
    say = Say("distress.care", values, offered)
    return Turn(home, (say,), (Asked("distress", scene.words),))


def _with_recap(turn: Turn, scene: Scene) -> Turn:
    """Begin with where we were, when somebody comes back to an open form after a while."""
    away = scene.known.idle_seconds > ABSENCE_SECONDS
    still_in_form = scene.stage in IN_FORM and turn.position.stage in (
        "asking",
        "sensitive",
        "confirming",
    )
    if not (away and still_in_form) or any(say.key == "form.recap" for say in turn.says):
        return turn
    recap = Say("form.recap", progress_values(scene.at(turn.position)))
    says = tuple(say for say in turn.says if not say.key.startswith(_SAID_BY_A_RECAP))
    return Turn(turn.position, (recap, *says), turn.effects)


_STAGE_READERS: Mapping[Stage, Callable[[Scene], Turn | None]] = {
    "consent": consents.typed_in_consent,
    "sensitive": consents.typed_in_sensitive,
    "confirming": confirming.typed_in_summary,
    "erasing": confirming.typed_in_erasing,
    "restarting": confirming.typed_in_restarting,
    "handover_time": confirming.typed_in_handover,
    "marketing": consents.typed_in_marketing,
    "choosing_tag": tags.typed_in_tags,
}
