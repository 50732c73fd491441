"""What a tapped option stands for; a tap on an old bubble changes nothing by itself."""

from collections.abc import Callable, Mapping
from functools import partial

from app.dialogue import answering, commands, confirming, consents, options, tags
from app.dialogue.intents import named
from app.dialogue.scene import IN_FORM, Scene, stay
from app.dialogue.types import Say, Stage, Turn


def take(scene: Scene, tap: str) -> Turn | None:
    """Do what a tapped option stands for; None when its id is not one of ours."""
    kind, _, rest = tap.partition(".")
    if kind in _BY_KIND:
        return _BY_KIND[kind](scene, rest)
    if tap not in _STAGE_TAPS:
        return None
    expected, act = _STAGE_TAPS[tap]
    return act(scene) if scene.position.stage == expected else _LATE_TAPS.get(tap, _stale)(scene)


def _tapped_meaning(scene: Scene, value: str) -> Turn:
    """Take one of the readings that were offered."""
    question = scene.question if scene.stage == "asking" else None
    return (question and answering.meant(scene, question, value)) or _stale(scene)


def _tapped_answer(scene: Scene, choice: str) -> Turn:
    """Answer the current question, or offer to change an earlier one."""
    key, _, code = choice.partition(".")
    question = scene.form.find(key)
    if question is None or scene.stage not in IN_FORM:
        return _stale(scene)
    if scene.stage == "asking" and scene.position.question == key:
        return answering.tapped(scene, question, code) or _stale(scene)
    if key in scene.position.answers:
        return answering.offer_change(scene, question, code)
    return _stale(scene)


def _tapped_change(scene: Scene, choice: str) -> Turn:
    """Make a change that was offered."""
    key, _, code = choice.partition(".")
    question = scene.form.find(key)
    if question is None or scene.stage not in IN_FORM or key not in scene.position.answers:
        return _stale(scene)
    return answering.tapped(scene, question, code) or _stale(scene)


def _tapped_command(scene: Scene, name: str) -> Turn | None:
    """Do the command that an option names."""
    if name == "cancel":
        return commands.cancel(scene)
    what, _, number = name.partition(".")
    if what == "edit" and number.isdecimal() and number.isascii():
        return commands.edit(scene, int(number[:2]))
    intent = named(what)
    return commands.COMMANDS[intent](scene) if intent else None


def _tapped_rating(scene: Scene, score: str) -> Turn | None:
    """Take how the staff's last answer was."""
    return commands.rate(scene, int(score)) if score in ("1", "2", "3") else None


def _stale(scene: Scene) -> Turn:
    """Say kindly that an old option no longer fits, and return to where we are."""
    return stay(scene, Say("form.stale"))


_BY_KIND: Mapping[str, Callable[[Scene, str], Turn | None]] = {
    "q": _tapped_answer,
    "e": _tapped_change,
    "p": _tapped_meaning,
    "c": _tapped_command,
    options.TAG: tags.delete,
    "rate": _tapped_rating,
}
_STAGE_TAPS: Mapping[str, tuple[Stage, Callable[[Scene], Turn]]] = {
    "consent.answers.yes": (
        "consent",
        lambda s: consents.answer_consent(s, given=True),
    ),
    "consent.answers.no": (
        "consent",
        lambda s: consents.answer_consent(s, given=False),
    ),
    "consent.answers.read": ("consent", consents.read_notice),
    "consent.sensitive.yes": (
        "sensitive",
        lambda s: consents.answer_sensitive(s, given=True),
    ),
    "consent.sensitive.no": (
        "sensitive",
        lambda s: consents.answer_sensitive(s, given=False),
    ),
    "consent.marketing.yes": (
        "marketing",
        lambda s: consents.answer_marketing(s, given=True),
    ),
    "consent.marketing.no": (
        "marketing",
        lambda s: consents.answer_marketing(s, given=False),
    ),
    "confirm.submit": ("confirming", confirming.submit),
    "confirm.human": ("confirming", confirming.submit_to_person),
    "confirm.discard": ("confirming", confirming.discard),
    "erase.yes": ("erasing", commands.erase_now),
    "erase.no": ("erasing", commands.cancel),
    "restart.yes": ("restarting", commands.restart_now),
    "restart.no": ("restarting", commands.resume),
    **{
        option.id: (
            "handover_time",
            partial(commands.handover_at, time=option.label),
        )
        for option in options.HANDOVER_TIME
    },
}
_LATE_TAPS: Mapping[str, Callable[[Scene], Turn]] = {
    "consent.answers.yes": commands.check,
    "consent.answers.read": commands.privacy,
    "consent.marketing.yes": consents.ask_marketing_again,
    "consent.marketing.no": commands.stop_marketing,
    "confirm.human": confirming.submit_paused_to_person,
    "confirm.discard": confirming.discard_paused,
    "erase.yes": commands.erase,
    "restart.yes": commands.restart,
}
