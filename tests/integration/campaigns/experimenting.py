"""An experiment in the store: people who were sent a variant, and what they did then."""

import uuid
from datetime import timedelta
from typing import Any

from app.deps import Deps
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.complaints import Complaint
from app.store.events import Event
from app.store.people import Person

TERMS = {"metric": "conversation_started", "minimum_per_arm": 20, "minimum_days": 2,
         "window_days": 1, "sample": 0.5}  # fmt: skip
DEFINITION = {
    "name": "防骗课", "class": "education", "channel": "mass", "segment": "all",
    "variants": [
        {"name": "A", "content": {"text": "本周三有一堂防骗课。"}, "share": 0.5},
        {"name": "B", "content": {"text": "骗子怎么说？周三讲给您听。"}, "share": 0.5},
    ],
}  # fmt: skip


def a_campaign(deps: Deps, terms: dict[str, Any] | None = TERMS, **given: Any) -> int:
    """Keep a campaign that is being sent."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = Campaign(
            name="防骗课", klass="education", channel="mass", segment="all", state="sending",
            definition={**DEFINITION, "experiment": terms}, made_by="安", made_at=now,
            changed_at=now, launched_at=now, **given,
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        return campaign.id


def people(deps: Deps, campaign_id: int, variant: str | None, count: int, **given: Any) -> list:
    """Add recipients of a variant; they were sent it now unless it says otherwise."""
    now = deps.clock.now()
    row = {"state": "sent", "sent_at": now, **given}
    made = [uuid.uuid4() for _ in range(count)]
    with deps.sessions.begin() as session:
        session.add_all(_person(person_id, now) for person_id in made)
        session.add_all(
            CampaignRecipient(campaign_id=campaign_id, person_id=one, variant=variant, **row)
            for one in made
        )
    return made


def _person(person_id: uuid.UUID, now: Any) -> Person:
    return Person(
        id=person_id, account="gh_test", state="active", follows=True, first_seen_at=now,
        last_seen_at=now,
    )  # fmt: skip


def did(deps: Deps, who: list, kind: str, **after: float) -> None:
    """Let people do something, so long from now."""
    at = deps.clock.now() + timedelta(**after)
    with deps.sessions.begin() as session:
        session.add_all(Event(person_id=one, kind=kind, at=at) for one in who)


def left(deps: Deps, who: list, **after: float) -> None:
    """Let people leave, as their erasure keeps it, so long from now."""
    at = deps.clock.now() + timedelta(**after)
    with deps.sessions.begin() as session:
        for one in who:
            person = session.get_one(Person, one)
            person.follows, person.state, person.left_at = False, "erased", at


def complained(deps: Deps, who: list) -> None:
    """Let people complain now."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        session.add_all(
            Complaint(
                person_id=one, source="chat", state="received", received_at=now,
                received_by="chat", first_due_at=now, final_due_at=now, last_due_at=now,
            )
            for one in who
        )  # fmt: skip
