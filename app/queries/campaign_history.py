"""Who did what to a campaign, and the incidents that it opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from app.steps.campaign_life import GOVERNOR
from app.store import campaigns as store
from app.store.campaigns import Campaign
from app.store.incidents import Incident
from app.store.session import Transaction

_RULES = frozenset({GOVERNOR, "system"})
_MOST = 20


@dataclass(frozen=True, slots=True)
class Done:
    """One line of a campaign's history; `by` is empty where the rules acted, and nobody did.

    `why` is what somebody wrote, or the code of a rule; `facts` are the numbers of it.
    """

    what: str
    by: str
    at: datetime
    why: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """An incident that a campaign opened, or that stopped its channel."""

    id: int
    kind: str
    opened_at: datetime
    closed_at: datetime | None


def history(session: Transaction, campaign_id: int) -> Sequence[Done]:
    """List everything that was done to a campaign, the latest first."""
    return [
        Done(row.act, "" if row.actor in _RULES else row.actor, row.at, row.why, row.facts)
        for row in store.list_events(session, campaign_id)
    ]


def incidents_of(session: Transaction, one: Campaign) -> Sequence[Raised]:
    """List the incidents of a launched campaign, and of its channel while it was under way."""
    own = or_(Incident.scope == str(one.id), Incident.scope.startswith(f"{one.id}:"))
    about = [and_(own, or_(Incident.kind.like("campaign%"), Incident.kind.like("experiment%")))]
    if one.launched_at is not None:
        of_channel = [Incident.kind == "channel_refused", Incident.scope == one.channel]
        meanwhile = [Incident.opened_at >= one.launched_at]
        if one.finished_at is not None:
            meanwhile.append(Incident.opened_at <= one.finished_at)
        about.append(and_(*of_channel, *meanwhile))
    rows = session.scalars(
        select(Incident).where(or_(*about)).order_by(Incident.id.desc()).limit(_MOST)
    )
    return [Raised(row.id, row.kind, row.opened_at, row.closed_at) for row in rows]
