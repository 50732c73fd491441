"""What the account may do, and whether a promise for tomorrow can be kept."""

from datetime import datetime, timedelta

from app.contact.decision import decide
from app.contact.types import Account, ContactFacts, ContactRules, MessageClass, MessageFacts, No
from app.deps import Deps

TOMORROW = timedelta(hours=22)
"""When a reminder for tomorrow is sent: inside the 48 hours that today's words opened."""
REMINDER_EXPIRES = timedelta(hours=12)


def account_of(deps: Deps) -> Account:
    """Return the account's rights and its approved templates, from the settings."""
    templates = {"progress"} if deps.settings.progress_template_id else set()
    return Account(deps.settings.account_rights, frozenset(templates))


def holds_tomorrow(facts: ContactFacts, rules: ContactRules, now: datetime) -> bool:
    """Say whether the ledger holds a channel for a reminder tomorrow."""
    reminder = MessageFacts(
        MessageClass.REMINDER,
        not_before=now + TOMORROW,
        expires_at=now + TOMORROW + REMINDER_EXPIRES,
        was_asked_for=True,
    )
    return not isinstance(decide(facts, reminder, rules, now), No)
