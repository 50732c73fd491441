"""The funnel: from following to asking to apply, by days, channel, form and version.

Every number is how often something happened in these days, whoever has been erased since: each
step counts on the day it happened. Only medians are of people, and of those who were still here
when their day was folded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.errors import NotFound
from app.deps import Deps
from app.dialogue.schema import Form, Forms, Question
from app.queries.spans import Span
from app.steps.branching import asked_under, entry_of
from app.store import figures
from app.store.figures import StepSum, Took

_CHANNEL_LENGTH = 128
_VERSION_DIGITS = 5


@dataclass(frozen=True, slots=True)
class View:
    """What of the funnel is looked at; `channel` empty: all of them; `form` and version: one."""

    span: Span
    form: Form
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way: `kind` and `detail` of its events; None: nothing to compare with."""

    name: str
    kind: str
    detail: str
    count: int
    of_previous: float | None
    of_first: float | None


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question of the form: who saw it, answered, left, corrected, and how long it took.

    `hidden_by`: questions whose answers may hide it; `leads_to`: the forms that its answers open.
    """

    key: str
    title: str
    reached: int
    answered: int
    corrected: int
    median_seconds: int | None
    hidden_by: tuple[str, ...]
    leads_to: tuple[str, ...]

    @property
    def left(self) -> int:
        """Return how many saw it and did not answer; who saw it a day earlier makes it no less."""
        return max(0, self.reached - self.answered)

    @property
    def left_rate(self) -> float | None:
        """Return the share that left; None when nobody saw it."""
        return self.left / self.reached if self.reached else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One channel, or one version of a form, beside the others."""

    name: str
    followed: int
    started: int
    submitted: int
    approved: int
    handed_over: int

    @property
    def submitted_rate(self) -> float | None:
        """Return who handed in, of those who saw the first question."""
        return self.submitted / self.started if self.started else None

    @property
    def approved_rate(self) -> float | None:
        """Return who was approved by the machine, of those who handed in."""
        return self.approved / self.submitted if self.submitted else None


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """Everything that the page shows."""

    view: View
    forms: Sequence[Form]
    channels: Sequence[str]
    stages: Sequence[Stage]
    questions: Sequence[QuestionFigures]
    by_channel: Sequence[Comparison]
    by_version: Sequence[Comparison]


def view_of(deps: Deps, span: Span, form: tuple[str, str], channel: str) -> View:
    """Return what is looked at; without a form the one that opens. Raise `NotFound`."""
    name, version = form
    if not name:
        return View(span, deps.forms.current, channel[:_CHANNEL_LENGTH])
    is_number = version.isascii() and version.isdigit() and len(version) <= _VERSION_DIGITS
    found = deps.forms.find(name, int(version)) if is_number else None
    if found is None:
        raise NotFound("No such form.")
    return View(span, found, channel[:_CHANNEL_LENGTH])


def funnel_page(deps: Deps, view: View) -> FunnelPage:
    """Return the funnel of these days: four short statements, whatever is compared."""
    span, forms = view.span, deps.forms
    with deps.sessions() as session:
        raw = figures.list_steps(session, span.since, span.until)
        took = figures.list_times(session, span.since, span.until)
    steps = list(_where_asked(forms, raw))
    seen = [one for one in steps if view.channel in ("", one.channel)]
    return FunnelPage(
        view=view,
        forms=sorted(forms.forms, key=lambda form: (form.name, form.version)),
        channels=sorted({one.channel for one in raw}),
        stages=stages_of(seen, view.form, forms),
        questions=[
            _question(question, view, seen, _times(forms, took, view, question.key), forms)
            for question in asked_questions(view.form, forms)
        ],
        by_channel=_by_channel(steps, view.form, forms),
        by_version=[
            _comparison(f"{form.name}/{form.version}", seen, form, forms) for form in forms.forms
        ],
    )


def asked_questions(form: Form, forms: Forms) -> tuple[Question, ...]:
    """List the questions asked under a form: of one entered by an answer, those after it."""
    entry = entry_of(forms, form)
    keys = [question.key for question in form.questions]
    return form.questions[keys.index(entry.question) + 1 :] if entry else form.questions


