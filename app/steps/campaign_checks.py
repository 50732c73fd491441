"""What keeps a campaign from being kept or released: whom, what, by which way, by whose hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.audience.problems import Misread
from app.broadcast.types import Definition, Mistake, Unfit, read_definition
from app.contact.decision import may_carry
from app.contact.types import MessageClass
from app.core.access import Actor
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps.audience import Understood, understand
from app.steps.campaign_copy import list_mistakes
from app.steps.campaign_life import GOVERNOR
from app.steps.campaign_news import NewsById, kept_news, news_mistakes
from app.steps.campaign_reach import audience_of, message_of, purpose_of
from app.steps.marketing import require_marketing, require_marketing_still
from app.store import campaigns
from app.store.campaigns import Campaign
from app.store.session import Transaction


@dataclass(frozen=True, slots=True)
class Checked:
    """A campaign in which nothing was found wrong, and by which rules of wording."""

    understood: Understood
    pack: str


def checked(
    deps: Deps,
    session: Transaction,
    definition: Definition,
    now: datetime,
    news: NewsById | None = None,
) -> Checked:
    """Check everything about a campaign as of now; raise `Unfit` with every mistake.

    `news`: the articles of its drafts; None while they were not read, as nothing is released then.
    """
    mistakes = list(said_and_carried(deps, definition, now))
    if news is not None:
        mistakes += news_mistakes(deps, definition, news, now)
    until = definition.schedule.until
    if until is not None and until <= now:
        mistakes.append(Mistake("schedule.until", "is over already"))
    mistakes += _misread(deps, session, definition)
    if mistakes:
        raise Unfit(*mistakes)
    understood = audience_of(deps, session, definition)
    return Checked(understood, deps.wording.on(day_of(now)).version)


def _misread(deps: Deps, session: Transaction, definition: Definition) -> Iterator[Mistake]:
    """Read every question about people alone, so that a mistake stands where it was made."""
    purpose = purpose_of(definition.klass)
    questions = [("segment", definition.segment, purpose)]
    questions += [
        (f"exclude.{number}", one, "service") for number, one in enumerate(definition.exclude)
    ]
    is_read = True
    for where, question, asked_for in questions:
        try:
            understand(deps, session, question, asked_for)
        except (Misread, NotAllowed) as misread:
            is_read = False
            yield Mistake(where, str(misread))
    if is_read:
        try:
            audience_of(deps, session, definition)
        except NotAllowed as refused:
            yield Mistake("exclude", str(refused))


def need_authorised(session: Transaction, actor: Actor, klass: str) -> None:
    """Raise `NotAllowed` unless whoever writes or approves marketing is authorised to (M-01)."""
    if klass == MessageClass.MARKETING:
        require_marketing(session, actor)


def renew_pack(deps: Deps, session: Transaction, campaign: Campaign, now: datetime) -> bool:
    """Check approved words by a pack that came into force since; False: they may go no longer.

    The campaign's history keeps from when on which pack held, and so by which every message went.
    """
    pack = deps.wording.on(day_of(now)).version
    if campaign.wording_pack == pack:
        return True
    definition = read_definition(campaign.definition)
    found = [
        *list_mistakes(deps, definition, now),
        *news_mistakes(deps, definition, kept_news(campaign), now),
    ]
    if found:
        return False
    facts = {"before": campaign.wording_pack or "", "pack": pack}
    campaigns.note(session, campaign.id, GOVERNOR, "recheck", now, facts=facts)
    campaign.wording_pack = pack
    return True


def need_still_authorised(session: Transaction, campaign: Campaign) -> None:
    """Raise `NotAllowed` when who wrote or approved marketing has lost the authorisation since."""
    if campaign.klass == MessageClass.MARKETING:
        for name in filter(None, (campaign.made_by, campaign.approved_by)):
            require_marketing_still(session, name)


def said_and_carried(deps: Deps, definition: Definition, now: datetime) -> Iterator[Mistake]:
    """Find what may not be said, and by which channel, whoever it is for."""
    yield from list_mistakes(deps, definition, now)
    rules = deps.contact_book.contact_rules(now)
    message = message_of(definition)
    if not any(may_carry(channel, message, rules) for channel in message.channels):
        says = f"{definition.klass} may not go by {definition.channel}"
        yield Mistake("channel", says)
