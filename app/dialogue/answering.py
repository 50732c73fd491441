"""The stage "asking": an answer is read, kept, corrected, or kindly asked for again."""

from collections.abc import Mapping

from app.dialogue import progress
from app.dialogue.labels import shown
from app.dialogue.readers.answers import chosen, read_answer
from app.dialogue.readers.reading import Got, Which
from app.dialogue.scene import OFTEN, Scene, ask, proceed, stay
from app.dialogue.schema import Question
from app.dialogue.types import (
    Answer,
    Answered,
    Effect,
    Option,
    Position,
    Reached,
    Say,
    Stopped,
    Turn,
)
from app.dialogue.words import own_words


def try_answer(scene: Scene, question: Question) -> Turn | None:
    """Read the words as an answer; None when they are none."""
    reading = read_answer(question, scene.words)
    if isinstance(reading, Which):
        position = scene.home().moved(pending=reading.values, misses=0, own_words=False)
        return ask(scene, position)
    if not isinstance(reading, Got):
        return _mate(scene, question)
    if not reading.is_sure and str(reading.value) in (question.stops or {}):
        return _make_sure(scene, question, reading)
    if reading.value == question.free:
        return _own_words(scene, question, reading)
    return keep(scene, question, reading)


def tapped(scene: Scene, question: Question, code: str) -> Turn | None:
    """Take a tapped or numbered choice of the current question."""
    choice = question.choice(code)
    if choice is None:
        return None
    if choice.code == question.free:
        return _own_words(scene, question, Got(choice.code))
    return keep(scene, question, Got(chosen(choice)))


def meant(scene: Scene, question: Question, value: str) -> Turn | None:
    """Take one of the readings that were offered (两三万 → 3万)."""
    if value not in {str(pending) for pending in scene.position.pending}:
        return None
    return keep(scene, question, Got(value if question.reader == "region" else int(value)))


def unreadable(scene: Scene, question: Question) -> Turn:
    """Say in one kind sentence what would be understood, and ask again."""
    position = scene.home().moved(misses=min(scene.position.misses + 1, OFTEN))
    often = position.misses >= OFTEN
    key = "form.unreadable_often" if often else f"form.unreadable_{question.reader}"
    sorry = Say(key, {"optional": question.optional, "question": question.key})
    return ask(scene, position, before=(sorry,))


def keep(scene: Scene, question: Question, got: Got) -> Turn:
    """Keep an answer and go on, or end where the law ends it."""
    cause = (question.stops or {}).get(str(got.value))
    if cause:
        return Turn(Position(), (Say(f"stop.{cause}"),), (Stopped(cause),))
    before = scene.position
    given = {question.key: Answer(got.value, scene.how, got.words)} | _together(
        scene, question, got
    )
    corrected = question.key in before.answers
    answers = {**before.answers, **given}
    if corrected:
        answers = _without_mates(scene, question, answers, given)
    moved = before.moved(answers=answers)
    form = progress.form_for(scene.forms, moved) or scene.form
    answers = progress.settled(form, answers)
    # Given together with another, before it was asked: it counts as reached all the same.
    unasked = tuple(key for key in given if key in answers and key not in before.reached)
    position = moved.moved(
        answers=answers,
        history=_history(before, given, answers),
        reached=(*before.reached, *unasked),
    )
    effects: tuple[Effect, ...] = tuple(Reached(key) for key in unasked) + tuple(
        Answered(key, answer, corrected=key in before.answers)
        for key, answer in given.items()
        if key in answers
    )
    return proceed(scene, position, (*effects, *progress.dropped(before.answers, answers)))


def offer_change(scene: Scene, question: Question, code: str) -> Turn:
    """Answer a tap on an old question's option: offer the change, change nothing yet."""
    old = scene.position.answers[question.key]
    choice = question.choice(code)
    if choice is None or choice.code == question.free or chosen(choice) == old.value:
        return stay(scene, Say("form.stale"))
    home = scene.home()
    values = {"title": question.title, "old": shown(question, old), "new": choice.label}
    both = (
        Option(f"e.{question.key}.{choice.code}", f"改成{choice.label}"),
        Option("c.resume", "不改，接着填"),
    )
    return Turn(home, (Say("form.change_offer", values, both),))


def _make_sure(scene: Scene, question: Question, got: Got) -> Turn:
    """Ask before ending a conversation over a word found inside a sentence (学生家长)."""
    position = scene.home().moved(own_words=False, misses=0, pending=())
    label = shown(question, Answer(got.value))
    return ask(scene, position, before=(Say("form.sure", {"label": label}),))


def _own_words(scene: Scene, question: Question, got: Got) -> Turn:
    """Take the person's own words for "other", or ask for them."""
    if got.words:
        return keep(scene, question, Got(got.value, words=own_words(got.words)))
    position = scene.home().moved(stage="asking", question=question.key, own_words=True, misses=0)
    return ask(scene, position)


def _mate(scene: Scene, question: Question) -> Turn | None:
    """Correct the other answer under the same number (改7 → 两年 keeps the amount)."""
    mates = (q for q in scene.form.questions if q.shares_number_with == question.key)
    mate = next((q for q in mates if q.key in scene.position.answers), None)
    reading = read_answer(mate, scene.words) if mate else None
    return keep(scene, mate, reading) if mate and isinstance(reading, Got) else None


def _together(scene: Scene, question: Question, got: Got) -> dict[str, Answer]:
    """Return the answers to further questions that the same message gave (3万 一年)."""
    seen = {q.key for q in progress.visible(scene.form, scene.position.answers)} - {question.key}
    return {key: Answer(value, "together") for key, value in got.others if key in seen}


def _without_mates(
    scene: Scene, question: Question, answers: Mapping[str, Answer], given: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Drop the other answer under the same number, so that it is asked again with this one."""
    mates = {q.key for q in scene.form.questions if q.shares_number_with == question.key}
    return {key: answer for key, answer in answers.items() if key in given or key not in mates}


def _history(
    before: Position, given: Mapping[str, Answer], answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """Return the questions answered in order; answers given together go back together."""
    fresh = [key for key in given if key not in before.answers and key in answers]
    kept = tuple(e for e in before.history if any(key in answers for key in e.split("+")))
    return (*kept, "+".join(fresh)) if fresh else kept