def _where_asked(forms: Forms, steps: Iterable[StepSum]) -> Iterator[StepSum]:
    """Count an answer that led to another form for the form that asked; mark where it led."""
    for one in steps:
        asked = asked_under(forms, one.form, one.form_version, one.question)
        if one.step not in ("answered", "corrected") or asked == (one.form, one.form_version):
            yield one
            continue
        yield replace(one, form=asked[0], form_version=asked[1])
        if one.step == "answered":
            yield replace(one, step="entered")


def _times(forms: Forms, took: Iterable[Took], view: View, question: str) -> list[tuple[int, int]]:
    wanted = (view.form.name, view.form.version)
    return [
        (one.seconds, one.count)
        for one in took
        if one.question == question
        and view.channel in ("", one.channel)
        and asked_under(forms, one.form, one.form_version, question) == wanted
    ]


_AFTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("submitted", ("",)),
    ("decided", ("approve", "decline", "refer")),
    ("told", ("approve", "decline")),
    ("handover", ("",)),
)
"""Kinds after the questions, and the details that count."""


def stages_of(steps: Sequence[StepSum], form: Form, forms: Forms) -> list[Stage]:
    """Return the steps of the way through a form, each with its share of the one before.

    People follow and consent before any form is theirs: these two are of all forms.
    """
    entry = entry_of(forms, form)
    kind, detail = ("entered", entry.question) if entry else ("reached", form.questions[0].key)
    counted = [
        ("followed", "followed", "", _sum(steps, "followed", None, ("new", "again"))),
        ("consented", "consented", "answers", _sum(steps, "consented", None, ("answers",))),
        ("started", kind, detail, _sum(steps, kind, form, (detail,))),
    ]
    for after, details in _AFTER:
        only = details[0] if len(details) == 1 else ""
        counted.append((after, after, only, _sum(steps, after, form, details)))
    counts = [one[3] for one in counted]
    return [
        Stage(*one, _share(one[3], previous), _share(one[3], counts[0]))
        for one, previous in zip(counted, [0, *counts], strict=False)
    ]


def _sum(steps: Iterable[StepSum], kind: str, form: Form | None, details: Sequence[str]) -> int:
    wanted = (form.name, form.version) if form else None
    return sum(
        one.count
        for one in steps
        if one.step == kind
        and one.question in details
        and wanted in (None, (one.form, one.form_version))
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _question(
    question: Question,
    view: View,
    steps: Sequence[StepSum],
    times: Iterable[tuple[int, int]],
    forms: Forms,
) -> QuestionFigures:
    form, key = view.form, question.key
    return QuestionFigures(
        key=key,
        title=question.title,
        reached=_sum(steps, "reached", form, (key,)),
        answered=_sum(steps, "answered", form, (key,)),
        corrected=_sum(steps, "corrected", form, (key,)),
        median_seconds=median_of(times),
        hidden_by=tuple(unless.question for unless in question.hidden),
        leads_to=tuple(
            branch.form
            for branch in forms.branches
            if branch.question == key and branch.form != form.name
        ),
    )


def median_of(times: Iterable[tuple[int, int]]) -> int | None:
    """Return the lower median of (seconds, how many); None when there is none."""
    ordered = sorted(times)
    total, passed = sum(count for _, count in ordered), 0
    for seconds, count in ordered:
        passed += count
        if 2 * passed >= total:
            return seconds
    return None


def _by_channel(steps: Sequence[StepSum], form: Form, forms: Forms) -> list[Comparison]:
    of: dict[str, list[StepSum]] = {}
    for one in steps:
        of.setdefault(one.channel, []).append(one)
    compared = [_comparison(name, here, form, forms) for name, here in of.items()]
    return sorted(compared, key=lambda one: (-one.followed, -one.started, one.name))


def _comparison(name: str, steps: Sequence[StepSum], form: Form, forms: Forms) -> Comparison:
    stages = {stage.name: stage.count for stage in stages_of(steps, form, forms)}
    return Comparison(
        name=name,
        followed=stages["followed"],
        started=stages["started"],
        submitted=stages["submitted"],
        approved=_sum(steps, "decided", form, ("approve",)),
        handed_over=stages["handover"],
    )
