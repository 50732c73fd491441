"""How an operator likes the console, kept from one sign-in to the next."""

from collections.abc import Iterable

from app.core.access import Actor, Permission
from app.deps import Deps
from app.store import preferences

PEOPLE_COLUMNS = (
    *("stage", "tier", "last_seen", "window", "tags", "hold", "follows"),
    *("first_channel", "latest_channel", "first_seen", "marketing"),
)
"""What the list of people can show beside who it is."""
_AT_FIRST = ("stage", "tier", "last_seen", "window", "tags", "latest_channel")
_PEOPLE = "people.columns"


def people_columns(deps: Deps, actor: Actor) -> tuple[str, ...]:
    """Return the columns that this operator chose, in our order."""
    actor.require(Permission.LOOK)
    if actor.id is None:
        return _AT_FIRST
    with deps.sessions.begin() as session:
        kept = preferences.read(session, actor.id, _PEOPLE).get("columns")
    return _AT_FIRST if kept is None else _known(kept)


def keep_people_columns(deps: Deps, actor: Actor, columns: Iterable[str]) -> None:
    """Keep the columns that this operator chose; what is no column is left out."""
    actor.require(Permission.LOOK)
    if actor.id is not None:
        with deps.sessions.begin() as session:
            preferences.keep(session, actor.id, _PEOPLE, {"columns": list(_known(columns))})


def _known(columns: Iterable[str]) -> tuple[str, ...]:
    chosen = set(columns)
    return tuple(name for name in PEOPLE_COLUMNS if name in chosen)
