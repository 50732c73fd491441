"""What one real person would read of a campaign or a template, masked, and whether they would."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.audience.problems import Misread
from app.audience.protections import kept_in
from app.broadcast.assignment import Group, Place, place_of
from app.broadcast.types import Definition
from app.contact.decision import decide
from app.contact.types import Later, No
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries.campaign_contents import Said, news_read, said_of
from app.queries.campaign_rehearsals import GETS, behind
from app.queries.message_lines import shown_name
from app.steps.audience import Understood, hides_few, view_of
from app.steps.campaign_copy import Rendered, read_approved, render
from app.steps.campaign_reach import account_for, audience_of, message_of, start_of
from app.steps.campaign_templates import read_version
from app.steps.contact_facts import load_many, situation
from app.store import audience
from app.store import campaigns as store
from app.store.people import Person
from app.store.session import Transaction

_LOOKED_AT = 60
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody would get it: `now`, `later` (from when, if known) or `no`, and why."""

    verdict: str
    because: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody whom it is for, masked, and the variant that they would get."""

    id: uuid.UUID
    name: str
    variant: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What somebody would read, and whether they would.

    `who` None: nobody is meant, or (`is_hidden`) who is meant must not be told.
    """

    said: Said
    missing: Sequence[str]
    who: Looker | None = None
    answer: Answer | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sampled:
    """One person of a rehearsal's sample, masked, and what they would read."""

    person: str
    variant: str
    said: Said
    missing: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """Write it for programs."""
        said = self.said
        content: dict[str, Any] = {"text": said.text}
        if said.template_id:
            content = {"template_id": said.template_id, "data": dict(said.data)}
        elif said.media_id:
            content = {"media_id": said.media_id, "titles": [page.title for page in said.news]}
        return {
            "person": self.person,
            "variant": self.variant,
            "content": content,
            "missing": list(self.missing),
        }


def of_campaign(
    deps: Deps, actor: Actor, campaign_id: int, after: uuid.UUID | None = None
) -> Preview:
    """Show a campaign to somebody it is for, by chance or after somebody; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        definition = read_approved(store.get(session, campaign_id))
        return _preview(deps, session, actor, definition, campaign_id, after)


def of_template(
    deps: Deps, actor: Actor, template_id: int, number: int, after: uuid.UUID | None = None
) -> Preview:
    """Show a version of a template to somebody who follows; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        definition = read_version(session, template_id, number)
        return _preview(deps, session, actor, definition, 0, after)


def sample(deps: Deps, actor: Actor, campaign_id: int) -> list[Sampled] | None:
    """Show what a few people of each variant would read; None where none may be told apart."""
    rows = behind(deps, actor, campaign_id, GETS, most=_LOOKED_AT).rows
    if rows is None:
        return None
    with deps.sessions() as session:
        campaign = store.get(session, campaign_id)
    definition, news = read_approved(campaign), news_read(campaign)
    read = render(deps, definition, deps.clock.now())
    found: dict[str, list[Sampled]] = {name: [] for name in read}
    each = max(1, _SHOWN // len(read))
    for one in rows:
        of_variant = found.get(one.variant)
        if of_variant is not None and len(of_variant) < each:
            shown = read[one.variant]
            said = said_of(shown.content.to_json(), news=news)
            of_variant.append(Sampled(one.name, one.variant, said, shown.missing))
    return [one for some in found.values() for one in some]


def _preview(
    deps: Deps, session: Transaction, actor: Actor, definition: Definition, campaign_id: int,
    after: uuid.UUID | None,
) -> Preview:  # fmt: skip
    read = render(deps, definition, deps.clock.now())
    anybody = next(iter(read.values()))
    nobody = Preview(_said(anybody), anybody.missing)
    try:
        understood = audience_of(deps, session, definition)
    except (Misread, NotAllowed):
        return nobody
    if hides_few(actor, understood):
        return replace(nobody, is_hidden=True)
    person_id = _somebody(deps, session, understood, after)
    if person_id is None:
        return nobody
    person = session.get_one(Person, person_id)
    place = place_of(campaign_id, person_id, definition.split) if definition.split else None
    shown = read.get(place.variant, anybody) if place is not None else anybody
    return Preview(
        _said(shown),
        shown.missing,
        Looker(person_id, shown_name(deps, person), place.variant if place is not None else ""),
        _group_of(place) or _answer(deps, session, definition, person_id),
    )


def _group_of(place: Place | None) -> Answer | None:
    """Say what an experiment makes of somebody, before any rule is asked."""
    if place is None or place.group is Group.SAMPLE:
        return None
    if place.group is Group.HELD_OUT:
        return Answer("no", "held_out")
    return Answer("later", "winner")


def _somebody(
    deps: Deps, session: Transaction, understood: Understood, after: uuid.UUID | None
) -> uuid.UUID | None:
    """Choose by chance, or walk on from somebody: ids are random, so the next one is as well."""
    whole = kept_in(understood.query, understood.exclusions)
    for start in (after or uuid.uuid4(), None):
        found = audience.list_ids(session, whole, view_of(deps), 1, start)
        if found:
            return found[0]
    return None


def _answer(
    deps: Deps, session: Transaction, definition: Definition, person_id: uuid.UUID
) -> Answer:
    """Ask the one rule about this person, as of the campaign's start."""
    start = start_of(definition, deps.clock.now())
    rules, message = deps.contact_book.contact_rules(start), message_of(definition)
    ((_, facts),) = load_many(deps, session, [person_id], situation(deps, session, start))
    account = account_for(deps, definition)
    verdict = decide(replace(facts, account=account), message, rules, start)
    if isinstance(verdict, Later):
        return Answer("later", verdict.because.value, verdict.at)
    return Answer("no", verdict.because.value) if isinstance(verdict, No) else Answer("now")


def _said(shown: Rendered) -> Said:
    return said_of(shown.content.to_json())
