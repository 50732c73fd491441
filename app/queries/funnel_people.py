"""Who stands behind a bar of the funnel: masked, the latest first, and the same as a question."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audience.printer import to_text
from app.audience.tree import Did, Is, Not, Predicate, all_of
from app.core.dated import day_of
from app.core.errors import NotFound
from app.core.masking import mask_openid
from app.deps import Deps
from app.queries.funnel import View, asked_questions
from app.steps.person_key import openid_of
from app.store import acts_of
from app.store.acts_of import Wanted

PAGE = 50
DETAILS: Mapping[str, Sequence[str]] = {
    "followed": ("new", "again"),
    "consented": ("answers",),
    "submitted": ("",),
    "decided": ("approve", "decline", "refer"),
    "told": ("approve", "decline"),
    "handover": ("",),
}
"""What counts of each kind of act, where no detail is named."""
QUESTION_KINDS = ("reached", "answered", "corrected", "left")
_MOST_DIGITS = 18
_ANY_FORM = ("followed", "consented")


@dataclass(frozen=True, slots=True)
class Line:
    """One act: who, masked, when, and by which channel they last came."""

    person_id: uuid.UUID
    who: str
    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of acts; `title` names the question, if it is one.

    `query` asks for the same people in the language of segments; `after`: where the next begins.
    """

    lines: Sequence[Line]
    title: str
    query: str
    after: str


def people_page(deps: Deps, view: View, kind: str, detail: str, after: str = "") -> PeoplePage:
    """Return who did something in these days; raise `NotFound` for what nobody can do."""
    titles = {one.key: one.title for one in asked_questions(view.form, deps.forms)}
    wanted = titles if kind in QUESTION_KINDS else ("", *DETAILS.get(kind, ()))
    if detail not in wanted or (kind not in QUESTION_KINDS and kind not in DETAILS):
        raise NotFound(f"Nothing is counted as {kind} {detail}.")
    with deps.sessions() as session:
        found = acts_of.list_acts(
            session, _wanted(deps, view, kind, detail), _after(after), PAGE + 1
        )
        lines = [
            Line(
                person_id=act.person.id,
                who=mask_openid(openid_of(deps, act.person).value),
                at=act.at,
                channel=act.channel,
            )
            for act in found[:PAGE]
        ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return PeoplePage(
        lines=lines,
        title=titles.get(detail, ""),
        query=to_text(query_of(view, kind, detail, deps.clock.now())),
        after=f"{last.at.isoformat()}_{last.id}" if last else "",
    )


def _wanted(deps: Deps, view: View, kind: str, detail: str) -> Wanted:
    # An answer that leads to another form is already an act of that form.
    leads_on = any(branch.question == detail for branch in deps.forms.branches)
    is_anywhere = kind in _ANY_FORM or (leads_on and kind in ("answered", "corrected"))
    return Wanted(
        kind=kind,
        details=(detail,) if detail else DETAILS.get(kind, ("",)),
        since=view.span.since,
        until=view.span.until,
        channel=view.channel,
        form=view.form.name if not is_anywhere else "",
        version=view.form.version if not is_anywhere else 0,
    )


def query_of(view: View, kind: str, detail: str, now: datetime) -> Predicate:
    """Return the question that finds these people: in the last days, counted back from today."""
    days = (day_of(now) - view.span.first).days + 1
    parts: list[Predicate] = []
    if kind == "left":
        parts += [
            Did("reached", detail, within_days=days),
            Not(Did("answered", detail, within_days=days)),
        ]
    else:
        parts.append(Did(kind, detail or None, within_days=days))
    if view.channel:
        parts.append(Is("channel", (view.channel,)))
    return all_of(*parts)


def _after(text: str) -> tuple[datetime, int] | None:
    """Read where a page begins; nonsense begins at the beginning."""
    moment, _, number = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if (
        at.tzinfo is None
        or not number.isascii()
        or not number.isdigit()
        or len(number) > _MOST_DIGITS
    ):
        return None
    return at, int(number)
