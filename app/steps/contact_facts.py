"""Load what the right to write to one person depends on, as the sender does for a batch."""

from dataclasses import replace
from datetime import datetime

from app.contact.types import Contact, ContactFacts, MessageClass
from app.deps import Deps
from app.steps.account import facts_of
from app.steps.stopping import stopped_classes
from app.store import people, sending
from app.store.people import Person
from app.store.session import Transaction


def load_facts(deps: Deps, session: Transaction, person: Person, now: datetime) -> ContactFacts:
    """Return the facts: the person's row, what went out lately, the marker, the stops."""
    lately = sending.list_contacts(session, [person.id], now)[person.id]
    return replace(
        facts_of(deps, person),
        is_marketing_suppressed=people.is_marked(session, person, "no_marketing"),
        contacts=tuple(Contact(at, MessageClass(name)) for at, name in lately),
        stopped=stopped_classes(session),
    )
