"""Trying a campaign: who of the staff gets it, what became of the last time, which phones."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.broadcast.lifecycle import Act, State, may
from app.core.access import Actor, Permission
from app.deps import Deps
from app.queries.message_lines import shown_name
from app.queries.phones import Phone, recent
from app.steps.campaign_tests import is_pretend
from app.store import campaigns as store
from app.store import operators
from app.store.campaigns import CampaignEvent
from app.store.messages import Message
from app.store.people import Person
from app.store.session import Transaction

_TEST = "test"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one message of the last test, and who of the staff got it, or which phone."""

    to: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class TestPage:
    """How a campaign can be tried; `phones` is empty where no simulator runs."""

    id: int
    name: str
    staff: Sequence[str]
    phones: Sequence[Phone]
    tried: Sequence[Tried]
    tried_by: str
    tried_at: datetime | None
    may_try: bool

    @property
    def is_under_way(self) -> bool:
        """Say whether a message of the last test is still on its way."""
        return any(one.state in ("queued", "sending") for one in self.tried)


def page(deps: Deps, actor: Actor, campaign_id: int) -> TestPage:
    """Return how a campaign can be tried; raise `NotFound`."""
    actor.require(Permission.PREPARE)
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        staff = {person.id: operator.name for operator, person in operators.list_staff(session)}
        last = _last(session, campaign_id)
        tried = _tried(deps, session, last, staff) if last is not None else []
    return TestPage(
        id=one.id,
        name=one.name,
        staff=list(staff.values()),
        phones=phones(deps, actor),
        tried=tried,
        tried_by=last.actor if last is not None else "",
        tried_at=last.at if last is not None else None,
        may_try=may(Act.EDIT, State(one.state)),
    )


def phones(deps: Deps, actor: Actor) -> Sequence[Phone]:
    """List the pretend phones that were seen last; none where people may be real."""
    return recent(deps, actor) if is_pretend(deps) else ()


def _last(session: Transaction, campaign_id: int) -> CampaignEvent | None:
    return session.scalar(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == _TEST)
        .order_by(CampaignEvent.id.desc())
        .limit(1)
    )


def _tried(
    deps: Deps, session: Transaction, last: CampaignEvent, staff: dict[uuid.UUID, str]
) -> list[Tried]:
    ids = [uuid.UUID(one) for one in last.facts.get("messages", ())]
    rows = session.execute(
        select(Message, Person)
        .join(Person, Person.id == Message.person_id)
        .where(Message.id.in_(ids))
        .order_by(Message.person_id, Message.id)
    )
    return [
        Tried(staff.get(person.id) or shown_name(deps, person), one.state, one.reason or "")
        for one, person in rows
    ]
