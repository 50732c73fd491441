"""Where edited words are said: before the notice, instead of a stock answer, out of hours."""

from collections.abc import Sequence
from dataclasses import replace

from app.dialogue import topics
from app.dialogue.edition import find_keyword, in_pieces
from app.dialogue.scene import Scene, stay
from app.dialogue.types import Known, Option, Say, Turn

WORDS = "edited.words"


def says(text: str, options: Sequence[Option] = ()) -> Say:
    """Return edited words as something to say."""
    return Say(WORDS, {"lines": in_pieces(text)}, tuple(options))


def greeting(known: Known) -> tuple[Say, ...]:
    """Return what stands before the notice, if anything does."""
    return (says(known.edition.greeting),) if known.edition.greeting else ()


def stock(known: Known, topic: str) -> Say:
    """Return the answer to a question that people always ask, ours or the edited one."""
    edited = known.edition.answers.get(topic, "")
    return says(edited) if edited else Say(topic)


def keyword(scene: Scene) -> Turn | None:
    """Answer a keyword; a complaint is never taken for one."""
    if topics.is_complaint(scene.words):
        return None
    rule = find_keyword(scene.words, scene.known.edition.keywords)
    return stay(scene, says(rule.answer)) if rule else None


def closing(scene: Scene, turn: Turn) -> Turn:
    """Add what is said while nobody is at work to what was left for the staff."""
    text = scene.known.edition.closing
    if not text or scene.known.staff_is_in:
        return turn
    first, *rest = turn.says
    spoken = (replace(first, options=()), says(text, first.options), *rest)
    return Turn(turn.position, spoken, turn.effects)
