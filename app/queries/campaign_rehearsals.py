"""What a rehearsal found, and the people behind it: who would get it, and who not, and why."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audience.protections import kept_in
from app.broadcast.assignment import place_of
from app.broadcast.types import Definition, read_definition
from app.contact.decision import decide
from app.contact.types import Later, No
from app.core.access import Actor, Permission
from app.deps import Deps
from app.queries.message_lines import shown_name
from app.steps.audience import hides_few, view_of
from app.steps.campaign_reach import account_for, audience_of, message_of, start_of
from app.steps.contact_facts import load_many, situation
from app.steps.sensitive import may_see_sensitive
from app.store import audience
from app.store import campaigns as store
from app.store.people import Person
from app.store.session import Transaction

PEOPLE = 50
_BATCH = 2_000
_MOST_LOOKED_AT = 20_000
"""People decided for while one waits; who looks for more goes on from there."""
GETS = "gets"
"""Instead of a reason: those who would get it, at once or later."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the last rehearsal found: who would get it at once, later (and why), and never.

    `audience`: how many are meant. `kept_out` are those whom the law or the campaign leaves out of
    it. `uses`: how much of which allowance. `left_in_month`: how many people would have so many
    mass messages left after it. `same_week`: what else some of them get, chosen by whatever facts.
    `hides_few`: whoever looks may not tell few people apart, chosen by guarded facts.
    """

    audience: int
    people: int
    at_once: int
    later: Mapping[str, int]
    skipped: Mapping[str, int]
    kept_out: Mapping[str, int]
    calls: int
    uses: Mapping[str, int]
    left_today: int | None
    left_in_month: Mapping[str, int]
    starts_at: datetime
    ends_at: datetime
    at: datetime
    channels: Mapping[str, int]
    minutes: float
    same_week: Sequence[Mapping[str, Any]]
    hides_few: bool
    hides_shared: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person, masked; why they would have to wait, if they would, and their variant."""

    person_id: uuid.UUID
    name: str
    waits_for: str
    variant: str


@dataclass(frozen=True, slots=True)
class BehindPage:
    """The people behind a number of a rehearsal, decided for anew.

    None for `rows` where single people must not be told apart. `next`: after whom to look on.
    """

    id: int
    name: str
    reason: str
    rows: Sequence[Somebody] | None
    next: uuid.UUID | None


def rehearsed(actor: Actor, found: Mapping[str, Any]) -> Rehearsed:
    """Read what a rehearsal kept, for somebody."""
    uses = {name: number for name, number in found["allowances"].items() if name != "calls"}
    return Rehearsed(
        audience=found["audience"],
        people=found["people"],
        at_once=found["now"],
        later=found["later"],
        skipped=dict(sorted(found["skipped"].items(), key=lambda it: -it[1])),
        kept_out=found["kept_out"],
        calls=found["allowances"]["calls"],
        uses=uses,
        left_today=found["left_today"],
        left_in_month=found["left_in_month"],
        starts_at=datetime.fromisoformat(found["starts_at"]),
        ends_at=datetime.fromisoformat(found["ends_at"]),
        at=datetime.fromisoformat(found["at"]),
        channels=found["channels"],
        minutes=found["minutes"],
        same_week=found.get("same_week", ()),
        hides_few=bool(found.get("guarded")) and not may_see_sensitive(actor),
        hides_shared=not may_see_sensitive(actor),
    )


def behind(
    deps: Deps, actor: Actor, campaign_id: int, reason: str, after: uuid.UUID | None = None,
    most: int = PEOPLE,
) -> BehindPage:  # fmt: skip
    """List those who would get it, or not for a reason; raise `NotFound`, `Misread`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        one = store.get(session, campaign_id)
        name, definition = one.name, read_definition(one.definition)
        understood = audience_of(deps, session, definition)
        if hides_few(actor, understood):
            return BehindPage(campaign_id, name, reason, None, None)
        whole = kept_in(understood.query, understood.exclusions)
        rows: list[Somebody] = []
        for _ in range(_MOST_LOOKED_AT // _BATCH):
            ids = audience.list_ids(session, whole, view_of(deps), _BATCH, after)
            found = _of_reason(deps, session, definition, ids, reason)[: most - len(rows)]
            names = _names(deps, session, [person for person, _ in found])
            rows += [
                Somebody(one, names[one], waits_for, _variant(definition, campaign_id, one))
                for one, waits_for in found
            ]
            if len(rows) == most:
                return BehindPage(campaign_id, name, reason, rows, rows[-1].person_id)
            if len(ids) < _BATCH:
                return BehindPage(campaign_id, name, reason, rows, None)
            after = ids[-1]
    return BehindPage(campaign_id, name, reason, rows, after)


def _of_reason(
    deps: Deps, session: Transaction, definition: Definition, ids: Sequence[uuid.UUID], reason: str
) -> list[tuple[uuid.UUID, str]]:
    """Decide for each of these people as of the campaign's start; keep those of the reason."""
    start = start_of(definition, deps.clock.now())
    rules, message = deps.contact_book.contact_rules(start), message_of(definition)
    account = account_for(deps, definition)
    found = []
    for person, facts in load_many(deps, session, ids, situation(deps, session, start)):
        verdict = decide(replace(facts, account=account), message, rules, start)
        waits_for = verdict.because.value if isinstance(verdict, Later) else ""
        told = verdict.because.value if isinstance(verdict, No) else GETS
        if reason in (told, waits_for):
            found.append((person.id, waits_for))
    return sorted(found)


def _variant(definition: Definition, campaign_id: int, person_id: uuid.UUID) -> str:
    split = definition.split
    return place_of(campaign_id, person_id, split).variant if split is not None else ""


def _names(deps: Deps, session: Transaction, them: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    people = session.scalars(select(Person).where(Person.id.in_(them)))
    return {one.id: shown_name(deps, one) for one in people}
