"""Let one campaign at a time settle about a person, so that no two pass one budget together."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.orm import Session

from app.store.campaigns import Campaign, CampaignRecipient

_SPACE = 0xB0D6
"""The first half of the locks' names; the second is a part of all people."""
_PEOPLE = bindparam("people", type_=ARRAY(Uuid))
# Not one lock a person: the database has room for some thousands. Always in the same order.
_HOLD = text("""
SELECT pg_advisory_xact_lock(:space, part)
FROM (SELECT DISTINCT hashtext(CAST(person AS text)) & 63 AS part
      FROM unnest(CAST(:people AS uuid[])) AS person ORDER BY part OFFSET 0) AS parts
""")


def hold(session: Session, people: Collection[uuid.UUID]) -> None:
    """Keep every other campaign from settling about these people until the transaction ends."""
    session.execute(_HOLD, {"space": _SPACE, "people": list(people)})


def list_reserved(
    session: Session,
    campaign_id: int,
    people: Collection[uuid.UUID],
    classes: Collection[str],
    now: datetime,
) -> set[uuid.UUID]:
    """Return who waits in the hands of another campaign of these classes, which sends singly."""
    others = select(Campaign.id).where(
        Campaign.id != campaign_id,
        Campaign.state.in_(("sending", "paused")),
        Campaign.channel != "mass",
        Campaign.klass.in_(classes),
    )
    found = session.scalars(
        select(CampaignRecipient.person_id).where(
            CampaignRecipient.campaign_id.in_(others),
            CampaignRecipient.person_id == any_(_PEOPLE),
            CampaignRecipient.state == "queued",
            CampaignRecipient.lease_until > now,
        ),
        {"people": list(people)},
    )
    return set(found)
