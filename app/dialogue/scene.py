"""One moment of a conversation, as every handler is given it, and the ways a turn can end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.dialogue import options, progress
from app.dialogue.labels import candidates, shown
from app.dialogue.schema import Form, Forms, Question
from app.dialogue.types import Effect, Known, Option, Position, Reached, Say, Stage, Turn

IN_FORM: frozenset[Stage] = frozenset({"asking", "sensitive", "confirming", "choosing_edit"})
DIGRESSIONS: frozenset[Stage] = frozenset(
    {"erasing", "restarting", "handover_time", "human_message", "choosing_tag"}
)
OFTEN = 3
"""Unreadable answers in a row after which a person and skipping are offered."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What was said, where the conversation stood, and what is known about the person."""

    words: str
    position: Position
    known: Known
    forms: Forms
    how: str = "typed"

    @property
    def stage(self) -> Stage:
        """Return the stage of the conversation itself, seen through a digression."""
        position = self.position
        stage = (position.back_to or "idle") if position.stage in DIGRESSIONS else position.stage
        return "idle" if stage == "marketing" else stage

    @property
    def form(self) -> Form:
        """Return the form that the answers lead to."""
        return progress.form_for(self.forms, self.position) or self.forms.current

    @property
    def question(self) -> Question | None:
        """Return the question that was asked last."""
        return self.form.find(self.position.question)

    def at(self, position: Position) -> "Scene":
        """Return the same moment at another position."""
        return replace(self, position=position)

    def home(self) -> Position:
        """Return the position without its digression."""
        return self.position.moved(stage=self.stage, back_to=None, message="human")


def staff_values(scene: Scene) -> dict[str, object]:
    """Return what a promise of the staff's answer needs: whether they are in, else since when."""
    known = scene.known
    return {"staff_is_in": known.staff_is_in, "opens_at": known.staff_opens_at}


def stay(scene: Scene, say: Say, effects: tuple[Effect, ...] = ()) -> Turn:
    """Say something, then ask again what was being asked, or offer what can be done."""
    home = scene.home()
    again = prompt(scene.at(home))
    if again is None:
        offered = say.options or options.when_idle(home, scene.known)
        return Turn(home, (replace(say, options=offered),), effects)
    return Turn(home, (replace(say, options=()), again), effects)


def digress(scene: Scene, stage: Stage, effects: tuple[Effect, ...] = ()) -> Turn:
    """Open a short question of its own, and remember where to return."""
    position = scene.position.moved(stage=stage, back_to=scene.stage)
    return ask(scene, position, effects)


def proceed(
    scene: Scene,
    position: Position,
    effects: tuple[Effect, ...] = (),
    *,
    agreed: bool = False,
    before: tuple[Say, ...] = (),
) -> Turn:
    """Go on to the first visible question still empty, its consent, or the summary."""
    form = progress.form_for(scene.forms, position) or scene.forms.current
    question = progress.next_question(form, position.answers)
    fresh = position.moved(
        form=form.name, question="", editing="", misses=0, pending=(), back_to=None,
        own_words=False, submitted=False,
    )  # fmt: skip
    if question is None:
        fresh = fresh.moved(stage="confirming")
    elif question.sensitive and not (agreed or _is_agreed_to(scene, position, question)):
        fresh = fresh.moved(stage="sensitive", question=question.key)
    else:
        fresh = fresh.moved(stage="asking", question=question.key)
        if question.key not in fresh.reached:
            fresh = fresh.moved(reached=(*fresh.reached, question.key))
            effects = (*effects, Reached(question.key))
    return ask(scene, fresh, effects, before)


def _is_agreed_to(scene: Scene, position: Position, question: Question) -> bool:
    """Tell whether a live separate consent named this question; another branch asks others."""
    return question.key in position.agreed_to and "sensitive" in scene.known.consents


def ask(
    scene: Scene,
    position: Position,
    effects: tuple[Effect, ...] = (),
    before: tuple[Say, ...] = (),
) -> Turn:
    """Move to a position and ask what it waits for."""
    say = prompt(scene.at(position))
    return Turn(position, (*before, say) if say else before, effects)


