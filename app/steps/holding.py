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
    still = None
    if reason != COMPLAINT and complaints.has_open(session, person.id):
        still = COMPLAINT
    elif reason != RESTRICTED and rights.has_restriction(session, person.id):
        still = RESTRICTED
    rights.set_person(session, person.id, on_hold=still)
