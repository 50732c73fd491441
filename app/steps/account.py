"""What the account may do, and whether a promise for tomorrow can be kept."""

from datetime import datetime, timedelta

from app.contact.decision import decide
from app.contact.types import (
    Account,
    Allowances,
    ContactFacts,
    ContactRules,
    MessageClass,
    MessageFacts,
    No,
    Window,
)
from app.deps import Deps
from app.store.people import Person

TOMORROW = timedelta(hours=22)
"""When a reminder for tomorrow is sent: inside the 48 hours that today's words opened."""
REMINDER_EXPIRES = timedelta(hours=12)


def account_of(deps: Deps) -> Account:
    """Return the account's rights and its approved templates, from the settings."""
    templates = {"progress"} if deps.settings.progress_template_id else set()
    return Account(deps.settings.account_rights, frozenset(templates))


def window(left: int, until: datetime | None) -> Window | None:
    """Return an allowance from its two columns; without an end it was never opened."""
    return Window(left, until) if until is not None else None


def facts_of(deps: Deps, person: Person, *, charged: int = 0) -> ContactFacts:
    """Return what a person's row says of the right to write, `charged` messages from now."""
    return ContactFacts(
        # Who is restricted still hears the end of the case that they are kept for.
        follows=person.follows and person.state != "erased" and not person.is_muted,
        allowances=Allowances(
            message=window(person.message_left - charged, person.message_until),
            event=window(person.event_left - charged, person.event_until),
        ),
        account=account_of(deps),
        consents=frozenset(person.consents),
        has_stopped_marketing=person.marketing_stopped,
        is_on_hold=person.on_hold not in (None, "distress"),
        is_in_distress=person.on_hold == "distress",
        last_own_message_at=person.last_message_at,
    )


def holds_tomorrow(facts: ContactFacts, rules: ContactRules, now: datetime) -> bool:
    """Say whether the ledger holds a channel for a reminder tomorrow."""
    reminder = MessageFacts(
        MessageClass.REMINDER,
        not_before=now + TOMORROW,
        expires_at=now + TOMORROW + REMINDER_EXPIRES,
        was_asked_for=True,
    )
    return not isinstance(decide(facts, reminder, rules, now), No)
