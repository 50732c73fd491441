"""Files of outcomes: the list, and one file with what it would do and what is wrong with it."""

from collections.abc import Sequence

from app.core.access import Actor, Permission
from app.deps import Deps
from app.store import outcomes
from app.store.outcomes import OutcomeImport

_SHOWN = 50


def list_page(deps: Deps, actor: Actor) -> Sequence[OutcomeImport]:
    """Return the latest files."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return outcomes.list_imports(session, _SHOWN)


def import_page(deps: Deps, actor: Actor, import_id: int) -> OutcomeImport:
    """Return one file; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return outcomes.get(session, import_id)
