"""Who would get a campaign, by what is known: the one rule, asked for everybody who is meant."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.audience.protections import Exclusion, is_restricted
from app.audience.tree import any_of
from app.broadcast.types import Channel, Definition
from app.contact import types as contact
from app.contact.decision import decide
from app.contact.types import (
    Allowances,
    ContactFacts,
    Later,
    MessageClass,
    MessageFacts,
    MonthCount,
    No,
    Window,
    month_of,
)
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps.account import account_of
from app.steps.audience import Understood, people_of, understand
from app.steps.contact_facts import as_contacts, situation
from app.store.campaign_reach import Alike, Asked, list_alike
from app.store.session import Transaction

TRAVELS: Mapping[Channel, contact.Channel] = {
    Channel.MASS: contact.Channel.MASS,
    Channel.TEMPLATE: contact.Channel.TEMPLATE,
    Channel.SERVICE: contact.Channel.CUSTOM,
}
EXCLUDED = "excluded"
"""Why somebody is kept out whom the campaign itself excludes."""
_PURPOSES: Mapping[str, str] = {
    MessageClass.MARKETING.value: "marketing",
    MessageClass.EDUCATION.value: "education",
}


@dataclass
class Reach:
    """How many would get it at once, later (by what they wait for), never (by why)."""

    now: int = 0
    later: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None
    left_in_month: Counter[int] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """Everybody who would get it, sooner or later."""
        return self.now + self.later.total()


def purpose_of(klass: str) -> str:
    """Say what an audience of this class of campaign is for."""
    return _PURPOSES.get(klass, "service")


def audience_of(deps: Deps, session: Transaction, definition: Definition) -> Understood:
    """Read whom a campaign is for; raise `Misread`, or `NotAllowed` by the law's way."""
    return meant(
        deps, session, definition.segment, definition.exclude, purpose_of(definition.klass)
    )


def meant(
    deps: Deps, session: Transaction, segment: str, exclude: Sequence[str], purpose: str
) -> Understood:
    """Read whom a segment means without whoever is excluded, who are told like the law's own.

    Leaving somebody out by a guarded fact is choosing by it: marketing needs the consent for that.
    """
    wanted = understand(deps, session, segment, purpose)
    unwanted = [understand(deps, session, one, "service") for one in exclude]
    if not unwanted:
        return wanted
    guarded = frozenset[str]().union(*(one.guarded for one in unwanted))
    if purpose == "marketing" and guarded and not is_restricted(wanted.query):
        raise NotAllowed(
            f"Marketing may not exclude people by {', '.join(sorted(guarded))} without their"
            " consent to that.",
            why="needs_profile_consent",
        )
    out = Exclusion(EXCLUDED, any_of(*(one.query for one in unwanted)))
    return replace(wanted, exclusions=(*wanted.exclusions, out), guarded=wanted.guarded | guarded)


def message_of(definition: Definition) -> MessageFacts:
    """Return what the one rule needs to know of a campaign's message."""
    templates = {one.template_id for one in definition.contents.values() if one.template_id}
    return MessageFacts(
        definition.klass,
        template=min(templates, default=None),
        expires_at=definition.schedule.until,
        channels=frozenset({TRAVELS[definition.channel]}),
        is_broadcast=True,
    )


def account_for(deps: Deps, definition: Definition) -> contact.Account:
    """Return the account with the campaign's own templates: who plans it names approved ones."""
    account, message = account_of(deps), message_of(definition)
    if message.template is None:
        return account
    return replace(account, templates=account.templates | {message.template})


def start_of(definition: Definition, now: datetime) -> datetime:
    """Return when the first may leave."""
    at = definition.schedule.at
    return now if isinstance(at, str) else max(now, at)


def reach_of(
    deps: Deps, session: Transaction, definition: Definition, understood: Understood, now: datetime
) -> Reach:
    """Decide for everybody who is meant, as of the campaign's start."""
    start = start_of(definition, now)
    rules, message = deps.contact_book.contact_rules(start), message_of(definition)
    at, month = situation(deps, session, start), month_of(start)
    base = ContactFacts(follows=True, account=account_for(deps, definition), stopped=at.stopped)
    asked = Asked(
        now=start,
        lately=start - rules.answer_within,
        month=month,
        guests=None if at.guests is None else sorted(at.guests),
    )
    reach = Reach()
    for alike in list_alike(session, people_of(deps, understood), asked):
        mass = alike.mass_sends + at.foreign_mass
        facts = _facts(base, alike, MonthCount(month, mass), start)
        verdict = decide(facts, message, rules, start)
        if isinstance(verdict, No):
            reach.skipped[verdict.because.value] += alike.people
            continue
        if isinstance(verdict, Later):
            reach.later[verdict.because.value] += alike.people
            reach.last_at = max(reach.last_at or verdict.at, verdict.at)
        else:
            reach.now += alike.people
        if definition.channel is Channel.MASS:
            reach.left_in_month[max(0, rules.mass.limit - mass - 1)] += alike.people
    return reach


def _facts(base: ContactFacts, alike: Alike, month: MonthCount, start: datetime) -> ContactFacts:
    return replace(
        base,
        follows=alike.follows,
        allowances=Allowances(
            _window(alike.message_until, alike.has_message),
            _window(alike.event_until, alike.has_event),
        ),
        consents=frozenset({"marketing"} if alike.consents_marketing else ()),
        has_stopped_marketing=alike.marketing_stopped,
        is_on_hold=alike.on_hold not in (None, "distress"),
        is_in_distress=alike.on_hold == "distress",
        is_marketing_suppressed=alike.has_marker,
        last_own_message_at=start if alike.wrote_lately else None,
        contacts=as_contacts(alike.contacts),
        is_outside_trial=alike.is_outside,
        mass_this_month=month,
    )


def _window(until: datetime | None, has_some: bool) -> Window | None:
    return Window(int(has_some), until) if until is not None else None
