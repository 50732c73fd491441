"""Hold what was not asked for while something about a person is open, and let it go again."""

from app.store import complaints, rights
from app.store.people import Person
from app.store.session import Transaction

COMPLAINT, RESTRICTED, DEATH = "complaint", "restricted", "death"


def hold(session: Transaction, person: Person, reason: str) -> None:
    """Put a person on hold; a reason that stands already keeps standing.

    The caller has taken the person's turn (app/store/threads.py).
    """
    if person.on_hold is None:
        rights.set_person(session, person.id, on_hold=reason)


def release(session: Transaction, person: Person, reason: str) -> None:
    """End one reason; another that is still open takes its place."""
    if person.on_hold != reason:
        return
    rights.set_person(session, person.id, on_hold=still_holding(session, person))


def still_holding(session: Transaction, person: Person) -> str | None:
    """Return what else about the person is open, once the reason that stands has ended."""
    if person.on_hold != COMPLAINT and complaints.has_open(session, person.id):
        return COMPLAINT
    if person.on_hold != RESTRICTED and rights.has_restriction(session, person.id):
        return RESTRICTED
    return None
