"""The page of list exports: what was asked for, by whom, what waits, what can be fetched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.export_file import COLUMNS, columns_of
from app.steps.export_rules import export_rules
from app.steps.segment_people import people_within
from app.store import list_exports
from app.store.people_filters import PeopleFilter, count_up_to

_LATEST = 100
__all__ = ["COLUMNS", "ExportLine", "Planned", "list_latest", "plan"]


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One export; `may_answer` and `may_fetch` are for whoever looks."""

    id: int
    asked_name: str
    asked_at: datetime
    reason: str
    filters: Mapping[str, str]
    columns: tuple[str, ...]
    state: str
    rows: int | None
    alarms: tuple[str, ...]
    expires_at: datetime | None
    downloads: int
    may_answer: bool
    may_fetch: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """What an export of a filter would hold: how many, how many may be, which columns there are."""

    rows: int
    most_rows: int
    alarm_rows: int
    columns: tuple[str, ...]


def list_latest(deps: Deps, actor: Actor) -> tuple[ExportLine, ...]:
    """List what was asked for, the latest first."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        return tuple(
            ExportLine(
                id=row.id,
                asked_name=row.asked_name,
                asked_at=row.asked_at,
                reason=row.reason,
                filters=row.filters,
                columns=tuple(row.columns),
                state=row.state,
                rows=row.rows,
                alarms=tuple(row.alarms),
                expires_at=row.expires_at,
                downloads=row.downloads,
                may_answer=row.state == "asked"
                and actor.may(Permission.APPROVE)
                and row.asked_by != actor.id,
                may_fetch=row.state == "ready"
                and row.asked_by == actor.id
                and row.expires_at is not None
                and row.expires_at > now,
            )
            for row in list_exports.list_latest(session, _LATEST)
        )


def plan(deps: Deps, actor: Actor, narrowed: PeopleFilter) -> Planned:
    """Say what a file of this filter would hold."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    rules = export_rules(now)
    with deps.sessions.begin() as session:
        within = people_within(deps, session, actor, narrowed)
        rows = count_up_to(session, narrowed, now, rules.most_rows + 1, within)
    return Planned(rows, rules.most_rows, rules.alarms["credit"], columns_of(narrowed))