def prompt(scene: Scene) -> Say | None:
    """Return the words that ask what the position waits for; None when it waits for nothing."""
    position = scene.position
    question = scene.question
    if position.stage == "asking" and question:
        return _question_words(scene, question)
    if position.stage in ("confirming", "choosing_edit"):
        return _summary_words(scene)
    if position.stage == "sensitive":
        return Say("consent.sensitive", _sensitive_values(scene), options.SENSITIVE)
    if position.stage == "human_message":
        return _MESSAGE_PROMPTS.get(position.message, _MESSAGE_PROMPTS["human"])
    return _tags(scene) or _PLAIN_PROMPTS.get(position.stage)


def _tags(scene: Scene) -> Say | None:
    """Return the person's tags, each with the option that deletes it, where they are looked at."""
    known = scene.known
    if scene.position.stage != "choosing_tag" or not known.tags:
        return None
    return Say("tags.mine", {"count": len(known.tags)}, options.of_tags(known))


def _summary_words(scene: Scene) -> Say:
    """Return the summary, to be confirmed or to choose a change from."""
    values = {"items": summary(scene)}
    if scene.position.stage == "confirming":
        return Say("form.summary", values, options.CONFIRM)
    return Say("form.edit_which", values, _editable(scene))


_PLAIN_PROMPTS: Mapping[Stage, Say] = {
    "consent": Say("consent.again", options=options.CONSENT),
    "erasing": Say("command.erase_sure", options=options.ERASE),
    "restarting": Say("command.restart_sure", options=options.RESTART),
    "handover_time": Say("command.handover_when", options=options.HANDOVER_TIME),
}
_MESSAGE_PROMPTS: Mapping[str, Say] = {
    "human": Say("command.human", options=options.NO_MESSAGE),
    "correct": Say("command.correct", options=options.NO_MESSAGE),
}


def summary(scene: Scene) -> tuple[dict[str, object], ...]:
    """Return the answered questions with their numbers, as the summary shows them."""
    answers = scene.position.answers
    return tuple(
        {
            "number": place,
            "title": group[0].title,
            "shown": "，".join(shown(q, answers[q.key]) for q in group if q.key in answers),
        }
        for place, group in enumerate(progress.numbered(scene.form, answers), start=1)
        if any(q.key in answers for q in group)
    )


def progress_values(scene: Scene) -> dict[str, object]:
    """Return the number of the current question, how many there are, and how many are left."""
    groups = progress.numbered(scene.form, scene.position.answers)
    left = sum(any(q.key not in scene.position.answers for q in group) for group in groups)
    number = progress.number_of(scene.form, scene.position.answers, scene.position.question)
    return {"number": number or len(groups), "total": len(groups), "left": left}


def _question_words(scene: Scene, question: Question) -> Say:
    """Return the current question, or the question which of several readings was meant."""
    values = progress_values(scene)
    if scene.position.pending:
        return Say(
            f"form.which_{question.reader}", values, candidates(question, scene.position.pending)
        )
    if scene.position.own_words:
        return Say("form.own_words", values)
    situation = scene.position.answers.get("situation")
    known = {"situation": situation.value if situation else ""}
    return Say(question.copy, {**values, **known}, _question_options(scene, question))


def _question_options(scene: Scene, question: Question) -> tuple[Option, ...]:
    """Return a question's options, and a person after several misses."""
    rescue = (Option("c.human", "找人工"),) if scene.position.misses >= OFTEN else ()
    return (*options.of_question(question), *rescue)


def sensitive_questions(scene: Scene) -> tuple[Question, ...]:
    """Return what the separate consent is about: the sensitive questions of this branch."""
    visible = progress.visible(scene.form, scene.position.answers)
    return tuple(question for question in visible if question.sensitive)


def _sensitive_values(scene: Scene) -> dict[str, object]:
    return {"titles": tuple(question.title for question in sensitive_questions(scene))}


def _editable(scene: Scene) -> tuple[Option, ...]:
    """Return an option for each answer that can be changed."""
    return tuple(
        Option(f"c.edit.{item['number']}", f"改{item['number']}") for item in summary(scene)
    )
