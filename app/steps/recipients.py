"""Bring recipients of a campaign from one state into another, never backwards."""

import uuid
from collections.abc import Collection

from app.broadcast.outcomes import Outcome, before
from app.steps.campaign_facts import Sorted
from app.store import broadcasting
from app.store.session import Transaction


def settle(
    session: Transaction,
    campaign_id: int,
    people: Collection[uuid.UUID],
    outcome: Outcome,
    **values: object,
) -> int:
    """Bring people into a state, those who may come to it; return how many did."""
    allowed = tuple(one.value for one in before(outcome))
    given = {"state": outcome.value, "lease_until": None, **values}
    return broadcasting.change(session, campaign_id, people, allowed, **given)


def wait_or_skip(session: Transaction, campaign_id: int, sorted_: Sorted) -> None:
    """Write down who gets nothing and why, and who waits for what."""
    for reason, ids in sorted_.skipped.items():
        settle(session, campaign_id, ids, Outcome.SKIPPED, reason=reason)
    for (at, reason), ids in sorted_.later.items():
        broadcasting.postpone(session, campaign_id, ids, at, reason)
