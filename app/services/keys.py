"""Wrap every person's key by the master key that is active now."""

from app.deps import Deps
from app.steps.person_key import wrapped_key
from app.store import desks

_BATCH = 500


def rotate_keys(deps: Deps) -> int:
    """Wrap anew whatever another master key wraps; return how many; run again after a crash.

    Nothing sealed by a person's key is touched, so this is quick, and a person may chat meanwhile.
    """
    rotated = 0
    while True:
        with deps.sessions.begin() as session:
            people = desks.list_other_keys(session, deps.keyring.active_id, _BATCH)
            for person in people:
                new = deps.keyring.rewrap(wrapped_key(person))
                person.master_id, person.wrapped_key = new.master_id, new.sealed
        rotated += len(people)
        if not people:
            return rotated
