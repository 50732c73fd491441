"""Open and close incidents in a transaction that is given, and say so in the log."""

from collections.abc import Mapping

from app.core.log import get_logger
from app.deps import Deps
from app.store import incidents
from app.store.session import Transaction

log = get_logger()


def open_incident(
    session: Transaction, deps: Deps, kind: str, scope: str, facts: Mapping[str, str | int | float]
) -> bool:
    """Open an incident of a kind and scope; True if none was open, else its numbers are renewed.

    `scope` and `facts` are codes and numbers, never about a person. The words for a new kind belong
    into templates/console/words/incidents.json, what to do also into docs/runbook.md.
    """
    is_new = incidents.open_one(session, kind, scope, facts, deps.clock.now())
    if is_new:
        log.error("incident_opened", kind=kind, scope=scope, facts=dict(facts))
    return is_new


def close_incident(session: Transaction, deps: Deps, kind: str, scope: str) -> bool:
    """Close the open incident of a kind and scope; False if there is none."""
    was_open = incidents.close_one(session, kind, scope, deps.clock.now())
    if was_open:
        log.warning("incident_closed", kind=kind, scope=scope)
    return was_open
