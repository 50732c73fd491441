"""What is wrong now, for the head of every page, and what was wrong, for the page of incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.deps import Deps
from app.store import incidents
from app.store.incidents import Incident

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident; `place` names a question in words where the scope is one."""

    id: int
    kind: str
    scope: str
    place: str
    facts: Mapping[str, str | int | float]
    opened_at: datetime
    closed_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """What is open, and a page of what is closed; `next_id`: where the next page begins."""

    open: Sequence[Shown]
    closed: Sequence[Shown]
    next_id: int | None


def open_now(deps: Deps) -> tuple[Shown, ...]:
    """List what is wrong now, the oldest first; one statement on a tiny index."""
    with deps.sessions() as session:
        return tuple(_shown(deps, one) for one in incidents.list_open(session))


def list_incidents(deps: Deps, before_id: int | None = None) -> IncidentPage:
    """Return what is wrong now, and what was."""
    with deps.sessions() as session:
        closed = incidents.list_closed(session, before_id, _PAGE + 1)
        return IncidentPage(
            open=[_shown(deps, one) for one in incidents.list_open(session)],
            closed=[_shown(deps, one) for one in closed[:_PAGE]],
            next_id=closed[_PAGE - 1].id if len(closed) > _PAGE else None,
        )


def _shown(deps: Deps, one: Incident) -> Shown:
    return Shown(
        id=one.id,
        kind=one.kind,
        scope=one.scope,
        place=_place(deps, one),
        facts=one.facts,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        acknowledged_by=one.acknowledged_by,
        acknowledged_at=one.acknowledged_at,
    )


def _place(deps: Deps, one: Incident) -> str:
    name, _, rest = one.scope.partition("/")
    version, _, key = rest.partition("/")
    form = deps.forms.find(name, int(version)) if version.isdigit() else None
    question = form.find(key) if form else None
    return question.title if question else ""
