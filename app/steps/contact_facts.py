"""Load what the right to write depends on, for one person or for thousands at once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.contact.types import Contact, ContactFacts, MessageClass, MonthCount, month_of
from app.deps import Deps
from app.steps.account import facts_of
from app.steps.stopping import stopped_classes
from app.store import people, reaching
from app.store.people import Person
from app.store.session import Transaction


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds for everybody now: the stops, the trial, the official console's mass messages.

    `guests`: the keyed indexes of who is sent to before the account is opened; None: it is open.
    """

    now: datetime
    stopped: frozenset[MessageClass]
    guests: frozenset[bytes] | None
    foreign_mass: int

    def seen_by(self, facts: ContactFacts, person: Person, mass: int) -> ContactFacts:
        """Return a person's facts in this situation; `mass`: our mass messages of the month."""
        is_guest = self.guests is None or person.openid_index in self.guests
        return replace(
            facts,
            stopped=self.stopped,
            is_outside_trial=not is_guest,
            mass_this_month=MonthCount(month_of(self.now), mass + self.foreign_mass),
        )


def situation(deps: Deps, session: Transaction, now: datetime) -> Situation:
    """Return what holds for everybody now; nobody has opened a production account at its start."""
    mode = reaching.find_mode(session)
    is_open = deps.settings.environment == "local" if mode is None else mode.mode == "open"
    guests = frozenset(bytes.fromhex(one) for one in mode.guests) if mode is not None else None
    return Situation(
        now=now,
        stopped=stopped_classes(session),
        guests=None if is_open else guests or frozenset(),
        foreign_mass=reaching.count_foreign(session, month_of(now)),
    )


def load_facts(deps: Deps, session: Transaction, person: Person, now: datetime) -> ContactFacts:
    """Return the facts: the person's row, what went out lately, the marker, the stops."""
    lately = reaching.list_contacts(session, [person.id], now).get(person.id, ())
    mass = reaching.mass_counts(session, [person.id], month_of(now)).get(person.id, 0)
    facts = replace(
        facts_of(deps, person),
        is_marketing_suppressed=people.is_marked(session, person, "no_marketing"),
        contacts=as_contacts(lately),
    )
    return situation(deps, session, now).seen_by(facts, person, mass)


def load_many(
    deps: Deps, session: Transaction, them: Sequence[uuid.UUID], at: Situation
) -> list[tuple[Person, ContactFacts]]:
    """Return the facts of everybody named who is there, in a few statements for thousands."""
    return [
        (
            one.person,
            at.seen_by(
                replace(
                    facts_of(deps, one.person),
                    is_marketing_suppressed=one.has_marker,
                    contacts=as_contacts(one.contacts),
                ),
                one.person,
                one.mass,
            ),
        )
        for one in reaching.load(session, them, at.now, month_of(at.now))
    ]


def as_contacts(lately: Sequence[tuple[datetime, str]]) -> tuple[Contact, ...]:
    """Return what the store knows of the last contacts as the contact rule reads it."""
    return tuple(Contact(at, MessageClass(name)) for at, name in lately)
