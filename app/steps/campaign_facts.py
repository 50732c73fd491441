"""Ask the one rule about the people of a batch: who may be written to now, who later, who not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.broadcast.types import Definition
from app.contact.decision import decide, is_within_hours
from app.contact.types import ContactRules, Later, MessageClass, No, Reason
from app.deps import Deps
from app.steps.campaign_reach import account_for, message_of
from app.steps.contact_facts import load_many, situation
from app.store import reaching, reservations
from app.store.session import Transaction

_LOOK_AGAIN = timedelta(minutes=1)
_AT_ONCE = 1_000


@dataclass
class Sorted:
    """The people of a batch by what the rule says of each.

    `contacts`: how often each was written to lately, as the rule was told.
    """

    now: list[uuid.UUID] = field(default_factory=list)
    later: dict[tuple[datetime, str], list[uuid.UUID]] = field(default_factory=dict)
    skipped: dict[str, list[uuid.UUID]] = field(default_factory=dict)

    contacts: dict[uuid.UUID, int] = field(default_factory=dict)

    def skip(self, person: uuid.UUID, reason: str) -> None:
        """Add somebody who gets nothing."""
        self.skipped.setdefault(reason, []).append(person)


def sort(
    deps: Deps, session: Transaction, definition: Definition, people: Sequence[uuid.UUID]
) -> Sorted:
    """Ask of everybody in a batch, by what is true at this moment."""
    now = deps.clock.now()
    rules, message = deps.contact_book.contact_rules(now), message_of(definition)
    account = account_for(deps, definition)
    at, sorted_, here = situation(deps, session, now), Sorted(), set[uuid.UUID]()
    # Some at a time: the facts of ten thousand would be twenty megabytes of a sender.
    some = (people[start : start + _AT_ONCE] for start in range(0, len(people), _AT_ONCE))
    for person, facts in (one for these in some for one in load_many(deps, session, these, at)):
        here.add(person.id)
        verdict = decide(replace(facts, account=account), message, rules, now)
        if isinstance(verdict, Later):
            place = (verdict.at, verdict.because.value)
            sorted_.later.setdefault(place, []).append(person.id)
        elif not isinstance(verdict, No):
            sorted_.now.append(person.id)
            sorted_.contacts[person.id] = len(facts.contacts)
        elif verdict.because is Reason.STOPPED:
            # The operators' switch loses nothing: what it holds stays queued.
            place = (now + _LOOK_AGAIN, verdict.because.value)
            sorted_.later.setdefault(place, []).append(person.id)
        else:
            sorted_.skip(person.id, verdict.because.value)
    # Erased, and even their row is gone: nobody is left to ask about.
    for gone in set(people) - here:
        sorted_.skip(gone, "gone")
    return sorted_


def keep_sure(
    deps: Deps, session: Transaction, campaign_id: int, definition: Definition, sorted_: Sorted
) -> None:
    """Hold who may be written to now; whom another campaign was faster with is asked about again.

    Two campaigns may decide about one person in the same second, and both say yes by what each
    knows. Held from here to the end of the transaction, only one of them goes on.
    """
    now, klass = deps.clock.now(), definition.klass
    budgets = deps.contact_book.contact_rules(now).budgets
    shared = {one.value for budget in budgets if klass in budget.classes for one in budget.classes}
    if not shared or not sorted_.now:
        return
    reservations.hold(session, sorted_.now)
    # In this order: whoever leaves another campaign's hands between the two is seen by the second.
    taken = reservations.list_reserved(session, campaign_id, sorted_.now, shared, now)
    lately = reaching.list_contacts(session, sorted_.now, now)
    taken |= {one for one in sorted_.now if len(lately.get(one, ())) != sorted_.contacts[one]}
    if taken:
        place = (now + _LOOK_AGAIN, Reason.OVER_BUDGET.value)
        sorted_.later.setdefault(place, []).extend(taken)
        sorted_.now = [one for one in sorted_.now if one not in taken]


def may_leave(deps: Deps, definition: Definition) -> bool:
    """Say whether anything of a campaign may leave at this very moment.

    Between the decision about a batch and its last message seconds pass, and an hour may end.
    """
    now, schedule = deps.clock.now(), definition.schedule
    rules = deps.contact_book.contact_rules(now)
    is_over = schedule.until is not None and now >= schedule.until
    is_closed = schedule.hours is not None and schedule.hours.opening(now) is not None
    return not is_over and not is_closed and is_within_hours(definition.klass, rules, now)


def most_in_month(rules: ContactRules, klass: MessageClass, foreign: int) -> int:
    """Return how many mass sends of ours a person may have before this one is one too many."""
    return rules.mass.limit_of(klass) - foreign
