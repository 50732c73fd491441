"""Yes and no to the three consents, each given alone and none taken for granted."""

from app.dialogue import edited, options, progress
from app.dialogue.readers.agreement import read_agreement
from app.dialogue.scene import Scene, proceed, sensitive_questions, stay
from app.dialogue.types import Asked, Consented, Effect, Position, Say, Turn
from app.dialogue.words import squash

_READ_FIRST = frozenset(
    ("先看说明", "看说明", "说明", "隐私说明", "先看看", "看看说明", "先看", "隐私")
)


def open_check(scene: Scene, before: tuple[Say, ...] = ()) -> Turn:
    """Begin a check: the notice first, unless its consent is already given."""
    form = scene.forms.current
    blank = Position(form=form.name, version=form.version)
    if "answers" in scene.known.consents:
        return proceed(scene, blank, before=before)
    position = blank.moved(stage="consent")
    notice = Say("consent.notice", _notice(scene), options.CONSENT)
    return Turn(position, (*edited.greeting(scene.known), *before, notice))


def typed_in_consent(scene: Scene) -> Turn | None:
    """Read yes, no or "first the notice" where consent is awaited."""
    if squash(scene.words) in _READ_FIRST:
        return read_notice(scene)
    told = read_agreement(scene.words)
    return None if told is None else answer_consent(scene, given=told)


def answer_consent(scene: Scene, *, given: bool) -> Turn:
    """Keep the consent to the questions and go on, or end kindly."""
    effect = Consented("answers", "given" if given else "refused", "consent.notice", scene.words)
    if given:
        return proceed(scene, scene.home(), (effect,))
    say = Say("consent.declined", options=options.when_idle(Position(), scene.known))
    return Turn(Position(), (say,), (effect,))


def read_notice(scene: Scene) -> Turn:
    """Show what is collected and why, in short, and ask again."""
    return stay(scene, Say("consent.details", _notice(scene)))


def typed_in_sensitive(scene: Scene) -> Turn | None:
    """Read yes or no where the separate consent is awaited."""
    told = read_agreement(scene.words)
    return None if told is None else answer_sensitive(scene, given=told)


def answer_sensitive(scene: Scene, *, given: bool) -> Turn:
    """Keep the separate consent and go on, or pause the form and offer a person."""
    effect = Consented(
        "sensitive", "given" if given else "refused", "consent.sensitive", scene.words
    )
    if given:
        named = tuple(question.key for question in sensitive_questions(scene))
        home = scene.home().moved(agreed_to=named)
        return proceed(scene, home, (effect,), agreed=True)
    paused = scene.home().moved(stage="idle")
    return Turn(
        paused, (Say("consent.sensitive_declined", options=options.AFTER_REFUSAL),), (effect,)
    )


def ask_marketing(scene: Scene, turn: Turn) -> Turn:
    """Ask once, after the outcome, whether new products may be told of."""
    if not scene.known.may_ask_marketing or turn.position.stage != "idle":
        return turn
    further = turn.says[-1].options
    says = tuple(Say(say.key, say.values) for say in turn.says)
    ask = Say("consent.marketing", options=(*options.MARKETING, *further))
    return Turn(turn.position.moved(stage="marketing"), (*says, ask), turn.effects)


def typed_in_marketing(scene: Scene) -> Turn | None:
    """Read yes or no to being told of new products; anything else is no answer and no consent."""
    told = read_agreement(scene.words)
    return None if told is None else answer_marketing(scene, given=told)


def answer_marketing(scene: Scene, *, given: bool) -> Turn:
    """Keep the answer about new products."""
    effect = Consented(
        "marketing", "given" if given else "refused", "consent.marketing", scene.words
    )
    return stay(scene, Say("consent.marketing_yes" if given else "consent.marketing_no"), (effect,))


def ask_marketing_again(scene: Scene) -> Turn:
    """Answer a late tap on the marketing question by showing it anew: consent needs its words."""
    if scene.stage != "idle":
        return stay(scene, Say("form.stale"))
    position = scene.home().moved(stage="marketing")
    return Turn(position, (Say("consent.marketing", options=options.MARKETING),))


def withdraw(scene: Scene) -> Turn:
    """End every live consent at once; an unfinished form ends with it."""
    effects: tuple[Effect, ...] = tuple(
        Consented(purpose, "withdrawn", "command.withdraw", scene.words)
        for purpose in ("answers", "sensitive", "marketing")
        if purpose in scene.known.consents
    )
    unfinished = scene.position.answers and not scene.position.submitted
    discard = (Asked("discard", scene.words),) if unfinished else ()
    say = Say("consent.withdrawn", options=options.when_idle(Position(), scene.known))
    return Turn(Position(), (say,), (*effects, *discard))


def _notice(scene: Scene) -> dict[str, object]:
    """Return what the notice lists, from the schema of every form that a check may lead to."""
    opening = scene.forms.current
    fields = {q.key: q for form in (opening, *scene.forms.newest) for q in form.questions}
    plain = [q for q in fields.values() if not q.sensitive]
    return {
        "count": len(progress.numbered(opening, {})),
        "plain": [q.title for q in plain if opening.find(q.key)],
        "firm": [q.title for q in plain if not opening.find(q.key)],
        "sensitive": [q.title for q in fields.values() if q.sensitive],
        "sensitive_count": sum(q.sensitive for q in opening.questions),
        "fields": [
            {"title": q.title, "why": q.why, "optional": q.optional} for q in fields.values()
        ],
    }
