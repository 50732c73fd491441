"""Try what a campaign or a template says: on the staff, or on a pretend phone; on nobody else."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from app.broadcast.lifecycle import Act, State, may
from app.broadcast.types import Definition, Unfit
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit, campaign_tests
from app.steps.campaign_checks import said_and_carried
from app.steps.campaign_copy import read_approved, render
from app.steps.campaign_templates import read_version
from app.store import campaigns, operators, people
from app.store.people import Person
from app.store.session import Transaction


def send_to_staff(deps: Deps, actor: Actor, campaign_id: int) -> int:
    """Send every variant to everybody of the staff who has linked an account; count the messages.

    Before its launch only. Raise `Unfit` for words that may not be said, `NotAllowed` without
    anybody to send to.
    """
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        staff = [person for _, person in operators.list_staff(session)]
        if not staff:
            raise NotAllowed("Nobody of the staff has linked an account.", why="no_staff_linked")
        return _try_campaign(deps, session, actor, campaign_id, staff)


def show_campaign(deps: Deps, actor: Actor, campaign_id: int, person_id: uuid.UUID) -> int:
    """Send every variant to one pretend phone; count the messages."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        phone = _phone(deps, session, person_id)
        return _try_campaign(deps, session, actor, campaign_id, [phone])


def show_template(
    deps: Deps, actor: Actor, template_id: int, number: int, person_id: uuid.UUID
) -> int:
    """Send a version of a template to one pretend phone; count the messages."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        phone = _phone(deps, session, person_id)
        definition = read_version(session, template_id, number)
        sent = _try(deps, session, actor, definition, [phone])
        _record(deps, session, actor, "template", template_id, [phone])
        return len(sent)


def _phone(deps: Deps, session: Transaction, person_id: uuid.UUID) -> Person:
    if not campaign_tests.is_pretend(deps):
        raise NotAllowed("A draft is shown only to pretend phones.", why="no_simulator")
    return people.take(session, person_id)


def _try_campaign(
    deps: Deps, session: Transaction, actor: Actor, campaign_id: int, them: list[Person]
) -> int:
    campaign = campaigns.get(session, campaign_id, lock=True)
    if not may(Act.EDIT, State(campaign.state)):
        raise NotAllowed("It was launched already.", why="not_in_this_state")
    sent = _try(deps, session, actor, read_approved(campaign), them)
    now, facts = deps.clock.now(), {"messages": [str(one) for one in sent]}
    campaigns.note(session, campaign.id, actor.name, "test", now, facts=facts)
    _record(deps, session, actor, "campaign", campaign.id, them)
    return len(sent)


def _try(
    deps: Deps, session: Transaction, actor: Actor, definition: Definition, them: Iterable[Person]
) -> list[uuid.UUID]:
    """Queue each content for each of them; they leave by the one way that every message takes."""
    now: datetime = deps.clock.now()
    mistakes = list(said_and_carried(deps, definition, now))
    if mistakes:
        raise Unfit(*mistakes)
    read = render(deps, definition, now).values()
    return [
        campaign_tests.queue(deps, session, actor, definition, one.content, person, now)
        for person in them
        for one in read
    ]


def _record(
    deps: Deps, session: Transaction, actor: Actor, subject: str, subject_id: int,
    them: Iterable[Person],
) -> None:  # fmt: skip
    for person in them:
        act = audit.Act(f"{subject}_tried", subject, subject_id, person=person)
        audit.record(deps, session, actor, act)
